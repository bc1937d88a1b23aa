"""How long things take in the sample: the milestones of each case.

Times are seconds since the start of the period's epoch, local, as floats; NaN is "never".
"""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from scipy.special import ndtri

from etl.sample.rhythm import FIRST_DAY, LAST_DAY
from etl.sample.types import Bools, Floats, Ints

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
PROGRAMME_START = date(2024, 11, 1)
RESPONSE_RAMP_DAYS = 92
RESPONSE_MINUTES_BEFORE, RESPONSE_MINUTES_AFTER = 120.0, 30.0
RESPONSE_SPREAD = 0.7
ON_TIME_RAMP_DAYS = 300
ON_TIME_BEFORE, ON_TIME_AFTER = 0.75, 0.935
RESOLUTION_SPREAD = 0.9

VOID_SHARE = 0.015
FILED_BEFORE_VOID_SHARE = 0.4
SUSPENDED_SHARE = 0.01
DEFERRED_SHARE = 0.003
EXTENDED_SHARE = 0.03
REWORKED_SHARE = 0.04
CHRONIC_SHARE = 0.0025

MILESTONES = (
    "reported_at",
    "accepted_at",
    "filed_at",
    "dispatched_at",
    "first_response_at",
    "handled_at",
    "checked_at",
    "closed_at",
    "voided_at",
    "suspended_at",
    "resumed_at",
    "deferred_at",
)

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times of the county, which has no summer time


def seconds_of(day: date) -> float:
    """Seconds from the epoch to the start of a local day."""
    return (datetime(day.year, day.month, day.day) - EPOCH).total_seconds()  # noqa: DTZ001


START = seconds_of(FIRST_DAY)
AS_OF = seconds_of(LAST_DAY) + DAY - 1


@dataclass(frozen=True)
class Terms:
    """What is known of each case before its life begins."""

    reported_at: Floats
    town: Ints
    response_factor: Floats
    response_limit_minutes: Floats
    close_limit_hours: Floats
    is_duplicate: Bools
    dataset_factor: float = 1.0
    """Mean response of the dataset beside that of all cases."""


@dataclass(frozen=True)
class TownHabits:
    """How towns differ: lasting, so that some lie beyond what chance explains."""

    response_before: Floats
    response_after: Floats
    start_delay_days: Floats
    on_time_shift: Floats

    @classmethod
    def draw(cls, count: int, seed: int) -> "TownHabits":
        """Habits of `count` towns, the same for every scale and dataset."""
        rng = np.random.default_rng([seed, 3])
        return cls(
            response_before=rng.lognormal(0, 0.12, count),
            response_after=rng.lognormal(0, 0.22, count),
            start_delay_days=rng.uniform(-10, 30, count),
            on_time_shift=rng.normal(0, 0.22, count),
        )


@dataclass(frozen=True)
class Life:
    """Milestones by name, deadlines and counters of each case."""

    times: dict[str, Floats]
    due_at: Floats
    response_due_at: Floats
    rework_count: Ints
    dispatch_count: Ints
    extension_count: Ints


def live(terms: Terms, habits: TownHabits, rng: np.random.Generator) -> Life:
    """Let each case run its course, then forget what lies after the end of the period."""
    count = len(terms.reported_at)
    reported = terms.reported_at
    response = _response_seconds(terms, habits, rng)
    limit = terms.close_limit_hours * HOUR
    resolution = limit * np.exp(
        RESOLUTION_SPREAD * (rng.standard_normal(count) - _on_time_score(terms, habits))
    )
    resolution = np.maximum(resolution, response + rng.uniform(5 * MINUTE, 30 * MINUTE, count))
    work = resolution - response
    times = {
        "reported_at": reported,
        "accepted_at": reported + response * rng.uniform(0.02, 0.12, count),
        "filed_at": reported + response * rng.uniform(0.15, 0.30, count),
        "dispatched_at": reported + response * rng.uniform(0.35, 0.60, count),
        "first_response_at": reported + response,
        "handled_at": reported + response + work * rng.uniform(0.60, 0.85, count),
        "checked_at": reported + response + work * rng.uniform(0.86, 0.97, count),
        "closed_at": reported + resolution,
    }
    fate = rng.random(count)
    _pause(times, fate, work, rng)
    _leave_open(times, rng)
    is_void = (rng.random(count) < VOID_SHARE) & ~terms.is_duplicate
    _end_early(times, is_void=is_void, is_duplicate=terms.is_duplicate, rng=rng)
    for name in MILESTONES:
        happened = np.floor(times[name])
        times[name] = np.where(happened <= AS_OF, happened, np.nan)
    extended = (resolution > 0.8 * limit) & (
        rng.random(count) < EXTENDED_SHARE / np.mean(resolution > 0.8 * limit)
    )
    handled = ~np.isnan(times["handled_at"])
    reworked = handled & (rng.random(count) < REWORKED_SHARE)
    dispatched = ~np.isnan(times["dispatched_at"])
    luck = rng.random(count)
    return Life(
        times=times,
        due_at=np.floor(reported + limit * (1 + 0.5 * extended)),
        response_due_at=np.floor(reported + terms.response_limit_minutes * MINUTE),
        rework_count=reworked.astype(np.int64) + (reworked & (luck < 0.15)),
        dispatch_count=dispatched * (1 + (luck > 0.96).astype(np.int64) + (luck > 0.995)),
        extension_count=(extended & dispatched).astype(np.int64),
    )


