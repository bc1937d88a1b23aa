"""Days on which a series had more cases than chance allows, with the false alarms budgeted.

The last 1, 3 and 7 days are each held against what was expected of them. A count alarms when the
chance of as many or more (`expected.py`) is at most the series' share of the budget. The budget is
false alerts per town and quarter, not per test, so what is watched decides how sensitive it is:

- `quick`: families of a town, the most frequent first, and all cases together, as many as can each
  be promised that a doubling is found within three days four times out of five. It is the largest
  such set, decided anew each week.
- `other`: the town's other families. A doubling hides in their few cases; a burst does not.
- `grid`: all cases of each grid.

The county as a whole is one more area with its own families. A series' share is split over the
windows, most of it to three days. Alarms of neighbouring days are one alert (`life.py`), so more
alarms are allowed than alerts: `ALERTS_PER_ALARM` was measured (docs/decisions, `tests` hold it).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from warehouse.alerts.counts import DailyCounts
from warehouse.alerts.expected import WEEK, Week, expected_weeks, series_counts
from warehouse.alerts.poisson_glm import Numbers
from warehouse.case_kinds import ALL

QUARTER_DAYS = 91
BUDGET: Mapping[str, float] = {"quick": 0.5, "other": 0.2, "grid": 0.1}
"""False alerts per town (or for the county) and quarter that may be expected."""
WINDOWS: Mapping[int, float] = {1: 0.2, 3: 0.6, 7: 0.2}
"""Days that are held together, and their part of a series' budget."""
ALERTS_PER_ALARM = 0.55
LEAST_CASES = 3
"""Fewer are no outbreak, however rare they are."""
DOUBLED = 2.0
FOUND_OF_DOUBLINGS = 0.8
PROMISED_DAYS = 3

SCHEMA: Mapping[str, pl.DataType] = {
    "area_level": pl.String(),
    "area_code": pl.String(),
    "town_code": pl.String(),
    "category_family": pl.String(),
    "watch": pl.String(),
    "alarm_date": pl.Date(),
    "window_days": pl.Int64(),
    "observed_count": pl.Int64(),
    "expected_count": pl.Float64(),
    "upper_count": pl.Int64(),
    "chance": pl.Float64(),
}


@dataclass(frozen=True)
class Series:
    """What each series is, in the order of `series_counts`."""

    area_level: tuple[str, ...]
    area_code: tuple[str, ...]
    town_code: tuple[str | None, ...]
    category_family: tuple[str, ...]
    is_grid: NDArray[np.bool_]
    group: NDArray[np.int64]
    """Whose budget a series takes from: 0 the county, then towns, then each town's grids."""

    @classmethod
    def of(cls, counts: DailyCounts) -> "Series":
        """Name every series of some counts."""
        families, towns = (*counts.families, ALL), counts.towns
        number = len(families)
        grid_towns = [towns[place] for place in counts.grid_town]
        return cls(
            area_level=("county",) * number
            + ("town",) * (number * len(towns))
            + ("grid",) * len(counts.grids),
            area_code=(counts.county_code,) * number
            + tuple(code for code in towns for _ in families)
            + counts.grids,
            town_code=(None,) * number
            + tuple(code for code in towns for _ in families)
            + tuple(grid_towns),
            category_family=families * (1 + len(towns)) + (ALL,) * len(counts.grids),
            is_grid=np.arange(number * (1 + len(towns)) + len(counts.grids))
            >= number * (1 + len(towns)),
            group=np.concatenate(
                [
                    np.repeat(np.arange(1 + len(towns)), number),
                    1 + len(towns) + counts.grid_town,
                ]
            ),
        )

    def place(self, area_level: str, area_code: str, category_family: str) -> int:
        """Place of one series.

        Raises:
            ValueError: there is none like it.
        """
        keys = zip(self.area_level, self.area_code, self.category_family, strict=True)
        return list(keys).index((area_level, area_code, category_family))


@dataclass(frozen=True)
class Watch:
    """How each series is watched in a week.

    Attributes:
        kind: `quick`, `other` or `grid`, by series.
        alpha: chance of a false alarm on a day, by series.
    """

    kind: NDArray[np.str_]
    alpha: Numbers


def detect(counts: DailyCounts, *, first_date: date) -> pl.DataFrame:
    """Alarms from a day to the end of the counts: one row per series and day that alarms.

    Of several windows the shortest that alarms is told. Every day is judged with days up to it
    only, so the same day gives the same alarms whatever comes later.

    Returns:
        `SCHEMA`, by day and series. `upper_count` is the highest count that is no alarm, `chance`
        that of `observed_count` or more.
    """
    series = Series.of(counts)
    found = [
        alarms
        for week, watch in watched_weeks(counts, series, first_date=first_date)
        for alarms in _alarms_of(week, watch, counts)
    ]
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    day, place, *figures = (np.concatenate(column) for column in zip(*found, strict=True))
    kind, window, observed, expected, upper, chance = figures
    rows = pl.DataFrame(
        {
            "area_level": pl.Series(series.area_level).gather(place),
            "area_code": pl.Series(series.area_code).gather(place),
            "town_code": pl.Series(series.town_code, dtype=pl.String).gather(place),
            "category_family": pl.Series(series.category_family).gather(place),
            "watch": kind,
            "alarm_date": [counts.date_of(one) for one in day],
            "window_days": window,
            "observed_count": observed,
            "expected_count": expected,
            "upper_count": upper,
            "chance": chance,
        },
        schema=SCHEMA,
    )
    order = np.lexsort((place, day))
    return rows[order].filter(pl.col("alarm_date") >= first_date)


