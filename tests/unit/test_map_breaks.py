"""Class breaks: round figures, no empty class, the same side of a break here and on the page."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboards.map.breaks import class_of, quantile_breaks

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
