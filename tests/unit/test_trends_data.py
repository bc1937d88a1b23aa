"""Lines of the trends page: units, subjects, and points that are cut short or lie above a year."""

from datetime import date

import pytest

from dashboards.data.subjects import SUBJECTS, by_subject, subject_of
from dashboards.data.tables import Figure
from dashboards.data.trend_tables import trend_table
from dashboards.data.trends import (
    KpiTrend,
    Line,
    Point,
    Series,
    _aligned,
    _point,
    asks_for_states,
    point_count,
    unit_by_default,
    units_to_choose,
)
from dashboards.figures.periods import period_name, ticks
from dashboards.i18n import Lang, text
from dashboards.periods import Days
from warehouse.catalogue import load_catalogue
from warehouse.query import Question

KPIS = load_catalogue()
RATE = KPIS["on_time_resolution_rate"]


def figure(
    start: date, end: date, value: float | None = 0.9, *, is_suppressed: bool = False
) -> Figure:
    """A figure of a rate over some days."""
    row = {
        "period_start_date": start,
        "period_end_date": end,
        "value": value,
        "numerator": None if value is None else 9.0,
        "denominator": None if value is None else 10.0,
        "excluded_count": 0,
        "not_yet_due_count": 0,
        "interval_low": None if value is None else value - 0.1,
        "interval_high": None if value is None else value + 0.05,
        "is_provisional": False,
        "is_suppressed": is_suppressed,
        "target": 0.95,
    }
    return Figure(RATE, row, Question(RATE.kpi_id, "430181", start=start, end=end))


@pytest.mark.parametrize(
    ("first", "last", "unit"),
    [
        (date(2026, 11, 15), date(2026, 11, 15), "day"),
        (date(2026, 11, 1), date(2026, 11, 30), "day"),
        (date(2026, 8, 1), date(2026, 10, 31), "week"),
        (date(2025, 11, 1), date(2026, 10, 31), "month"),
        (date(2023, 11, 1), date(2026, 11, 15), "month"),
        (date(2016, 1, 1), date(2026, 11, 15), "quarter"),
        (date(2000, 1, 1), date(2026, 11, 15), "year"),
    ],
)
def test_the_unit_goes_with_the_length(first: date, last: date, unit: str) -> None:
    assert unit_by_default(Days(first, last)) == unit


def test_units_that_crowd_the_chart_are_not_offered() -> None:
    assert units_to_choose(Days(date(2023, 11, 1), date(2026, 11, 15)))[0] == "week"
    assert units_to_choose(Days(date(2025, 11, 1), date(2026, 10, 31)))[0] == "day"
    assert point_count(Days(date(2026, 8, 1), date(2026, 10, 31)), "week") == 14


def test_every_kpi_belongs_to_a_subject_and_is_listed_once() -> None:
    listed = [kpi.kpi_id for kpis in by_subject(KPIS).values() for kpi in kpis]
    assert sorted(listed) == sorted(KPIS)
    assert set(by_subject(KPIS)) == set(SUBJECTS)
    assert subject_of(KPIS["department_score"]) == "scores"
    for subject in SUBJECTS:
        assert text(f"subject.{subject}", Lang.EN)


def test_a_unit_cut_short_is_known_as_such() -> None:
    whole = _point(figure(date(2026, 8, 3), date(2026, 8, 10)), "week")
    cut = _point(figure(date(2026, 8, 1), date(2026, 8, 3)), "week")
    assert (whole.is_partial, cut.is_partial) == (False, True)


def test_last_year_lies_above_the_same_days_of_this_year() -> None:
    [month] = _aligned([figure(date(2025, 8, 1), date(2025, 9, 1))], "month")
    assert (month.at, month.start) == (date(2026, 8, 1), date(2025, 8, 1))
    [week] = _aligned([figure(date(2025, 8, 4), date(2025, 8, 11))], "week")
    assert week.at == date(2026, 8, 3)
    assert week.at.weekday() == week.start.weekday()


def test_a_leap_day_does_not_push_out_the_28th() -> None:
    days = [figure(date(2024, 2, day), date(2024, 2, day + 1)) for day in (27, 28)]
    leap = figure(date(2024, 2, 29), date(2024, 3, 1))
    points = _aligned([*days, leap], "day")
    assert [point.start.day for point in points] == [27, 28]


def test_only_what_follows_persons_through_their_days_is_limited() -> None:
    assert asks_for_states(KPIS["public_service_coverage_rate"])
    assert not asks_for_states(KPIS["on_time_visit_rate"])
    assert not asks_for_states(KPIS["grid_worker_coverage_rate"])


def test_counts_grow_with_the_days_and_rates_do_not() -> None:
    assert KPIS["cases_per_1000_residents"].grows_with_days
    assert KPIS["volunteer_hours"].grows_with_days
    assert not RATE.grows_with_days
    assert not KPIS["open_backlog"].grows_with_days


def test_the_table_has_what_the_chart_shows_the_newest_first() -> None:
    line = Line("", "浏阳市", None)  # type: ignore[arg-type]
    july, august = (
        Point(date(2026, month, 1), figure(date(2026, month, 1), date(2026, month + 1, 1)), False)
        for month in (7, 8)
    )
    before = Point(date(2026, 8, 1), figure(date(2025, 8, 1), date(2025, 9, 1), 0.8), False)
    trend = KpiTrend(RATE, (Series(line, (july, august), (before,)),))
    table = trend_table(trend, "month", Lang.ZH)
    assert [row[0] for row in table.rows] == ["2026-08", "2026-07"]
    assert table.rows[0][2] is august.figure
    assert table.rows[0][3:8] == [pytest.approx(80), pytest.approx(95), 9.0, 10.0, 95]
    assert (table.rows[0][8], table.rows[1][8]) == (before.figure, None)
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_periods_have_names_people_use() -> None:
    assert period_name(date(2026, 7, 1), date(2026, 10, 1), "quarter", Lang.ZH) == "2026年三季度"
    assert period_name(date(2026, 8, 1), date(2026, 9, 1), "month", Lang.EN) == "2026-08"
    assert period_name(date(2026, 8, 1), date(2026, 8, 16), "month", Lang.EN) == (
        "2026-08-01 – 08-15"
    )
    assert period_name(date(2025, 12, 29), date(2026, 1, 5), "week", Lang.EN) == (
        "2025-12-29 – 2026-01-04"
    )


def test_an_axis_names_as_many_units_as_it_has_room_for() -> None:
    days = [date(2026, 1, day) for day in range(1, 32)]
    places, words = ticks(days, "day")
    assert len(places) == len(words) <= 6
    assert words[:2] == ["01-01<br>2026", "01-07"]
    assert ticks([], "month") == ([], [])
