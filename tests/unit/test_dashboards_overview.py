"""What the overview says about numbers."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from dashboards.data.months import comparable_months
from dashboards.data.overview import Tile
from dashboards.data.ranking import verdict
from dashboards.data.tables import Figure
from dashboards.numbers_text import is_not_delivered
from dashboards.scope import Area, _told_apart
from warehouse.catalogue import load_catalogue
from warehouse.query import Question

CATALOGUE = load_catalogue()
RATE = CATALOGUE["on_time_resolution_rate"]
MINUTES = CATALOGUE["response_time_median"]
PER_1000 = CATALOGUE["cases_per_1000_residents"]


def row(low: float | None, value: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    return {
        "value": value,
        "interval_low": low,
        "interval_high": high,
        "status": "no_target",
        "target": None,
        "denominator": 1,
        "excluded_count": 0,
        "not_yet_due_count": 0,
        "is_provisional": False,
        "value_due_passed": None,
        **more,
    }


def tile(current: dict[str, Any], previous: dict[str, Any] | None = None) -> Tile:
    figure = Figure(RATE, current, Question("on_time_resolution_rate", "430181"))
    return Tile(kpi=RATE, figure=figure, before=previous, months=pl.DataFrame())


@pytest.mark.parametrize(
    ("kpi", "low", "high", "expected"),
    [
        (RATE, 0.85, 0.95, "within"),
        (RATE, 0.90, 0.95, "within"),
        (RATE, 0.91, 0.95, "better"),
        (RATE, 0.80, 0.89, "worse"),
        (MINUTES, 0.91, 0.95, "worse"),
        (MINUTES, 0.80, 0.89, "better"),
        (PER_1000, 0.91, 0.95, "higher"),
        (RATE, None, None, "unjudged"),
    ],
)
def test_an_area_is_marked_only_when_its_interval_leaves_out_the_whole(
    kpi: Any, low: float | None, high: float | None, expected: str
) -> None:
    assert verdict(row(low, 0.9, high), 0.9, kpi) == expected


def test_a_change_is_within_chance_while_its_own_interval_holds_zero() -> None:
    assert tile(row(0.80, 0.85, 0.90), row(0.86, 0.90, 0.94)).is_within_chance is True
    assert tile(row(0.83, 0.85, 0.87), row(0.88, 0.90, 0.92)).is_within_chance is False
    assert tile(row(None, 0.85, None), row(0.9, 0.92, 0.95)).is_within_chance is None
    assert tile(row(0.83, 0.85, 0.87)).is_within_chance is None


def test_a_missed_target_within_the_interval_is_near() -> None:
    assert tile(row(0.92, 0.94, 0.96, target=0.95, status="missed")).standing == "near"
    assert tile(row(0.90, 0.92, 0.94, target=0.95, status="missed")).standing == "missed"
    assert tile(row(0.94, 0.96, 0.97, target=0.95, status="met")).standing == "met"
    assert tile(row(0.94, 0.96, 0.97)).standing == "none"


def test_all_excluded_is_not_delivered_and_nothing_at_all_is_not() -> None:
    assert is_not_delivered(row(None, None, None, denominator=0, excluded_count=9))
    assert not is_not_delivered(row(None, None, None, denominator=0))


def test_without_a_previous_period_there_is_no_change() -> None:
    assert tile(row(0.8, 0.9, 0.95)).difference is None
    assert tile(row(0.8, 0.9, 0.95), row(None, None, None)).difference is None


def test_a_month_so_far_does_not_stand_beside_whole_months_of_a_count() -> None:
    months = pl.DataFrame({"period_end_date": [date(2026, 11, 1), date(2026, 11, 16)]})
    assert comparable_months(months, PER_1000).height == 1
    assert comparable_months(months, CATALOGUE["visit_coverage_rate"]).height == 1
    assert comparable_months(months, RATE).height == 2


def test_areas_of_one_name_are_told_apart() -> None:
    areas = [
        Area("c", "county", "County", None),
        Area("02110", "town", "Boston", "c"),
        Area("02111", "town", "Boston", "c"),
        Area("02126", "town", "Mattapan", "c"),
        Area("1", "community", "East", "02126"),
        Area("2", "community", "East", "02110"),
    ]
    named = _told_apart({area.code: area for area in areas})
    assert [area.name for area in named.values()][1:] == [
        "Boston 02110",
        "Boston 02111",
        "Mattapan",
        "East Mattapan",
        "East Boston",
    ]


@pytest.mark.parametrize(("passed", "is_settled"), [(0.757, False), (0.765, False), (0.79, True)])
def test_a_provisional_rise_counts_only_when_passed_deadlines_rose_too(
    passed: float, is_settled: bool
) -> None:
    current = row(0.781, 0.787, 0.793, is_provisional=True, value_due_passed=passed)
    assert tile(current, row(0.76, 0.765, 0.77)).is_settled is is_settled
    assert tile(row(0.781, 0.787, 0.793), row(0.76, 0.765, 0.77)).is_settled
