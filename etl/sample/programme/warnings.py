"""Forecasts of storm days and the warnings issued by the thresholds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.sample.programme.chance import moving, progress
from etl.sample.programme.mess import spoiled
from etl.sample.programme.rain import (
    HOURS,
    TOLD_STORM_DAY,
    TOLD_STORM_TOWN,
    Weather,
    hour_end,
    window_sums,
)
from etl.sample.programme.table import Table
from etl.sample.programme.writing import coded, numbers, so_far, times, written
from etl.sample.timeline import AS_OF, HOUR, MINUTE, START, seconds_of
from etl.sample.types import Bools, Floats, Ints

# Hours of the window and millimetres in it; names and editions are in the seed `rain_thresholds`.
THRESHOLDS = {"blue": (12, 50.0), "yellow": (6, 50.0), "orange": (3, 50.0), "red": (3, 100.0)}
COLOURS = tuple(THRESHOLDS)
ORANGE, RED = COLOURS.index("orange"), COLOURS.index("red")
SAME_EVENT_HOURS = 9
MISSED_SHARE = 0.05
LATE_SHARE_BEFORE, LATE_SHARE_AFTER = 0.20, 0.06
LEAD_MINUTES_BEFORE, LEAD_MINUTES_AFTER, LEAD_SPREAD = 35.0, 75.0, 0.5
NEARLY = 0.72
"""Share of the threshold at which somebody may warn in vain."""
FALSE_SHARE = 0.16
TOLD_LEAD_MINUTES = 95.0

FORECAST_HOURS, ISSUED_EVERY_HOURS = 24, 6
STORM_DAY_MM, TOLD_MM = 40.0, 4.0
FALSE_FORECAST_SHARE = 0.004


@dataclass(frozen=True)
class Warnings:
    """Warnings in order of time: number, town (column of the weather), colour, times.

    `reached_at` is NaN for a false warning.
    """

    number: pl.Series
    town: Ints
    colour: Ints
    issued_at: Floats
    lifted_at: Floats
    reached_at: Floats
    is_told: Bools


@dataclass(frozen=True)
class Spells:
    """Events in a town in which a colour's threshold was reached, with the first and last hour."""

    town: Ints
    first: Ints
    last: Ints
    peak_mm: Floats


def spells(sums: Floats, least: float) -> Spells:
    """Hours at or above a threshold, those of one event put together."""
    town, hour = np.nonzero(np.transpose(sums) >= least)
    if not len(hour):
        return Spells(town, hour, hour, np.zeros(0))
    starts = np.ones(len(hour), dtype=bool)
    starts[1:] = (town[1:] != town[:-1]) | (hour[1:] - hour[:-1] > SAME_EVENT_HOURS)
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(hour)) - 1
    return Spells(
        town[first], hour[first], hour[last], np.maximum.reduceat(sums[hour, town], first)
    )


def make_warnings(weather: Weather, *, seed: int) -> Warnings:
    """Warn before most events, after some, and sometimes in vain."""
    rng = np.random.default_rng([seed, 34])
    parts = [_of_colour(weather, colour, rng) for colour in range(len(COLOURS))]
    town, colour, issued, lifted, reached, told = (
        np.concatenate(values) for values in zip(*parts, strict=True)
    )
    issued = np.floor(np.maximum(issued, START))
    order = np.lexsort((colour, issued))
    issued = issued[order]
    return Warnings(
        number=numbers("YJ", issued, width=5),
        town=town[order],
        colour=colour[order],
        issued_at=issued,
        lifted_at=np.floor(lifted[order]),
        reached_at=reached[order],
        is_told=told[order],
    )


def _of_colour(
    weather: Weather, colour: int, rng: np.random.Generator
) -> tuple[Ints, Ints, Floats, Floats, Floats, Bools]:
    hours, least = THRESHOLDS[COLOURS[colour]]
    sums = window_sums(weather.rain, hours)
    events = spells(sums, least)
    reached, last = hour_end(events.first), hour_end(events.last)
    day = seconds_of(TOLD_STORM_DAY)
    told = (np.array(weather.codes)[events.town] == TOLD_STORM_TOWN) & (
        np.abs(reached - day - 6 * HOUR) < 12 * HOUR
    )
    count = len(reached)
    share = progress(reached)
    usual = moving(LEAD_MINUTES_BEFORE, LEAD_MINUTES_AFTER, share)
    lead = usual * np.exp(LEAD_SPREAD * rng.standard_normal(count)) * MINUTE
    is_late = rng.random(count) < moving(LATE_SHARE_BEFORE, LATE_SHARE_AFTER, share)
    # Late is only what was still there: behind the last hour a warning is in vain.
    delay = np.minimum(rng.uniform(5, 45, count) * MINUTE, last - reached)
    issued = np.where(told, reached - TOLD_LEAD_MINUTES * MINUTE, reached - lead)
    issued = np.where(is_late & (delay > 0) & ~told, reached + delay, issued)
    lifted = last + rng.uniform(1.5, 4, count) * HOUR
    warned = told | (rng.random(count) >= MISSED_SHARE)
    vain_town, vain_issued, vain_lifted = _in_vain(sums, least, count, rng)
    kept = np.flatnonzero(warned & (issued <= AS_OF))
    vain = len(vain_town)
    return (
        np.concatenate([events.town[kept], vain_town]),
        np.full(len(kept) + vain, colour),
        np.concatenate([issued[kept], vain_issued]),
        np.concatenate([lifted[kept], vain_lifted]),
        np.concatenate([reached[kept], np.full(vain, np.nan)]),
        np.concatenate([told[kept], np.zeros(vain, dtype=bool)]),
    )


