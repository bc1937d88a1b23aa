"""Answers about persons: what is hidden, and that no questions together give it away."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.support.marts import COUNTY, area, marts, row
from tests.support.subtraction_attack import determined, sums_of
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Dimension, Question, answer, rows_behind, shown_cells
from warehouse.query.disclosure import COMPARED
from warehouse.query.protection import FEWEST, Table

KPI = "on_time_visit_rate"
MONDAY = date(2026, 7, 6)
WEEKS = 19
"""Up to the as-of day, 15 November."""
PLACES = [
    (town, f"{town}{community}", f"{town}{community}{grid}")
    for town in "AB"
    for community in "12"
    for grid in "xy"
]
AREAS = [
    *(area("town", town) for town in "AB"),
    *(
        area("community", community, town_code=town)
        for town, community in sorted({(town, community) for town, community, _ in PLACES})
    ),
    *(
        area("grid", grid, town_code=town, community_code=community)
        for town, community, grid in PLACES
    ),
]
NEEDS = ("daily", "weekly")
CODES = ("town", "community", "grid", "category")


def obligation(number: int, person: str, due: date, **values: Any) -> dict[str, Any]:
    return row(
        "fct_visit_obligations",
        obligation_id=str(number),
        person_key=person,
        group_code="disabled",
        due_date=due,
        is_due=True,
        **values,
    )


def obligations(seed: int) -> list[dict[str, Any]]:
    """Persons of few grids, each owed a visit in most weeks."""
    random = np.random.default_rng(seed)
    found: list[dict[str, Any]] = []
    for town, community, grid in PLACES:
        for need in NEEDS:
            for person in range(int(random.poisson(random.choice([1, 3, 9])))):
                for week in range(WEEKS):
                    if random.random() < 0.6:
                        found.append(
                            obligation(
                                len(found),
                                f"{grid}{need}{person}",
                                MONDAY + timedelta(weeks=week),
                                need_level_code=need,
                                town_code=town,
                                community_code=community,
                                grid_code=grid,
                            )
                        )
    return found


def published(folder: Path, rows: list[dict[str, Any]]) -> Published:
    return marts(folder, areas=AREAS, facts={"fct_visit_obligations": rows})


def everything_asked(version: Published) -> Iterator[pl.DataFrame]:
    """Each area level × needs × unit of time, and periods of any days."""
    levels: Sequence[tuple[Dimension, ...]] = ((), ("town",), ("community",), ("grid",))
    units: Sequence[tuple[Dimension, ...]] = (("day",), ("week",), ("month",), ("quarter",), ())
    for level in levels:
        for needs in ((), ("category",)):
            for unit in units:
                yield answer(version, Question(KPI, COUNTY, by=(*level, *needs, *unit)))
            for start, end in ((8, 40), (8, 47), (27, 88), (27, 81), (58, 119)):
                first, until = (MONDAY + timedelta(days=day) for day in (start, end))
                yield answer(version, Question(KPI, COUNTY, (*level, *needs), first, until))


def given_away(version: Published, rows: list[dict[str, Any]]) -> tuple[int, int]:
    """Hidden cells of 1 to 4 persons, and how many of them follow from everything shown."""
    weeks = pl.DataFrame({"due_date": [MONDAY + timedelta(weeks=week) for week in range(WEEKS)]})
    atoms = pl.DataFrame(PLACES, schema=["town", "community", "grid"], orient="row")
    atoms = atoms.join(pl.DataFrame({"category": NEEDS}), how="cross").join(weeks, how="cross")
    counted = (
        pl.DataFrame(rows)
        .group_by("grid_code", "need_level_code", "due_date")
        .agg(pl.len(), pl.col("person_key"))
        .rename({"grid_code": "grid", "need_level_code": "category"})
    )
    atoms = atoms.join(counted, on=["grid", "category", "due_date"], how="left")
    counts = atoms["len"].fill_null(0).to_numpy()
    asked = pl.concat(everything_asked(version)).filter(pl.col("area_level").is_not_null())
    cells = asked.select(
        *(
            pl.when(pl.col("area_level") == level).then("area_code").alias(level)
            for level in CODES[:3]
        ),
        pl.col("category_code").alias("category"),
    )
    sums = sums_of(atoms, cells, CODES).tolil()
    for place, (start, end) in enumerate(
        asked.select("period_start_date", "period_end_date").rows()
    ):
        outside = ~atoms["due_date"].is_between(start, end, closed="left").to_numpy()
        sums[place, np.flatnonzero(outside)] = 0
    sums = sums.tocsr()
    values = sums @ counts
    is_shown = ~asked["is_suppressed"].to_numpy()
    assert (asked["denominator"].to_numpy()[is_shown] == values[is_shown]).all()
    persons = atoms["person_key"].to_list()
    in_cells = np.array(
        [
            len({person for atom in sums[place].indices for person in persons[atom] or ()})
            for place in range(asked.height)
        ]
    )
    assert not (is_shown & (in_cells > 0) & (in_cells < FEWEST)).any()
    small = np.flatnonzero(~is_shown & (in_cells > 0) & (in_cells < FEWEST))
    found = determined(sums[is_shown], values[is_shown], sums[small])
    return len(small), int(found.sum())


@pytest.mark.parametrize("seed", [1, 2])
def test_all_answers_together_give_no_hidden_cell_away(tmp_path: Path, seed: int) -> None:
    rows = obligations(seed)
    small, found = given_away(published(tmp_path, rows), rows)
    assert small > 100
    assert found == 0


def test_the_attack_succeeds_where_cells_are_hidden_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_cells, "hide_in_lines", lambda *_: None)
    monkeypatch.setattr(Table, "protected", lambda table, forced: table.hidden | forced)
    rows = obligations(0)
    assert given_away(published(tmp_path, rows), rows)[1] > 0


def two_towns(folder: Path) -> Published:
    """Six persons in town A, three in town B, every Monday; daily visits in town A only."""
    rows = [
        obligation(
            week * 10 + number,
            f"p{number}",
            MONDAY + timedelta(weeks=week),
            need_level_code="daily" if number < 6 else "weekly",
            town_code="A" if number < 6 else "B",
        )
        for week in range(WEEKS)
        for number in range(9)
    ]
    return published(folder, rows)


def test_a_hidden_cell_says_so_and_nothing_else(tmp_path: Path) -> None:
    towns = answer(
        two_towns(tmp_path), Question(KPI, COUNTY, by=("town", "month"), compare=True)
    ).filter(period_start_date=date(2026, 10, 1))
    # A alone is large enough, but would give B away.
    assert towns["is_suppressed"].to_list() == [True, True]
    assert towns["status"].to_list() == ["suppressed", "suppressed"]
    hidden = ("value", "numerator", "denominator", "excluded_count", "not_yet_due_count")
    compared = [f"previous_{name}" for name in COMPARED]
    for name in (*hidden, "interval_low", "interval_high", *compared):
        assert towns[name].null_count() == 2
    assert towns["is_provisional"].to_list() == [False, False]


def test_the_county_is_shown(tmp_path: Path) -> None:
    county = answer(two_towns(tmp_path), Question(KPI, COUNTY)).row(0, named=True)
    assert county["denominator"] == 9 * WEEKS
    assert not county["is_suppressed"]


def test_rows_do_not_tell_which_categories_there_are(tmp_path: Path) -> None:
    needs = answer(two_towns(tmp_path), Question(KPI, COUNTY, by=("town", "category")))
    assert needs.select("area_code", "category_code").rows() == [
        ("A", "daily"),
        ("A", "weekly"),
        ("B", "daily"),
        ("B", "weekly"),
    ]
    assert needs["is_suppressed"].all()


@pytest.mark.parametrize("where", [{"town": ("A", "B")}, {"town": "none"}, {"grid": "A1x"}])
def test_a_filter_shows_no_more_than_its_cells(tmp_path: Path, where: dict[str, Any]) -> None:
    values = answer(two_towns(tmp_path), Question(KPI, COUNTY, where=where))
    assert values["is_suppressed"].all()


def test_the_rows_of_persons_are_not_listed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is about persons"):
        rows_behind(two_towns(tmp_path), Question(KPI, COUNTY))


def test_a_state_is_told_at_the_end_of_a_month_only(tmp_path: Path) -> None:
    rows = [
        row(
            "fct_roll_persons",
            person_key=f"p{number}",
            valid_from_date=date(2026, 7, 1),
            is_on_roll=True,
        )
        for number in range(8)
    ]
    version = marts(tmp_path, areas=AREAS, facts={"fct_roll_persons": rows})
    weeks = answer(version, Question("file_rate", COUNTY, by=("week",), start=date(2026, 8, 31)))
    shown = weeks.filter(~pl.col("is_suppressed"))["period_end_date"].to_list()
    # No week of these ends with a month; the last one ends with the as-of day.
    assert shown == [date(2026, 11, 16)]
    months = answer(version, Question("file_rate", COUNTY, by=("month",), start=date(2026, 8, 1)))
    assert months["denominator"].to_list() == [8, 8, 8, 8]