def _progress(terms: Terms, habits: TownHabits, ramp_days: float) -> Floats:
    """0 before the programme starts in a case's town, 1 after its ramp."""
    start = seconds_of(PROGRAMME_START) / DAY + habits.start_delay_days[terms.town]
    return np.clip((terms.reported_at / DAY - start) / ramp_days, 0, 1)


def _response_seconds(terms: Terms, habits: TownHabits, rng: np.random.Generator) -> Floats:
    """Seconds to the first response: log-normal round a mean that the programme lowers."""
    progress = _progress(terms, habits, RESPONSE_RAMP_DAYS)
    mean = RESPONSE_MINUTES_BEFORE * (RESPONSE_MINUTES_AFTER / RESPONSE_MINUTES_BEFORE) ** progress
    town = habits.response_before[terms.town] ** (1 - progress)
    town *= habits.response_after[terms.town] ** progress
    hour = (terms.reported_at % DAY) / HOUR
    at_night = np.where((hour < 7) | (hour >= 22), 1.25, 1.0)
    factor = terms.response_factor * town * at_night
    # Categories and towns differ, the county's mean does not move.
    for part in (progress >= 1, progress <= 0, (progress > 0) & (progress < 1)):
        if part.any():
            factor[part] *= terms.dataset_factor / factor[part].mean()
    spread = RESPONSE_SPREAD
    chance = np.exp(spread * rng.standard_normal(len(mean)) - spread**2 / 2)
    return np.maximum(mean * factor * chance * MINUTE, 2 * MINUTE)


def _on_time_score(terms: Terms, habits: TownHabits) -> Floats:
    """Normal score of the share of cases resolved within their limit."""
    progress = _progress(terms, habits, ON_TIME_RAMP_DAYS)
    before, after = ndtri([ON_TIME_BEFORE, ON_TIME_AFTER])
    return np.asarray(before + (after - before) * progress + habits.on_time_shift[terms.town])


def _pause(times: dict[str, Floats], fate: Floats, work: Floats, rng: np.random.Generator) -> None:
    """Stop the clock of some cases for days, and put some off."""
    count = len(fate)
    never = np.full(count, np.nan)
    suspended = fate < SUSPENDED_SHARE
    deferred = (fate >= SUSPENDED_SHARE) & (fate < SUSPENDED_SHARE + DEFERRED_SHARE)
    begun = times["first_response_at"] + work * rng.uniform(0.1, 0.4, count)
    pause = rng.uniform(1 * DAY, 25 * DAY, count)
    times["suspended_at"] = np.where(suspended, begun, never)
    times["resumed_at"] = np.where(suspended, begun + pause, never)
    times["deferred_at"] = np.where(deferred, begun, never)
    delay = np.where(suspended, pause, 0.0) + np.where(deferred, pause * 3, 0.0)
    for name in ("handled_at", "checked_at", "closed_at"):
        times[name] = times[name] + delay


def _leave_open(times: dict[str, Floats], rng: np.random.Generator) -> None:
    """A few cases are never finished; half of them wait for work, half for the check."""
    luck = rng.random(len(times["reported_at"]))
    unfinished = luck < CHRONIC_SHARE
    for name in ("checked_at", "closed_at"):
        times[name] = np.where(unfinished, np.nan, times[name])
    times["handled_at"] = np.where(luck < CHRONIC_SHARE / 2, np.nan, times["handled_at"])


def _end_early(
    times: dict[str, Floats], *, is_void: Bools, is_duplicate: Bools, rng: np.random.Generator
) -> None:
    """A void case is dropped after its acceptance or filing; a duplicate is closed with the first
    report.
    """
    count = len(is_void)
    soon = times["accepted_at"] + rng.uniform(5 * MINUTE, 3 * HOUR, count)
    # A stream of its own leaves all other chances of the sample as they were.
    luck = rng.spawn(1)[0].random(count)
    is_filed = is_void & (luck < FILED_BEFORE_VOID_SHARE) & (times["filed_at"] < soon)
    filed_at = np.where(is_filed, times["filed_at"], np.nan)
    ended = is_void | is_duplicate
    after_acceptance = [
        name for name in times if name not in ("reported_at", "accepted_at", "closed_at")
    ]
    for name in after_acceptance:
        times[name] = np.where(ended, np.nan, times[name])
    times["filed_at"] = np.where(ended, filed_at, times["filed_at"])
    times["closed_at"] = np.where(is_void, np.nan, np.where(is_duplicate, soon, times["closed_at"]))
    times["voided_at"] = np.where(is_void, soon, np.nan)
