"""The four warning colours of a town: in force, reached by the gauges, and to be expected.

The thresholds are those of the seed `rain_thresholds` (order 16 of the China Meteorological
Administration: rain of 12, 6 or 3 hours) in the edition of the day.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from warehouse.rainstorm.forecasts import Forecast, with_forecast
from warehouse.rainstorm.rain import Floats, Hours, Ints, window_sums
from warehouse.rainstorm.records import Records

SPELL_HOURS = 24
"""How far back the beginning of a spell is looked for."""

UTC_TIME = pl.Datetime("us", "UTC")

COLOUR_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "town_code": pl.String,
    "colour_code": pl.String,
    "severity_number": pl.Int64,
    "window_hours": pl.Int64,
    "threshold_mm": pl.Float64,
    "window_mm": pl.Float64,
    "is_complete": pl.Boolean,
    "is_reached": pl.Boolean,
    "reached_at": UTC_TIME,
    "expected_at": UTC_TIME,
    "expected_mm": pl.Float64,
    "lead_minutes": pl.Float64,
}

TOWN_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "town_code": pl.String,
    "town_name": pl.String,
    "gauge_count": pl.Int64,
    "missing_gauge_count": pl.Int64,
    "in_force_colour": pl.String,
    "in_force_since_at": UTC_TIME,
    "warning_count": pl.Int64,
    "reached_colour": pl.String,
    "reached_at": UTC_TIME,
    "is_reached_known": pl.Boolean,
    "expected_colour": pl.String,
    "expected_at": UTC_TIME,
    "lead_minutes": pl.Float64,
    "forecast_issued_at": UTC_TIME,
    "severity_number": pl.Int64,
}


def colours(hours: Hours, forecast: Forecast) -> pl.DataFrame:
    """What the gauges and the forecast say of each colour in each town.

    One gauge is enough for its town. A window with hours missing is at least what fell in the
    others: it may reach a threshold, but that it does not is not known. A town without a gauge has
    its forecast only.

    Returns:
        One row per town and colour, by town and severity: window_mm, the highest sum up to now
        (null where no hour is known), is_complete, whether every window of the town is whole;
        is_reached (null where it is not known), reached_at (first hour of the present spell);
        expected_at, expected_mm, lead_minutes: the first hour ahead at whose end observed and
        forecast rain together reach it, the sum then, and the minutes until then; null where it is
        reached already, or not within the forecast.
    """
    towns = hours.day.towns["town_code"]
    own_town = hours.day.gauges["town_code"]
    # A town without a gauge has a row of its own, in which nothing was observed.
    bare = towns.filter(~towns.is_in(own_town.implode()))
    of_town = pl.concat([own_town, bare])
    observed = np.vstack([hours.rain_mm, np.full((len(bare), hours.rain_mm.shape[1]), np.nan)])
    ends = np.concatenate([hours.end_column, np.full(len(bare), hours.last_column)])
    ahead = with_forecast(observed, ends, forecast.of(of_town))
    rows_of = {town: np.flatnonzero(of_town.to_numpy() == town) for town in towns}
    found = []
    for limit in hours.day.thresholds.iter_rows(named=True):
        sums, known = window_sums(ahead, limit["window_hours"])
        named = {name: limit[name] for name in ("colour_code", "severity_number", "window_hours")}
        for town, rows in rows_of.items():
            spell = _of_town(hours, sums[rows], known[rows], ends[rows], limit)
            found.append({"town_code": town, **named, "threshold_mm": limit["rain_mm"], **spell})
    frame = pl.DataFrame(found, schema=COLOUR_COLUMNS)
    return frame.sort("town_code", "severity_number")


def _of_town(
    hours: Hours, sums: Floats, known: Ints, ends: Ints, limit: Mapping[str, Any]
) -> dict[str, Any]:
    """What the sums of a town's gauges say of one colour: the last columns of `COLOUR_COLUMNS`."""
    threshold_mm, row = limit["rain_mm"], np.arange(len(sums))
    now, known_now = sums[row, ends], known[row, ends]
    is_complete = bool((known_now == limit["window_hours"]).all())
    is_reached = bool((now >= threshold_mm).any())
    highest = sums.max(axis=0)
    said = {
        "window_mm": float(now.max()) if known_now.any() else None,
        "is_complete": is_complete,
        "is_reached": is_reached if is_reached or is_complete else None,
    }
    if is_reached:
        end = int(ends.max())
        start = max(0, end - SPELL_HOURS)
        pauses = np.flatnonzero(highest[start:end] < threshold_mm)
        first = start + (int(pauses[-1]) + 1 if len(pauses) else 0)
        return {**said, "reached_at": hours.end_of(first)}
    start = int(ends.min()) + 1
    reaching = np.flatnonzero(highest[start:] >= threshold_mm)
    if not len(reaching):
        return said
    column = start + int(reaching[0])
    at = hours.end_of(column)
    return {
        **said,
        "expected_at": at,
        "expected_mm": float(highest[column]),
        "lead_minutes": max((at - hours.at) / timedelta(minutes=1), 0.0),
    }


