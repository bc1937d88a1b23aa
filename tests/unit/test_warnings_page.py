"""What the page of warnings makes of states and alerts: gaps, orders, pictures, words."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from dashboards.components.warnings.alert_opened import commands
from dashboards.components.warnings.words import duration, towns_in_words
from dashboards.data.early_alerts import last_day, steps
from dashboards.data.rain import hours_of, storm_at
from dashboards.data.rain_gauges import Gauge, Hour
from dashboards.data.rain_lines import GridLine, grid_lines
from dashboards.data.warning_tables import worker_lines
from dashboards.figures.rain import alert_chart, gauge_bars
from dashboards.i18n import Lang
from dashboards.theme import LIGHT
from etl.alert_actions import ACTIONS

HOUR = timedelta(hours=1)
START = datetime(2026, 6, 22, 18, 0, tzinfo=UTC)
AS_OF = datetime(2026, 11, 15, 15, 59, tzinfo=UTC)


def gauge(*rain_mm: float | None, awaited: int = 0, forecast: tuple[float, ...] = ()) -> Gauge:
    """A gauge whose last hours are still awaited."""
    hours = [
        Hour(START + (number + 1) * HOUR, mm, is_awaited=number >= len(rain_mm) - awaited)
        for number, mm in enumerate(rain_mm)
    ]
    ahead = len(rain_mm) - awaited
    return Gauge(
        {"gauge_code": "g", "gauge_name": "g", "town_code": "t"},
        tuple(hours),
        tuple(Hour(START + (ahead + n + 1) * HOUR, mm) for n, mm in enumerate(forecast)),
    )


def household(key: str, rank: int, **values: Any) -> dict[str, Any]:
    known = {
        "household_key": key,
        "rank_number": rank,
        "action_code": "move",
        "town_code": "t",
        "community_code": "c",
        "grid_code": "a",
        "worker_code": "w",
        "is_ordered": False,
        "notified_at": None,
        "acknowledged_at": None,
        "moved_at": None,
        "overdue_step": None,
    }
    return {**known, **values}


def households(*rows: dict[str, Any]) -> pl.DataFrame:
    times = dict.fromkeys(("notified_at", "acknowledged_at", "moved_at"), pl.Datetime("us", "UTC"))
    texts = dict.fromkeys(("overdue_step", "grid_code", "worker_code"), pl.String)
    return pl.DataFrame(list(rows), schema_overrides={**times, **texts})


def test_hours_without_a_reading_in_a_row_are_one_gap_and_an_awaited_one_is_none() -> None:
    silent = gauge(1.0, None, None, 0.0, None, 2.0, None, awaited=1)
    assert silent.gaps == [
        (START + 1 * HOUR, START + 3 * HOUR),
        (START + 4 * HOUR, START + 5 * HOUR),
    ]
    assert gauge(0.0, 0.0).gaps == []


def test_a_picture_shows_a_gap_as_a_gap_and_the_forecast_hollow() -> None:
    picture = gauge_bars(
        gauge(5.0, None, 0.0, 10.0, forecast=(4.0, 0.0)),
        scale_mm=10.0,
        zone=UTC,
        colours=LIGHT,
        label='a "name" <b>',
    )
    assert picture.count('class="gap"') == 1
    assert len(re.findall(r"<rect[^>]*stroke-dasharray", picture)) == 1
    solid = [
        float(height) for height in re.findall(r'height="([\d.]+)" fill="' + LIGHT.primary, picture)
    ]
    assert solid == [26.0, 52.0]
    assert "<b>" not in picture


def test_grids_with_somebody_left_come_first_by_their_most_exposed_household() -> None:
    moved = {"moved_at": START, "notified_at": START, "acknowledged_at": START}
    found = grid_lines(
        households(
            household("1", 1, grid_code="done", **moved),
            household("2", 2, grid_code="far", **moved),
            household("3", 3, grid_code="near", worker_code="v"),
            household("4", 4, grid_code="far", notified_at=START, overdue_step="acknowledged"),
            household("5", 5, grid_code="near", worker_code="v", overdue_step="told"),
            household("6", 6, grid_code="near", worker_code="v", action_code="check"),
            household("7", 7, grid_code=None, worker_code=None, action_code="tell"),
        )
    )
    assert found is not None
    assert [line.grid_code for line in found] == ["near", "far", "done", None]
    near, far, done, _ = found
    assert (near.to_move_count, near.check_count, near.left_count) == (2, 1, 2)
    assert (near.worker_code, near.overdue) == ("v", {"told": 1})
    assert (far.told_count, far.acknowledged_count, far.moved_count) == (2, 1, 1)
    assert (far.left_count, far.overdue) == (1, {"acknowledged": 1})
    assert (done.left_count, done.overdue_count) == (0, 0)
    assert not any("key" in name for name in vars(near))
    assert grid_lines(None) is None


def line(grid: str, worker: str | None, to_move: int, moved: int) -> GridLine:
    return GridLine("t", "c", grid, worker, to_move, to_move, 0, to_move, to_move, moved, {})


def test_a_worker_of_several_grids_has_what_is_to_be_done_in_all_of_them() -> None:
    found = worker_lines(
        [line("a", "w", 3, 1), line("b", "v", 4, 0), line("c", "w", 5, 0), line("d", None, 1, 1)]
    )
    assert [(one.worker_code, one.grid_count, one.left_count) for one in found] == [
        ("w", 2, 7),
        ("v", 1, 4),
        (None, 1, 0),
    ]


def test_a_storm_is_replayed_from_before_its_first_warning_and_never_beyond_what_is_known() -> None:
    storm = {"start_at": START + 25 * HOUR / 60, "end_at": START + 10.5 * HOUR}
    assert hours_of(storm, AS_OF) == (START - 3 * HOUR, START + 12 * HOUR)
    assert hours_of(storm, START + 4.7 * HOUR)[1] == START + 4 * HOUR
    frame = pl.DataFrame([storm])
    assert storm_at(frame, START - 3 * HOUR, AS_OF) == storm
    assert storm_at(frame, START - 3.1 * HOUR, AS_OF) is None
    assert storm_at(frame, START + 12.9 * HOUR, AS_OF) == storm
    assert storm_at(frame, START + 13 * HOUR, AS_OF) is None


def test_an_alert_s_days_have_bars_the_expected_line_and_the_limit() -> None:
    days = pl.DataFrame(
        {
            "day": [date(2026, 11, day) for day in (1, 2, 3, 4)],
            "observed_count": [4, 9, 12, 5],
            "expected_count": [4.5, 4.0, 4.2, 4.1],
            "upper_count": [9, 8, 8, 9],
        }
    )
    figure = alert_chart(
        days,
        raised=date(2026, 11, 3),
        window_first=date(2026, 11, 2),
        lang=Lang.ZH,
        colours=LIGHT,
    )
    upper, expected, observed = figure.data
    assert list(upper.y) == [9, 8, 8, 9]
    assert list(expected.y) == [4.5, 4.0, 4.2, 4.1]
    assert list(observed.y) == [4, 9, 12, 5]
    judged = [colour == LIGHT.bad for colour in observed.marker.color]
    assert judged == [False, True, True, False]


ALERT: dict[str, Any] = {
    "alert_id": "430181:town:430181002000:noise:2026-11-03",
    "raised_date": date(2026, 11, 3),
    "acknowledged_at": START,
    "dispatched_at": None,
    "silenced_until_date": None,
    "cleared_date": None,
}


def test_the_life_of_an_alert_is_told_in_order_with_what_is_still_open() -> None:
    assert [name for name, at in steps(ALERT) if at] == ["raised", "acknowledged"]
    assert [name for name, _ in steps(ALERT)][-1] == "cleared"
    day = date(2026, 11, 15)
    assert last_day(ALERT, day) == day
    assert last_day({**ALERT, "cleared_date": date(2026, 11, 4)}, day) == date(2026, 11, 11)


def test_what_can_be_done_about_an_alert_in_its_state_is_a_command_that_names_it() -> None:
    orders = commands({**ALERT, "state": "open"}, "GW1")
    assert [one.split(" --as ")[1].split()[0] for one in orders] == list(ACTIONS)
    assert all(one.startswith(f"gridgov warn act {ALERT['alert_id']} ") for one in orders)
    by_code = dict(zip(ACTIONS, orders, strict=True))
    assert "--worker GW1" in by_code["dispatched"]
    assert "--worker" not in " ".join(commands({**ALERT, "state": "open"}, ""))
    assert "--reason" in by_code["silenced"]
    assert "--until" in by_code["silenced"]
    after = commands({**ALERT, "state": "acknowledged"}, "GW1")
    assert after == [one for one in orders if "--as acknowledged" not in one]
    assert commands({**ALERT, "state": "cleared"}, "GW1") == []


def test_times_and_towns_read_as_people_say_them() -> None:
    assert duration(215.4, Lang.ZH) == "3 小时 35 分"
    assert duration(120, Lang.EN) == "2 h"
    assert duration(9.6, Lang.EN) == "10 min"
    assert towns_in_words(["a", "b"], Lang.EN) == "a, b"
    assert towns_in_words(list("abcdef"), Lang.EN) == "a, b, c, d and others, 6 towns"
