"""How many cases were to be expected of a series on a day, from the days before only.

A town's cases of one category are too few to tell Mondays, holidays and seasons by themselves, so
the county gives the rhythm and the town its share:

- County × category: Poisson regression on up to three years of days: kind of day (weekday, each
  holiday, make-up day; by family) and, from a year and a half on, trend and two harmonics of the
  year; fitted anew every four weeks. A ratio of what came to what it says (half-life four weeks)
  follows what it cannot know yet.
- Town × category and grid: share of the county's cases (half-life 13 weeks), drawn towards the
  town's share of all cases, or an even share for a grid, as if that had been seen on a few cases.

Families are sums of their categories, so a town's own mix of categories has its own season. A week
whose Anscombe residual is beyond ±2.58, in the family or in all cases, counts with its inverse
square, as in Farrington's method: an outbreak hardly raises what is expected after it, and a
department that delivered nothing for a week does not make the next one an outbreak. The last whole
week counts for nothing yet, for the same reason.

Counts are negative binomial. Their relative variance is the shares' and the ratios' own
uncertainty; what weeks of the same family and level have differed by beyond it; and the day-to-day
variation of the whole county's family that is more than chance (Pearson's dispersion).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from warehouse.alerts.counts import Counts, DailyCounts
from warehouse.alerts.poisson_glm import Numbers, fit

LEAST_HISTORY_DAYS = 182
"""Days of records before the first day that is judged."""
TRAINING_DAYS = 1096
REFIT_DAYS = 28
WEEK = 7
DAYS_A_YEAR = 365.25
LEAST_DAYS_OF_A_TYPE = 3
LEAST_DAYS_OF_A_SEASON = 540
HARMONICS = 2
RATIO_HALF_LIFE_WEEKS = 4
SHARE_HALF_LIFE_WEEKS = 13
PRIOR_CASES = {"day type": 20.0, "season": 10.0, "county": 10.0, "town": 3.0, "grid": 2.0}
"""What an estimate is drawn towards counts as if it had been seen on so many cases."""
REWEIGHT_ABOVE = 2.58
MISFIT_DECAY = 0.5 ** (1 / 26)
"""By week: half a year counts for half."""


@dataclass(frozen=True)
class Week:
    """What was expected of seven days; series in the order of `series_counts`.

    Attributes:
        first_day: place of the Monday among the days of the counts.
        mean: days × series.
        level_variance: relative variance of the mean, alike on all days, by series.
        day_variance: relative variance of single days, by series.
    """

    first_day: int
    mean: Numbers
    level_variance: Numbers
    day_variance: Numbers


def series_counts(counts: DailyCounts, first_day: int, last_day: int) -> Numbers:
    """Counts of some days × series: county × (families, all), towns × (families, all), grids."""
    days = slice(max(first_day, 0), last_day)
    members = _members(counts)
    county, town, grid = counts.county[days], counts.town[days], counts.grid[days]
    flat = [(part @ members).reshape(len(county), -1) for part in (county, town)]
    return np.concatenate([*flat, grid.astype(np.float64)], axis=1)


def _members(counts: DailyCounts) -> Numbers:
    """Categories × (families, all): 1 where the category belongs to it."""
    each = np.eye(len(counts.families))[counts.family]
    return np.column_stack([each, np.ones(len(each))])


def expected_weeks(counts: DailyCounts) -> Iterator[Week]:
    """Weeks in order, from the first with enough records before it; the last may be short.

    What is said of a day rests on days before its week only, so the weeks up to a day are the same
    whatever is reported later.
    """
    day_count = len(counts.county)
    monday = -counts.first_date.weekday() % WEEK
    rhythm = _Rhythm.of(counts)
    shares = _Shares(counts)
    for first in range(monday, day_count, WEEK):
        learned = first - 2 * WEEK
        if learned >= monday and rhythm.has(learned):
            shares.learn(learned, rhythm.of_days(learned, learned + WEEK))
        if first >= LEAST_HISTORY_DAYS and rhythm.has(first):
            yield shares.week(first, rhythm.of_days(first, min(first + WEEK, day_count)))


@dataclass(frozen=True)
class _Days:
    """What the regression says of some days.

    Attributes:
        mean: days × categories, of the county.
        day_variance: of single days, by (families, all).
    """

    mean: Numbers
    day_variance: Numbers


@dataclass(frozen=True)
class _Rhythm:
    """What the regression says of every day; NaN before it can."""

    mean: Numbers
    day_variance: Numbers

    @classmethod
    def of(cls, counts: DailyCounts) -> "_Rhythm":
        values, members = counts.county.astype(np.float64), _members(counts)
        mean = np.full_like(values, np.nan)
        variance = np.full((len(values), members.shape[1]), np.nan)
        is_first = True
        for start in _refits(counts.first_date, len(values)):
            past = np.arange(max(0, start - WEEK - TRAINING_DAYS), start - WEEK)
            if not values[past].any():
                continue
            ahead = np.arange(start, min(start + REFIT_DAYS, len(values)))
            # The first fit tells of the days it was made from too, so that shares can be learned.
            told = np.arange(ahead[-1] + 1) if is_first else ahead
            known, mean[told], parameters = _fitted(counts, values[past], past, told)
            variance[told] = _day_variance(values[past] @ members, known @ members, parameters)
            is_first = False
        return cls(mean, variance)

    def has(self, day: int) -> bool:
        return bool(np.isfinite(self.mean[day, 0]))

    def of_days(self, first: int, last: int) -> _Days:
        return _Days(self.mean[first:last], self.day_variance[first])


def _fitted(
    counts: DailyCounts, values: Numbers, past: NDArray[np.int64], told: NDArray[np.int64]
) -> tuple[Numbers, Numbers, int]:
    """Means of the days learned from and of those told of, days × categories; parameters of each.

    All cases together tell the kinds of day. A family's own are drawn towards them as if seen on
    `PRIOR_CASES["day type"]` cases of that kind of day, a category's trend and season as if on
    `PRIOR_CASES["season"]` in all, so that rare ones follow the rest.
    """
    total = values.sum(axis=1, keepdims=True)
    kinds = _kinds_of_days(counts.day_types, past)
    growth = [_growth(days, past, counts.first_date) for days in (past, told)]
    whole = fit(np.concatenate([kinds[past], growth[0]], axis=1), total)
    of_kind = np.exp(kinds @ whole.coefficients[: kinds.shape[1]])
    by_family = values @ _members(counts)[:, :-1]
    expected = whole.means * (by_family.sum(axis=0) / total.sum())
    prior = PRIOR_CASES["day type"]
    own = (kinds[past].T @ by_family + prior) / (kinds[past].T @ expected + prior)
    factor = (of_kind * np.exp(kinds @ np.log(own)))[:, counts.family]
    cases, more = values.sum(axis=0), PRIOR_CASES["season"]
    padded = values + more * whole.means / total.sum()
    ones = [np.ones((len(rows), 1)) for rows in growth]
    designs = [np.concatenate(pair, axis=1) for pair in zip(ones, growth, strict=True)]
    found = fit(designs[0], padded, offset=np.log(factor[past]))
    real = (cases + 0.5) / (cases + more)
    ahead = np.exp(np.clip(designs[1] @ found.coefficients, -20, 20)) * factor[told]
    return found.means * real, ahead * real, kinds.shape[1] + growth[0].shape[1]


def _day_variance(values: Numbers, means: Numbers, coefficients: int) -> Numbers:
    """Relative variance of days beyond chance: (φ − 1) ÷ mean, φ by Pearson."""
    dispersion = ((values - means) ** 2 / means).sum(axis=0) / (len(values) - coefficients)
    return np.asarray(np.maximum(dispersion - 1, 0) / means.mean(axis=0))


def _refits(first_date: date, day_count: int) -> Iterator[int]:
    """First days of the stretches between fits: the same Mondays whatever the last day."""
    aligned = -(first_date.toordinal() - 1) % REFIT_DAYS
    days = range(aligned, day_count, REFIT_DAYS)
    return (day for day in days if day >= LEAST_HISTORY_DAYS)


def _kinds_of_days(types: tuple[str, ...], past: NDArray[np.int64]) -> Numbers:
    """All days × the kinds of day that the past has.

    A holiday that it does not have is an average of those that it has.
    """
    seen, number = np.unique([types[day] for day in past], return_counts=True)
    known = {str(kind): int(n) for kind, n in zip(seen, number, strict=True)}
    levels = [kind for kind in known if known[kind] >= LEAST_DAYS_OF_A_TYPE]
    holidays = np.array([0 if kind.isdigit() else known[kind] for kind in levels], dtype=float)
    average = holidays / holidays.sum() if holidays.any() else np.eye(len(levels))[-1]
    coded = dict(zip(levels, np.eye(len(levels)), strict=True))
    return np.array([coded.get(kind, average) for kind in types])


def _growth(days: NDArray[np.int64], past: NDArray[np.int64], first_date: date) -> Numbers:
    """Days × trend in years and the year's harmonics; no column where the past is too short.

    From one year a trend cannot be told from a season, and either would lead astray.
    """
    if len(past) < LEAST_DAYS_OF_A_SEASON:
        return np.empty((len(days), 0))
    angle = 2 * np.pi * (days + first_date.toordinal()) / DAYS_A_YEAR
    waves = [wave(angle * one) for one in range(1, HARMONICS + 1) for wave in (np.cos, np.sin)]
    return np.column_stack([(days - past[-1]) / DAYS_A_YEAR, *waves])


class _Shares:
    """What has been learned so far: the county's ratios, and the shares of towns and grids."""

    def __init__(self, counts: DailyCounts) -> None:
        self._counts = counts
        self._members = _members(counts)
        categories, towns, grids = counts.county.shape[1], len(counts.towns), len(counts.grids)
        self._ratio = _Learned.of((categories,), RATIO_HALF_LIFE_WEEKS, PRIOR_CASES["county"])
        self._town = _Learned.of((towns, categories), SHARE_HALF_LIFE_WEEKS, PRIOR_CASES["town"])
        self._grid = _Learned.of((grids,), SHARE_HALF_LIFE_WEEKS, PRIOR_CASES["grid"])
        families = self._members.shape[1]
        self._kind = np.concatenate(
            [
                np.arange(families),
                families + np.tile(np.arange(families), towns),
                np.full(grids, 2 * families),
            ]
        )
        """Level and family of each series: what its misfit is pooled over."""
        self._missed, self._squared = np.zeros(2 * families + 1), np.zeros(2 * families + 1)

    def learn(self, first_day: int, said: _Days) -> None:
        """Take in the week that begins on a day."""
        days = slice(first_day, first_day + WEEK)
        known = self.week(first_day, said)
        mean = known.mean.sum(axis=0)
        seen = series_counts(self._counts, first_day, first_day + WEEK).sum(axis=0)
        spread = 1 + mean * (known.level_variance + known.day_variance / WEEK)
        weight = _weight(seen, mean, spread)
        excess = (seen - mean) ** 2 - mean * spread
        self._missed = self._missed * MISFIT_DECAY + self._pooled(weight * excess)
        self._squared = self._squared * MISFIT_DECAY + self._pooled(weight * mean**2)

        families, towns = self._members.shape[1], len(self._counts.towns)
        by_family = weight[: families * (1 + towns)].reshape(1 + towns, families)
        by_category = np.minimum(by_family[:, self._counts.family], by_family[:, -1:])
        county = said.mean.sum(axis=0)
        base = county * self._ratio.level(1.0)
        self._ratio.add(self._counts.county[days].sum(axis=0), county, by_category[0])
        self._town.add(self._counts.town[days].sum(axis=0), base, by_category[1:])
        self._grid.add(
            self._counts.grid[days].sum(axis=0), base.sum(), weight[families * (1 + towns) :]
        )

    def week(self, first_day: int, said: _Days) -> Week:
        """What is expected of some days; their variance is that of the first."""
        county = said.mean * self._ratio.level(1.0)
        towns, grids = max(len(self._counts.towns), 1), max(len(self._counts.grids), 1)
        of_all = self._town.seen.sum(axis=1) + PRIOR_CASES["county"]
        of_all /= self._town.base.sum(axis=1) + PRIOR_CASES["county"] * towns
        town = county[:, None, :] * self._town.level(of_all[:, None])
        grid = county.sum(axis=1)[:, None] * self._grid.level(1 / grids)
        parts = [county @ self._members, town @ self._members, grid]
        mean = np.concatenate([part.reshape(len(county), -1) for part in parts], axis=1)
        own = self._ratio.variance()
        variances = [
            self._of_sums(county[0], own),
            self._of_sums(town[0], own + self._town.variance()).ravel(),
            self._grid.variance(),
        ]
        level_variance = np.concatenate(variances) + self._misfit()[self._kind]
        return Week(
            first_day=first_day,
            mean=mean,
            level_variance=level_variance,
            day_variance=said.day_variance[self._kind % self._members.shape[1]],
        )

    def _of_sums(self, mean: Numbers, variance: Numbers) -> Numbers:
        """Relative variance of families, from that of their categories, taken as independent."""
        return np.asarray((mean**2 * variance) @ self._members / (mean @ self._members) ** 2)

    def _pooled(self, values: Numbers) -> Numbers:
        pooled = np.bincount(self._kind, weights=values, minlength=len(self._missed))
        return np.asarray(pooled, dtype=np.float64)

    def _misfit(self) -> Numbers:
        """Relative variance of weeks beyond what is known, by level and family."""
        known = np.maximum(self._squared, np.finfo(float).tiny)
        return np.asarray(np.where(self._squared > 0, np.maximum(self._missed / known, 0), 0))


