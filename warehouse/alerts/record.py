"""The record of alerts on a day: alarms found, folded with what users did."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl

from warehouse.alerts.counts import DailyCounts, Sql, daily_counts
from warehouse.alerts.detect import detect
from warehouse.alerts.life import (
    ALIVE,
    Action,
    Alarm,
    Alert,
    SeriesKey,
    alert_id,
    fold,
    parse_alert_id,
)
from warehouse.alerts.textbook import METHODS, Opinion, opinions
from warehouse.settings import Settings

HISTORY_DAYS = 5 * 364 + 60
"""Days of cases before the first alert recorded: Farrington's five years."""
LEAD_IN_DAYS = 60
"""Days before the first one recorded that are judged too, so that nothing begins with the year."""

COLUMNS: Mapping[str, pl.DataType] = {
    "alert_id": pl.String(),
    "county_code": pl.String(),
    "area_level": pl.String(),
    "area_code": pl.String(),
    "town_code": pl.String(),
    "category_family": pl.String(),
    "watch": pl.String(),
    "raised_date": pl.Date(),
    "window_first_date": pl.Date(),
    "window_days": pl.Int64(),
    "observed_count": pl.Int64(),
    "expected_count": pl.Float64(),
    "upper_count": pl.Int64(),
    "chance": pl.Float64(),
    "is_ears_c1": pl.Boolean(),
    "is_ears_c2": pl.Boolean(),
    "is_ears_c3": pl.Boolean(),
    "is_farrington": pl.Boolean(),
    "is_by_hand": pl.Boolean(),
    "state": pl.String(),
    "is_alive": pl.Boolean(),
    "last_alarm_date": pl.Date(),
    "alarm_day_count": pl.Int64(),
    "acknowledged_at": pl.Datetime("us", "UTC"),
    "dispatched_at": pl.Datetime("us", "UTC"),
    "worker_code": pl.String(),
    "silenced_until_date": pl.Date(),
    "reason_code": pl.String(),
    "cleared_date": pl.Date(),
    "cleared_by": pl.String(),
    "action_count": pl.Int64(),
}
"""Columns of `mart.fct_alerts`, as dbt_project/models/marts/alerts describes them."""

ACTIONS = """
    select
        action_id, action_code, subject_number, acted_at, acted_date, reason_code,
        silenced_until_date, worker_code
    from mart.fct_user_actions
    where
        county_code = $county_code
        and subject_kind_code = 'alert'
        and acted_date <= $day
"""

AS_OF_DAYS = "select county_code, as_of_date from intermediate.int_counties__as_of order by 1"


def first_recorded(day: date) -> date:
    """First day whose alerts are kept on a day: it moves once a year, so nothing else does."""
    return date(day.year - 1, 1, 1)


def first_counted(day: date) -> date:
    """First day whose cases are looked at; a report of long ago is a slip or of no use."""
    return first_recorded(day) - timedelta(days=HISTORY_DAYS)


def alerts_on(sql: Sql, county_code: str, day: date) -> pl.DataFrame:
    """Alerts raised since 1 January of the year before, as they are on a day.

    Only what was reported and done by the end of that day is looked at, so a past day can be seen
    again as it was then, but for records that came in later with an earlier time.

    Args:
        sql: runs a query with named parameters on marts: a published version or the work database.

    Returns:
        `COLUMNS`, by day raised and series.
    """
    first = first_recorded(day)
    counts = daily_counts(sql, county_code, first_date=first_counted(day), last_date=day)
    begins = first - timedelta(days=LEAD_IN_DAYS)
    alarms = detect(counts, first_date=begins) if counts else None
    actions = _actions(sql(ACTIONS, {"county_code": county_code, "day": day}), county_code, begins)
    found = fold(_alarms(alarms), actions, day=day)
    kept = [one for one in found if one.raised_date >= first]
    seen = {} if alarms is None else _by_series_and_day(alarms)
    said = {} if counts is None else _opinions(counts, kept)
    rows = [
        _row(
            one, county_code=county_code, day=day, alarm=seen.get(_at(one)), said=said.get(_at(one))
        )
        for one in kept
    ]
    town_of = (
        {}
        if counts is None
        else dict(
            zip(counts.grids, (counts.towns[place] for place in counts.grid_town), strict=True)
        )
    )
    for row in rows:
        if row["area_level"] == "grid":
            row["town_code"] = town_of.get(row["area_code"])
    return pl.DataFrame(rows, schema=dict(COLUMNS))


