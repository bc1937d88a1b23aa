"""Class breaks: round figures, no empty class, the same side of a break here and on the page."""

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboards.map.breaks import (
    CLASSINGS,
    FIXED,
    Classing,
    class_breaks,
    class_of,
    quantile_breaks,
    typed_edges,
)
from warehouse.errors import UsageError

numbers = st.lists(
    st.floats(min_value=0, max_value=1e5, allow_nan=False, width=32), min_size=1, max_size=200
)


def test_breaks_are_round_and_near_the_quantiles() -> None:
    values = np.linspace(10.03, 60.07, 500)
    assert quantile_breaks(values) == [20.0, 30.0, 40.0, 50.0]


def test_values_that_are_all_the_same_are_one_class() -> None:
    assert quantile_breaks(np.full(20, 0.5)) == []


def test_no_values_have_no_breaks() -> None:
    assert quantile_breaks(np.array([])) == []


def test_many_equal_values_leave_fewer_classes() -> None:
    values = np.array([100.0] * 70 + list(np.linspace(50, 99, 30)))
    breaks = quantile_breaks(values)
    assert 1 <= len(breaks) < 4
    assert breaks[-1] <= 100


def test_a_value_on_a_break_is_in_the_class_above() -> None:
    values = np.array([0.1, 0.9, np.nan], dtype=np.float64)
    assert class_of(values, [0.9]).tolist() == [0, 1, -1]


@given(numbers)
@example([0.0, 1.0, 0.005, 0.005])
def test_no_class_is_empty_and_breaks_ascend(values: list[float]) -> None:
    given_values = np.array(values, dtype=np.float64)
    breaks = quantile_breaks(given_values)
    assert breaks == sorted(set(breaks))
    classes = class_of(given_values, breaks)
    assert set(classes) == set(range(len(breaks) + 1))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_rounding_keeps_classes_of_about_one_size(scale: float) -> None:
    values = np.random.default_rng(1).gamma(3, scale, 1_000)
    counts = np.bincount(class_of(values, quantile_breaks(values)))
    assert counts.min() > 100


def squares_within(values: np.ndarray, edges: Sequence[float]) -> float:
    classes = class_of(values, edges)
    return sum(
        float(((of_class - of_class.mean()) ** 2).sum())
        for of_class in (values[classes == k] for k in range(len(edges) + 1))
    )


@pytest.mark.parametrize("seed", range(20))
def test_natural_breaks_have_the_least_variance_of_all_ways_to_cut(seed: int) -> None:
    values = np.random.default_rng(seed).gamma(1, 10, 12)
    ordered = np.sort(values)
    least = min(
        squares_within(values, [float(ordered[at]) for at in cuts])
        for cuts in combinations(range(1, len(values)), 3)
    )
    found = CLASSINGS["natural"](values, 4)
    assert squares_within(values, found.tolist()) == pytest.approx(least)


def test_natural_breaks_of_many_values_are_nearly_those_of_all_of_them() -> None:
    values = np.round(np.random.default_rng(5).gamma(2, 20, 2_000), 1)
    exact = CLASSINGS["natural"](values, 5)
    drawn = CLASSINGS["natural"](values + np.linspace(0, 1e-6, 2_000), 5)
    assert squares_within(values, drawn.tolist()) <= 1.001 * squares_within(values, exact.tolist())


def test_equal_intervals_are_as_wide_as_each_other() -> None:
    edges = class_breaks(np.arange(0.0, 101.0), classing="equal", classes=4)
    assert edges == [25.0, 50.0, 75.0]


def test_the_top_tenth_holds_a_tenth_of_the_areas() -> None:
    values = np.random.default_rng(1).gamma(0.5, 3, 1_000)
    edges = class_breaks(values, classing="top")
    assert [(values >= edge).sum() for edge in edges] == [500, 250, 100, 20]


@pytest.mark.parametrize("classing", list(CLASSINGS))
@pytest.mark.parametrize("values", [[], [3.0], [1.0, 1.0, 1.0], [0.0, 1.0], [0.0] * 50 + [9.0]])
def test_no_class_is_ever_empty(classing: str, values: list[float]) -> None:
    found = np.array(values)
    edges = class_breaks(found, classing=classing)
    assert sorted(set(edges)) == edges
    if values:
        assert np.bincount(class_of(found, edges), minlength=len(edges) + 1).min() > 0


@pytest.mark.parametrize(
    ("written", "edges"),
    [
        ("10,20,30", [10, 20, 30]),
        ("22.5", [22.5]),
        ("\uff11\uff10\uff0c\uff12\uff10\uff1b\uff13\uff10\uff0e\uff15", [10, 20, 30.5]),
        ("\uff0d5\u3000+.5\u30011e1", [-5, 0.5, 10]),
        (" -5 , 0、5;7.25", [-5, 0, 5, 7.25]),
        ("1,2,3,4,5,6", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_edges_are_read_as_typed(written: str, edges: list[float]) -> None:
    assert typed_edges(written) == edges


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "1 … 6"),
        (",,", "0 个分界值"),
        ("1,2,3,4,5,6,7", "7 个分界值 / edges; 可用 / allowed: 1 … 6"),
        ("10,ten", 'breaks "ten": 不是数'),
        ("10,nan", 'breaks "nan": 不是数'),
        ("10,inf", 'breaks "inf": 不是数'),
        ("10,1e999", 'breaks "1e999": 超出范围'),
        ("1_0", 'breaks "1_0": 不是数'),
        ("\u0661\u0662", "不是数"),
        ("10\u00b2", "不是数"),
        ("0x10", "不是数"),
        ("1" * 99 + "x", 'breaks "' + "1" * 80 + '…"'),
        ("20,10", 'breaks "20,10": 须从小到大'),
        ("10,10", "must ascend"),
    ],
)
def test_edges_that_are_not_fit_are_refused_with_what_is_allowed(written: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        typed_edges(written)


@pytest.mark.parametrize("written", ["0,5", "-1,5"])
def test_edges_of_sizes_are_above_zero(written: str) -> None:
    with pytest.raises(UsageError, match="> 0"):
        typed_edges(written, above_zero=True)


def test_fixed_classes_are_the_same_whatever_the_values_and_may_be_empty() -> None:
    fixed = Classing(FIXED, edges=(50.0, 90.0, 99.9))
    for values in ([], [0.2, 0.3], [0.95, 1.0]):
        assert fixed.breaks(np.array(values), scale=100.0) == (0.5, 0.9, 0.999)
