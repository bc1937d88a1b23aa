"""Counts of persons a page makes: no few are shown, nor left when the others are taken away."""

from datetime import date
from itertools import accumulate

import numpy as np
import polars as pl
import pytest

from dashboards.data.people_counts import ages_to_show, moves_to_show
from dashboards.data.small_counts import runs_to_show


@pytest.mark.parametrize(
    ("counts", "runs"),
    [
        ([], []),
        ([0, 0], [range(0, 1), range(1, 2)]),
        ([7, 5, 0], [range(0, 1), range(1, 2), range(2, 3)]),
        # A small one takes the next ones along, small or not.
        ([2, 3, 9], [range(0, 2), range(2, 3)]),
        ([4, 9, 9], [range(0, 2), range(2, 3)]),
        # What is left at the end joins the run before.
        ([9, 9, 1], [range(0, 1), range(1, 3)]),
        # None, none and one are still few, so they all join the nine.
        ([9, 0, 0, 1], [range(0, 4)]),
        ([1, 0, 3], []),
    ],
)
def test_small_counts_are_taken_together_with_their_neighbours(
    counts: list[int], runs: list[range]
) -> None:
    assert runs_to_show([[count] for count in counts]) == runs


def test_a_run_of_several_has_no_count_of_none() -> None:
    # Nobody left in either month, so with the stock known the joined of each would be known.
    assert runs_to_show([[3, 0], [4, 0], [6, 5]]) == [range(0, 3)]


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_taken_from_the_total_no_few_are_left(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.poisson(random.choice([1, 3, 8]), size=(random.integers(1, 30), 2)).tolist()
    runs = runs_to_show(counts)
    if not runs:
        assert any(sum(column) < 5 for column in zip(*counts, strict=True))
        return
    assert [place for run in runs for place in run] == list(range(len(counts)))
    shown = [[sum(counts[place][kind] for place in run) for run in runs] for kind in (0, 1)]
    for kind, values in enumerate(shown):
        total = sum(count[kind] for count in counts)
        # A reader knows the total and every run: the complement of each is made of whole runs.
        for value in values:
            others = total - (sum(values) - value)
            assert others == value
            assert value == 0 or value >= 5
        # Nor do sums up to any month and from it on differ by few.
        for upto in accumulate(values):
            assert upto == 0 or upto >= 5
            assert total - upto == 0 or total - upto >= 5


def months(*counts: tuple[int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "month_date": [date(2026, 1 + number, 1) for number in range(len(counts))],
            "joined_count": [joined for joined, _ in counts],
            "left_count": [left for _, left in counts],
        }
    )


def test_months_of_few_are_shown_together_to_the_as_of_day() -> None:
    one, both = moves_to_show(months((8, 6), (9, 2), (1, 4)), date(2026, 3, 15))
    assert (one.first, one.last, one.joined_count, one.left_count) == (
        date(2026, 1, 1),
        date(2026, 1, 31),
        8,
        6,
    )
    assert (both.first, both.last, both.month_count) == (date(2026, 2, 1), date(2026, 3, 15), 2)
    assert (both.joined_count, both.left_count) == (10, 6)


def test_age_bands_of_few_are_shown_with_their_neighbour() -> None:
    bands = ["0_17", "18_59", "60_79", "80_plus"]
    counts: dict[str | None, int] = {"0_17": 2, "18_59": 40, "80_plus": 30, None: 1}
    found = [(ages.codes, ages.person_count) for ages in ages_to_show(counts, bands)]
    assert found == [(("0_17", "18_59"), 42), (("60_79",), 0), (("80_plus", ""), 31)]


def test_so_few_persons_have_no_ages_at_all() -> None:
    assert ages_to_show({"60_79": 4}, ["60_79", "80_plus"]) == []