def _in_vain(
    sums: Floats, least: float, count: int, rng: np.random.Generator
) -> tuple[Ints, Floats, Floats]:
    """Town and times of warnings of rain that came near to the threshold and did not reach it."""
    near = spells(sums, least * NEARLY)
    missed = np.flatnonzero((near.peak_mm < least) & (near.first > 3) & (near.last < HOURS - 9))
    wanted = max(1, round(count * FALSE_SHARE / (1 - FALSE_SHARE)))
    chosen = np.sort(rng.permutation(missed)[:wanted])
    issued = hour_end(near.first[chosen]) - rng.uniform(5, 60, len(chosen)) * MINUTE
    lifted = hour_end(near.last[chosen]) + rng.uniform(0.5, 1.5, len(chosen)) * HOUR
    return near.town[chosen], issued, lifted


def rain_warnings(weather: Weather, warnings: Warnings, *, seed: int) -> Iterator[Table]:
    """The warnings as they were published."""
    rng = np.random.default_rng([seed, 35])
    lifted = so_far(warnings.lifted_at)
    frame = pl.DataFrame(
        {
            "warning_number": warnings.number,
            "colour_code": coded(THRESHOLDS, warnings.colour),
            "town_code": pl.Series(weather.codes).gather(warnings.town),
            "issued_at": times(warnings.issued_at),
            "lifted_at": times(lifted),
            "updated_at": written(np.fmax(warnings.issued_at, lifted), rng),
        }
    )
    frame, planted = spoiled(
        frame,
        "warning_number",
        {"lifted_before_issued": {"lifted_at": pl.col("issued_at").dt.offset_by("-1h")}},
        rng,
    )
    yield Table.of("rain_warnings", frame, planted)


def rain_forecasts(weather: Weather, *, seed: int) -> Iterator[Table]:
    """Every six hours the next 24 hours of the towns in which it shall rain, on storm days only."""
    rng = np.random.default_rng([seed, 36])
    issues = np.arange(ISSUED_EVERY_HOURS, HOURS, ISSUED_EVERY_HOURS)
    total = np.concatenate([np.zeros((1, len(weather.towns))), np.cumsum(weather.rain, axis=0)])
    ahead = total[np.minimum(issues + FORECAST_HOURS, HOURS)] - total[issues]
    is_storm = (ahead.max(axis=1) >= STORM_DAY_MM) | (
        rng.random(len(issues)) < FALSE_FORECAST_SHARE
    )
    issue, town = np.nonzero((ahead >= TOLD_MM) & is_storm[:, None])
    # Hour and amount are not quite right, and peaks are flattened.
    shift = rng.integers(-2, 3, len(issue))
    factor = rng.lognormal(-0.05, 0.35, len(issue))
    padded = np.pad(weather.rain, ((4, FORECAST_HOURS + 4), (0, 0)))
    flat = (padded[:-2] + padded[1:-1] * 2 + padded[2:]) / 4
    ahead_hours = np.arange(FORECAST_HOURS)[None, :]
    rows = issues[issue][:, None] + ahead_hours + 3 + shift[:, None]
    amount = np.round(flat[rows, town[:, None]] * factor[:, None], 1)
    issued = np.repeat(START + issues[issue] * HOUR, FORECAST_HOURS)
    valid = issued + (np.tile(np.arange(FORECAST_HOURS), len(issue)) + 1.0) * HOUR
    frame = pl.DataFrame(
        {
            "town_code": pl.Series(weather.codes).gather(np.repeat(town, FORECAST_HOURS)),
            "issued_at": times(issued),
            "valid_at": times(valid),
            "rain_mm": np.minimum(amount.ravel(), 200.0),
            "updated_at": times(np.minimum(issued + 5 * MINUTE, AS_OF)),
        }
    )
    frame, planted = spoiled(
        frame,
        None,
        {"valid_before_issued": {"valid_at": pl.col("issued_at").dt.offset_by("-1h")}},
        rng,
        share=0.0002,
    )
    yield Table.of("rain_forecasts", frame, planted)