def in_force(records: Records, hours: Hours) -> pl.DataFrame:
    """Warnings issued by the time and not lifted by then: warning_id, colour_code,
    severity_number, area_level, town_code (null for the whole county), issued_at, in_force_minutes.
    """
    limits = hours.day.thresholds.select("colour_code", "severity_number")
    is_lifted = pl.col("lifted_at").is_not_null() & (pl.col("lifted_at") <= hours.at)
    warnings = records.warnings.filter(pl.col("issued_at") <= hours.at, ~is_lifted)
    minutes = (pl.lit(hours.at) - pl.col("issued_at")).dt.total_seconds() / 60
    return (
        warnings.join(limits, on="colour_code", how="left", maintain_order="left")
        .with_columns(in_force_minutes=minutes)
        .select(
            *("warning_id", "colour_code", "severity_number", "area_level", "town_code"),
            *("issued_at", "in_force_minutes"),
        )
    )


def town_states(
    hours: Hours, found: pl.DataFrame, warnings: pl.DataFrame, forecast: Forecast
) -> pl.DataFrame:
    """One row per town: what is in force, reached and expected there, the most severe of each.

    Args:
        found: what `colours` found.
        warnings: what `in_force` found.

    Returns:
        town_code, town_name; gauge_count, missing_gauge_count; in_force_colour, in_force_since_at
        (issue of that colour's first warning in force, of the town or the county), warning_count;
        reached_colour, reached_at, is_reached_known (false where some colour's window is not whole
        and none more severe is reached, and on a day without thresholds); expected_colour,
        expected_at, lead_minutes (of the most severe colour expected, when more severe than what is
        reached); forecast_issued_at; severity_number, of the most severe of the three, 0 where
        there is none.
    """
    colours_of, warnings_of = _by_town(found), _by_town(warnings)
    of_county = warnings_of.get(None, [])
    missing_of: dict[str | None, list[bool]] = {}
    for town, is_missing in zip(hours.day.gauges["town_code"], hours.is_missing, strict=True):
        missing_of.setdefault(town, []).append(bool(is_missing))
    issued = dict(forecast.towns.iter_rows())
    rows = []
    for town, name in hours.day.towns.select("town_code", "town_name").iter_rows():
        own = colours_of.get(town, [])
        in_force = _severest([*warnings_of.get(town, []), *of_county], first_by="issued_at")
        reached = _severest([row for row in own if row["is_reached"]])
        unknown = _severest([row for row in own if row["is_reached"] is None])
        expected = _severest([row for row in own if row["expected_at"]])
        # What is worse already makes a milder colour to come no news.
        coming = expected if _severity(expected) > _severity(reached) else {}
        rows.append(
            {
                "town_code": town,
                "town_name": name,
                "gauge_count": len(missing_of.get(town, [])),
                "missing_gauge_count": sum(missing_of.get(town, [])),
                "in_force_colour": in_force.get("colour_code"),
                "in_force_since_at": in_force.get("issued_at"),
                "warning_count": len(warnings_of.get(town, [])) + len(of_county),
                "reached_colour": reached.get("colour_code"),
                "reached_at": reached.get("reached_at"),
                "is_reached_known": bool(own)
                and (not unknown or _severity(unknown) < _severity(reached)),
                "expected_colour": coming.get("colour_code"),
                "expected_at": coming.get("expected_at"),
                "lead_minutes": coming.get("lead_minutes"),
                "forecast_issued_at": issued.get(town),
                "severity_number": max(map(_severity, (in_force, reached, expected))),
            }
        )
    return pl.DataFrame(rows, schema=TOWN_COLUMNS)


def _by_town(frame: pl.DataFrame) -> dict[str | None, list[dict[str, Any]]]:
    """Rows by town; of warnings those for the whole county under none, and those for a town that
    nobody knows nowhere.
    """
    found: dict[str | None, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        if row["town_code"] is not None or row["area_level"] == "county":
            found.setdefault(row["town_code"], []).append(row)
    return found


def _severest(rows: list[dict[str, Any]], *, first_by: str | None = None) -> dict[str, Any]:
    """The most severe of rows, of several as severe the earliest by a column; empty of none."""
    worst = max(map(_severity, rows), default=0)
    same = [row for row in rows if _severity(row) == worst]
    if first_by:
        same.sort(key=lambda row: row[first_by])
    return same[0] if same else {}


def _severity(row: Mapping[str, Any]) -> int:
    return int(row.get("severity_number") or 0)