def build_alerts(con: duckdb.DuckDBPyConnection, *, settings: Settings) -> None:  # noqa: ARG001
    """Build step: write `mart.fct_alerts`, every county on its own as-of day.

    Args:
        con: the work database with the marts.
        settings: not needed; every build step is called with them.
    """

    def sql(query: str, params: Mapping[str, Any]) -> pl.DataFrame:
        rows: pl.DataFrame = con.sql(query, params=dict(params)).pl()
        return rows

    frames = [
        alerts_on(sql, county_code, day) for county_code, day in con.sql(AS_OF_DAYS).fetchall()
    ]
    rows = pl.concat(frames) if frames else pl.DataFrame(schema=dict(COLUMNS))
    con.register("alert_rows", rows)
    con.execute("create or replace table mart.fct_alerts as select * from alert_rows")
    con.unregister("alert_rows")


def _alarms(rows: pl.DataFrame | None) -> list[Alarm]:
    if rows is None:
        return []
    columns = ("area_level", "area_code", "category_family", "alarm_date", "window_days")
    return [
        Alarm(SeriesKey(level, area, family), day, window)
        for level, area, family, day, window in rows.select(columns).iter_rows()
    ]


def _actions(rows: pl.DataFrame, county_code: str, begins: date) -> list[Action]:
    """Actions on alerts of this county since the first day judged; what names none is left out."""
    found = []
    for row in rows.iter_rows(named=True):
        named = parse_alert_id(row.pop("subject_number"))
        if named is not None and named[0] == county_code and named[2] >= begins:
            found.append(Action(series=named[1], named_date=named[2], **row))
    return found


def _at(alert: Alert) -> tuple[SeriesKey, date]:
    return alert.series, alert.raised_date


def _by_series_and_day(alarms: pl.DataFrame) -> dict[tuple[SeriesKey, date], dict[str, Any]]:
    return {
        (
            SeriesKey(row["area_level"], row["area_code"], row["category_family"]),
            row["alarm_date"],
        ): row
        for row in alarms.iter_rows(named=True)
    }


def _opinions(
    counts: DailyCounts, alerts: Sequence[Alert]
) -> dict[tuple[SeriesKey, date], Opinion]:
    """What the textbook methods say, of the alerts of each day together."""
    by_day: dict[date, list[SeriesKey]] = {}
    for one in alerts:
        by_day.setdefault(one.raised_date, []).append(one.series)
    found: dict[tuple[SeriesKey, date], Opinion] = {}
    for day, keys in by_day.items():
        values = [counts.series(key.area_level, key.area_code, key.category_family) for key in keys]
        known = [key for key, value in zip(keys, values, strict=True) if value is not None]
        if known:
            stacked = np.column_stack([value for value in values if value is not None])
            said = opinions(stacked, (day - counts.first_date).days)
            found |= {(key, day): one for key, one in zip(known, said, strict=True)}
    return found


def _row(
    alert: Alert,
    *,
    county_code: str,
    day: date,
    alarm: Mapping[str, Any] | None,
    said: Opinion | None,
) -> dict[str, Any]:
    state = alert.state(day)
    key = alert.series
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "alert_id": alert_id(county_code, key, alert.raised_date),
        "county_code": county_code,
        "area_level": key.area_level,
        "area_code": key.area_code,
        "town_code": key.area_code if key.area_level == "town" else None,
        "category_family": key.category_family,
        "raised_date": alert.raised_date,
        "is_by_hand": alert.is_by_hand,
        "state": state,
        "is_alive": state in ALIVE,
        "last_alarm_date": alert.last_alarm_date,
        "alarm_day_count": alert.alarm_day_count,
        "acknowledged_at": alert.acknowledged_at,
        "dispatched_at": alert.dispatched_at,
        "worker_code": alert.worker_code,
        "silenced_until_date": alert.silenced_until_date,
        "reason_code": alert.reason_code,
        "cleared_date": alert.cleared_date,
        "cleared_by": alert.cleared_by,
        "action_count": alert.action_count,
    }
    if alarm is not None and not alert.is_withdrawn and not alert.is_by_hand:
        row |= {name: alarm[name] for name in _FIGURES}
        row["window_first_date"] = alert.raised_date - timedelta(days=alarm["window_days"] - 1)
    if said is not None:
        row |= {f"is_ears_{method.lower()}": said.ears[method] for method in METHODS}
        row["is_farrington"] = said.farrington
    return row


_FIGURES = ("watch", "window_days", "observed_count", "expected_count", "upper_count", "chance")