def watched_weeks(
    counts: DailyCounts, series: Series, *, first_date: date
) -> Iterator[tuple[Week, Watch]]:
    """Weeks from that of a day on: what was expected, and how it was watched.

    A week's `mean` starts with the six days before it (as expected then), so that windows reach
    back; those of the very first are taken from itself.
    """
    before: Numbers | None = None
    reach = max(WINDOWS) - 1
    for week in expected_weeks(counts):
        earlier = np.repeat(week.mean[:1], reach, axis=0) if before is None else before
        mean = np.concatenate([earlier, week.mean])
        before = mean[-reach:]
        if counts.date_of(week.first_day + WEEK - 1) >= first_date:
            yield replace(week, mean=mean), watched(series, week)


def watched(series: Series, week: Week) -> Watch:
    """Divide every area's budget among its series, as can be done on the week's first day.

    Args:
        week: its `mean` starts with the six days before it.
    """
    usual = week.mean[:WEEK].mean(axis=0)
    rank, size = _ranks(series.group, usual)
    asked = np.flatnonzero(~series.is_grid)
    mean = PROMISED_DAYS * usual[asked]
    spread = (week.level_variance + week.day_variance / PROMISED_DAYS)[asked]
    alpha = _alpha(BUDGET["quick"], rank[asked] + 1) * WINDOWS[PROMISED_DAYS]
    found = _at_least(upper_counts(alpha, mean, spread) + 1, DOUBLED * mean, spread)
    quick_of_group = np.zeros(len(np.bincount(series.group)), dtype=np.int64)
    promised = np.where(found >= FOUND_OF_DOUBLINGS, rank[asked] + 1, 0)
    np.maximum.at(quick_of_group, series.group[asked], promised)
    quick = quick_of_group[series.group]
    kind = np.where(series.is_grid, "grid", np.where(rank < quick, "quick", "other"))
    number = np.where(kind == "quick", quick, size - quick)
    budget = np.select([kind == "quick", kind == "grid"], [BUDGET["quick"], BUDGET["grid"]])
    budget[kind == "other"] = BUDGET["other"]
    return Watch(kind=kind, alpha=_alpha(budget, number))


def _alpha(budget: Numbers | float, number: NDArray[np.int64]) -> Numbers:
    return np.asarray(budget / (QUARTER_DAYS * ALERTS_PER_ALARM * np.maximum(number, 1)))


def _ranks(group: NDArray[np.int64], usual: Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Place of each series in its group, the most frequent first, and how many the group has."""
    size = np.bincount(group)
    order = np.lexsort((np.arange(len(usual)), -usual, group))
    starts = np.cumsum(size) - size
    rank = np.empty(len(usual), dtype=np.int64)
    rank[order] = np.arange(len(usual)) - starts[group[order]]
    return rank, size[group]


def _alarms_of(
    week: Week, watch: Watch, counts: DailyCounts
) -> Iterator[tuple[NDArray[np.generic], ...]]:
    reach = max(WINDOWS) - 1
    last = week.first_day + len(week.mean) - reach
    seen = series_counts(counts, week.first_day - reach, last)
    is_told = np.zeros((len(week.mean) - reach, seen.shape[1]), dtype=np.bool_)
    for window, part in WINDOWS.items():
        observed = _sums(seen, window)[reach:]
        mean = _sums(week.mean, window)[reach:]
        spread = np.broadcast_to(week.level_variance + week.day_variance / window, mean.shape)
        # Chance is only asked where it can be small: beyond one and a half standard deviations.
        far = mean + 1.5 * np.sqrt(mean + mean**2 * spread)
        day, place = np.nonzero((observed >= LEAST_CASES) & (observed > far) & ~is_told)
        alpha = watch.alpha[place] * part
        chance = _at_least(observed[day, place], mean[day, place], spread[day, place])
        kept = chance <= alpha
        day, place, alpha, chance = day[kept], place[kept], alpha[kept], chance[kept]
        is_told[day, place] = True
        yield (
            day + week.first_day,
            place,
            watch.kind[place],
            np.full(len(day), window),
            observed[day, place].astype(np.int64),
            mean[day, place],
            np.maximum(
                upper_counts(alpha, mean[day, place], spread[day, place]), LEAST_CASES - 1
            ).astype(np.int64),
            chance,
        )


def _sums(values: Numbers, window: int) -> Numbers:
    """Sum of each day and those before it in the window; the first days have fewer."""
    total = np.cumsum(values, axis=0)
    total[window:] -= total[:-window].copy()
    return total


def _at_least(count: Numbers, mean: Numbers, spread: Numbers) -> Numbers:
    """Chance of a count or more, negative binomial with variance mean + mean² spread."""
    size = 1 / spread
    return np.asarray(stats.nbinom.sf(count - 1, size, size / (size + mean)))


def upper_counts(alpha: Numbers, mean: Numbers, spread: Numbers) -> Numbers:
    """The highest count that is no alarm: its successor has at most the chance alpha."""
    size = 1 / spread
    upper = stats.nbinom.isf(alpha, size, size / (size + mean))
    return np.asarray(np.maximum(upper, LEAST_CASES - 1))