@dataclass
class _Learned:
    """Cases seen and what they are counted against, both fading by week."""

    seen: Numbers
    base: Numbers
    decay: float
    prior: float

    @classmethod
    def of(cls, shape: tuple[int, ...], half_life: int, prior: float) -> "_Learned":
        return cls(np.zeros(shape), np.zeros(shape), 0.5 ** (1 / half_life), prior)

    def add(self, seen: Counts, base: Numbers, weight: Numbers) -> None:
        self.seen = self.seen * self.decay + weight * seen
        self.base = self.base * self.decay + weight * base

    def level(self, usual: Numbers | float) -> Numbers:
        """Seen ÷ base, drawn towards the usual as if that had been seen on `prior` cases."""
        return np.asarray((self.seen + self.prior) / (self.base + self.prior / usual))

    def variance(self) -> Numbers:
        """Relative variance of the level."""
        return np.asarray(1 / (self.seen + self.prior))


def _weight(seen: Numbers, mean: Numbers, spread: Numbers) -> Numbers:
    """What a week counts for, by series; spread is its variance ÷ mean."""
    residual = 1.5 * (seen ** (2 / 3) * mean ** (-1 / 6) - mean**0.5) / np.sqrt(spread)
    far = np.abs(residual)
    return np.asarray(np.where(far > REWEIGHT_ABOVE, np.maximum(far, 1.0) ** -2.0, 1.0))
