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
        and none more severe is reached); expected_colour, expected_at, lead_minutes (of the most
        severe colour expected, when more severe than what is reached); forecast_issued_at;
        severity_number, of the most severe of the three, 0 where there is none.
    """
    towns = hours.day.towns
    is_missing = pl.Series("is_missing", hours.is_missing)
    counts = (
        hours.day.gauges.select("town_code", is_missing)
        .group_by("town_code")
        .agg(gauge_count=pl.len(), missing_gauge_count=pl.col("is_missing").sum())
    )
    reached = _worst(found.filter(pl.col("is_reached").fill_null(value=False)), ["reached_at"])
    expected = _worst(
        found.filter(pl.col("expected_at").is_not_null()), ["expected_at", "lead_minutes"]
    )
    unknown = (
        found.filter(pl.col("is_reached").is_null())
        .group_by("town_code")
        .agg(unknown_severity=pl.col("severity_number").max())
    )
    frame = towns
    for other in (
        counts,
        _warned(towns.select("town_code"), warnings),
        _named(reached, "reached"),
        unknown,
        _named(expected, "expected"),
        forecast.towns.rename({"issued_at": "forecast_issued_at"}),
    ):
        frame = frame.join(other, on="town_code", how="left", maintain_order="left")
    severities = ("in_force_severity", "reached_severity", "expected_severity")
    # What is worse already makes a milder colour to come no news.
    is_news = pl.col("expected_severity") > pl.col("reached_severity").fill_null(0)
    coming = ("expected_colour", "expected_at", "lead_minutes")
    return frame.with_columns(
        *(pl.when(is_news).then(pl.col(name)).alias(name) for name in coming),
        pl.col("gauge_count", "missing_gauge_count").fill_null(0).cast(pl.Int64),
        pl.col("warning_count").fill_null(0).cast(pl.Int64),
        is_reached_known=pl.col("unknown_severity").is_null()
        | (pl.col("unknown_severity") < pl.col("reached_severity").fill_null(0)),
        severity_number=pl.max_horizontal(pl.col(*severities).fill_null(0)),
    ).select(
        *("town_code", "town_name", "gauge_count", "missing_gauge_count"),
        *("in_force_colour", "in_force_since_at", "warning_count"),
        *("reached_colour", "reached_at", "is_reached_known"),
        *("expected_colour", "expected_at", "lead_minutes", "forecast_issued_at"),
        "severity_number",
    )


def _worst(found: pl.DataFrame, also: list[str]) -> pl.DataFrame:
    """Of each town the most severe colour."""
    return (
        found.sort("severity_number")
        .group_by("town_code", maintain_order=True)
        .last()
        .select("town_code", "colour_code", "severity_number", *also)
    )


def _named(worst: pl.DataFrame, what: str) -> pl.DataFrame:
    return worst.rename({"colour_code": f"{what}_colour", "severity_number": f"{what}_severity"})


def _warned(towns: pl.DataFrame, warnings: pl.DataFrame) -> pl.DataFrame:
    """Of each town the most severe warning in force, of its own or of the whole county."""
    of_county = warnings.filter(pl.col("area_level") == "county").drop("town_code")
    everywhere = towns.join(of_county, how="cross")
    own = warnings.filter(pl.col("area_level") == "town", pl.col("town_code").is_not_null())
    both = pl.concat([own, everywhere.select(own.columns)])
    return (
        both.sort("severity_number", "issued_at", descending=[False, True])
        .group_by("town_code", maintain_order=True)
        .agg(
            in_force_colour=pl.col("colour_code").last(),
            in_force_severity=pl.col("severity_number").last(),
            in_force_since_at=pl.col("issued_at").last(),
            warning_count=pl.len(),
        )
    )
