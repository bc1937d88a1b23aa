"""How soon each method finds a doubling, and how often it calls wolf, on generated counties.

    python -m benchmarks.early_alerts [--seeds 2] [--cases 300000] [--outbreaks 4000]

Counties by the sample's own law (tests/support/alert_trials.py), one year judged. False alerts are
alerts (alarm days no more than a week apart) of undisturbed counties, per town and quarter, over
every town × (families, all cases). Outbreaks are +100 % for a fortnight in one such series, spread
over classes of expected cases a day; found means an alarm of that series or of all the town's cases
on one of its first three days (and first fourteen), of those not alarming in the week before.

Each method is shown as its authors set it, and with the strictness that gives at most one false
alert per town and quarter. `bound` is the most powerful test of a three-day sum at that budget
(Neyman–Pearson): with it spent on one series, or shared by all of a town. Fails where the product
exceeds the budget, or finds fewer than 80 % of doublings in the series it promises that for.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.support.alert_trials import OUTBREAK_DAYS, QUIET_DAYS, Trial, episodes, sample_trial
from warehouse.alerts.detect import (
    LEAST_CASES,
    QUARTER_DAYS,
    WINDOWS,
    Series,
    watched_weeks,
)
from warehouse.alerts.ears import Method, ears_limits
from warehouse.alerts.expected import series_counts
from warehouse.alerts.farrington import FarringtonOptions, farrington_limits
from warehouse.alerts.textbook import METHODS

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

YEAR_DAYS = 364
BEFORE_DAYS = 60
CLASSES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 10.0, 20.0, np.inf)
"""Expected cases a day."""
FOUND_WITHIN = (3, 14)
EARS_ALPHAS = np.geomspace(0.05, 1e-9, 28)
FARRINGTON_ALPHAS = np.geomspace(0.05, 1e-7, 24)
MOST_FALSE, LEAST_FOUND = 1.0, 0.8
FARRINGTON = FarringtonOptions(years=2)
"""The sample has three years: two of baseline, one judged."""


@dataclass
class Score:
    """What a method did."""

    false_alerts: list[float] = field(default_factory=list)
    found: list[Flags] = field(default_factory=list)
    """Outbreaks × `FOUND_WITHIN`."""
    is_fair: list[Flags] = field(default_factory=list)
    """Outbreaks that began without an alarm in the week before."""


@dataclass(frozen=True)
class Bed:
    """A county, its town series by day, and outbreaks planted one at a time.

    Attributes:
        counts: days × series.
        truth: the same, expected.
        series, first_day: by outbreak.
        extra: outbreak days × outbreaks.
        is_quick: whether the product promises to find a doubling, by outbreak.
    """

    trial: Trial
    counts: Numbers
    truth: Numbers
    series: NDArray[np.int64]
    first_day: NDArray[np.int64]
    extra: Numbers
    all_of_town: NDArray[np.int64]

    @property
    def towns(self) -> int:
        return len(self.trial.counts.towns)

    @property
    def expected(self) -> Numbers:
        days = self.first_day + np.arange(OUTBREAK_DAYS)[:, None]
        return np.asarray(self.truth[days, self.series].mean(axis=0))

    def around(self, series: NDArray[np.int64], extra: Numbers, before: int) -> Numbers:
        """Counts of each outbreak's days and those before it, days × outbreaks."""
        days = self.first_day + np.arange(-before, OUTBREAK_DAYS)[:, None]
        counts = self.counts[days, series]
        counts[before:] += extra
        return np.asarray(counts)


def make_bed(seed: int, cases: int, outbreaks: int) -> Bed:
    """Draw a county and outbreaks, as many in each class of expected cases as it has."""
    trial = sample_trial(seed, cases=cases)
    members = np.column_stack(
        [
            np.eye(len(trial.counts.families))[trial.counts.family],
            np.ones(len(trial.counts.family)),
        ]
    )
    counts = (trial.counts.town @ members).reshape(len(trial.truth), -1)
    truth = (trial.truth @ members).reshape(len(trial.truth), -1)
    rng = np.random.default_rng([seed, 78])
    usual = truth[-YEAR_DAYS:].mean(axis=0)
    series = np.concatenate(
        [
            rng.choice(places, outbreaks // (len(CLASSES) - 1))
            for low, high in pairwise(CLASSES)
            if len(places := np.flatnonzero((usual >= low) & (usual < high)))
        ]
    )
    first = rng.integers(len(truth) - YEAR_DAYS + 14, len(truth) - OUTBREAK_DAYS, len(series))
    days = first + np.arange(OUTBREAK_DAYS)[:, None]
    number = members.shape[1]
    return Bed(
        trial=trial,
        counts=counts.astype(np.float64),
        truth=truth,
        series=series,
        first_day=first,
        extra=rng.poisson(truth[days, series]).astype(np.float64),
        all_of_town=series // number * number + number - 1,
    )


def false_alerts(bed: Bed, alarms: Flags) -> float:
    """Alerts of the last year per town and quarter, from alarms by day and series."""
    number = sum(episodes(np.flatnonzero(column)) for column in alarms[-YEAR_DAYS:].T)
    return number / bed.towns / (YEAR_DAYS / QUARTER_DAYS)


def add_found(score: Score, bed: Bed, own: Flags, of_all: Flags, before: Flags) -> None:
    """Take in alarms by outbreak day and outbreak; `before` has those of the week before."""
    is_own_all = bed.series == bed.all_of_town
    alarms = own | np.where(is_own_all, False, of_all)
    score.found.append(np.array([alarms[:days].any(axis=0) for days in FOUND_WITHIN]).T)
    days = bed.first_day - np.arange(1, QUIET_DAYS + 1)[:, None]
    score.is_fair.append(~(before[days, bed.series] | before[days, bed.all_of_town]).any(axis=0))


def judge_ears(bed: Bed, scores: dict[float, Score], *, method: Method, least_sd: float) -> None:
    """EARS at every strictness."""
    planted = bed.around(bed.series, bed.extra, BEFORE_DAYS)
    whole = bed.around(bed.all_of_town, bed.extra, BEFORE_DAYS)
    for alpha, score in scores.items():
        with np.errstate(invalid="ignore"):
            plain, own, of_all = (
                counts > ears_limits(counts, method, alpha=alpha, least_sd=least_sd)
                for counts in (bed.counts, planted, whole)
            )
        score.false_alerts.append(false_alerts(bed, plain))
        add_found(score, bed, own[-OUTBREAK_DAYS:], of_all[-OUTBREAK_DAYS:], plain)


def judge_farrington(bed: Bed, scores: dict[float, Score]) -> None:
    """Farrington every day, of the seven days that end with it."""
    reach = 7 * (52 * FARRINGTON.years + FARRINGTON.half_width + 1)
    day_count = len(bed.counts)
    plain = np.ones_like(bed.counts)
    for day in range(max(day_count - YEAR_DAYS, reach - 1), day_count):
        plain[day] = _farrington_chance(bed.counts[day + 1 - reach : day + 1])
    planted = bed.around(bed.series, bed.extra, reach)
    whole = bed.around(bed.all_of_town, bed.extra, reach)
    own, of_all = (
        np.array(
            [_farrington_chance(counts[day + 1 : day + 1 + reach]) for day in range(OUTBREAK_DAYS)]
        )
        for counts in (planted, whole)
    )
    for alpha, score in scores.items():
        score.false_alerts.append(false_alerts(bed, plain <= alpha))
        add_found(score, bed, own <= alpha, of_all <= alpha, plain <= alpha)


def _farrington_chance(days: Numbers) -> Numbers:
    weeks = days.reshape(-1, 7, days.shape[1]).sum(axis=1).astype(np.int64)
    found = farrington_limits(weeks, len(weeks) - 1, FARRINGTON)
    is_judged = np.isfinite(found.upper) & (weeks[-1] > 0)
    return np.where(is_judged, found.p_value, 1.0)


def judge_product(bed: Bed, score: Score) -> tuple[Flags, float]:
    """The product; returns which outbreaks it promises to find, and the false alerts of grids.

    What was expected is that of the undisturbed county: an outbreak is not learned from for the
    first week at least.
    """
    counts = bed.trial.counts
    series = Series.of(counts)
    families = len(counts.families) + 1
    town = slice(families, families * (1 + bed.towns))
    shape = (len(bed.counts), len(bed.counts[0]))
    mean, level, day_level, alpha = (np.full(shape, np.nan) for _ in range(4))
    quick = np.zeros(shape, dtype=np.bool_)
    grid_alarms = []
    begin = counts.date_of(len(bed.counts) - YEAR_DAYS - BEFORE_DAYS)
    for week, watch in watched_weeks(counts, series, first_date=begin):
        reach = max(WINDOWS) - 1
        days = slice(week.first_day, week.first_day + len(week.mean) - reach)
        mean[days] = week.mean[reach:, town]
        level[days], day_level[days] = week.level_variance[town], week.day_variance[town]
        alpha[days], quick[days] = watch.alpha[town], watch.kind[town] == "quick"
        grids = slice(town.stop, None)
        seen = series_counts(counts, days.start - reach, days.stop)[:, grids]
        grid_alarms.append(
            alarms(
                seen,
                week.mean[:, grids],
                np.broadcast_to(week.level_variance[grids], seen.shape),
                np.broadcast_to(week.day_variance[grids], seen.shape),
                np.broadcast_to(watch.alpha[grids], seen.shape),
            )[reach:]
        )
    plain = alarms(bed.counts, mean, level, day_level, alpha)
    score.false_alerts.append(false_alerts(bed, plain))
    before = BEFORE_DAYS // 2
    rows = bed.first_day + np.arange(-before, OUTBREAK_DAYS)[:, None]
    own, of_all = (
        alarms(
            bed.around(one, bed.extra, before),
            *(figure[rows, one] for figure in (mean, level, day_level, alpha)),
        )[before:]
        for one in (bed.series, bed.all_of_town)
    )
    add_found(score, bed, own, of_all, plain)
    return quick[bed.first_day, bed.series], false_alerts(bed, np.concatenate(grid_alarms))


def alarms(
    counts: Numbers, mean: Numbers, level: Numbers, day_level: Numbers, alpha: Numbers
) -> Flags:
    """The product's rule written plainly: days × series of its figures."""
    found = np.zeros(counts.shape, dtype=np.bool_)
    for window, part in WINDOWS.items():
        observed, expected = (_trailing(values, window) for values in (counts, mean))
        spread = level + day_level / window
        with np.errstate(invalid="ignore"):
            chance = stats.nbinom.sf(
                observed - 1, 1 / spread, 1 / (1 + spread * np.maximum(expected, 1e-12))
            )
            found |= (chance <= alpha * part) & (observed >= LEAST_CASES)
    return found


def _trailing(values: Numbers, window: int) -> Numbers:
    padded = np.concatenate([np.zeros((window, values.shape[1])), np.nan_to_num(values)])
    total = np.cumsum(padded, axis=0)
    return np.asarray(total[window:] - total[:-window])


def bound(expected: Numbers, series: int) -> Numbers:
    """Power of the best test of a three-day sum for a doubling, at one false alarm a quarter."""
    alpha = MOST_FALSE / QUARTER_DAYS / series
    mean = 3 * expected
    upper = stats.poisson.isf(alpha, mean)
    rest = (alpha - stats.poisson.sf(upper, mean)) / stats.poisson.pmf(upper, mean)
    return np.asarray(stats.poisson.sf(upper, 2 * mean) + rest * stats.poisson.pmf(upper, 2 * mean))


def rows(expected: Numbers) -> Iterator[tuple[str, Flags]]:
    """Classes of expected cases a day that have outbreaks."""
    for low, high in pairwise(CLASSES):
        chosen = (expected >= low) & (expected < high)
        if chosen.sum() >= 20:
            yield f"{low:g}–{high:g}", chosen


def show(name: str, score: Score, expected: Numbers) -> None:
    """One line: false alerts, then the share found within three days (fourteen) by class."""
    found, fair = np.concatenate(score.found), np.concatenate(score.is_fair)
    parts = []
    for label, chosen in rows(expected):
        kept = found[chosen & fair]
        shares = kept.mean(axis=0) if len(kept) >= 20 else (np.nan, np.nan)
        parts.append(f"{label}: {shares[0]:4.0%} ({shares[1]:4.0%})")
    print(f"{name:24} false {np.mean(score.false_alerts):7.2f}  {'  '.join(parts)}", flush=True)


def strict(scores: dict[float, Score]) -> tuple[float, Score]:
    """The least strict that stays in the budget, or the strictest there is."""
    inside = [one for one, score in scores.items() if np.mean(score.false_alerts) <= MOST_FALSE]
    alpha = max(inside) if inside else min(scores)
    return alpha, scores[alpha]


def wilson(found: int, number: int) -> tuple[float, float]:
    """95 % interval of a share."""
    interval = stats.binomtest(found, number).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def main() -> None:
    """Print the table; leave with an error where the product does not keep its word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--cases", type=int, default=300_000)
    parser.add_argument("--outbreaks", type=int, default=1_800)
    asked = parser.parse_args()
    methods: dict[str, Callable[[Bed, dict[float, Score]], None]] = {
        f"EARS {one}{name}": partial(judge_ears, method=one, least_sd=least_sd)
        for name, least_sd in (("", 0.0), (", σ ≥ 1", 1.0))
        for one in METHODS
    }
    methods["Farrington"] = judge_farrington
    usual = {"EARS C1": 0.001, "EARS C2": 0.001, "EARS C3": 0.025, "Farrington": FARRINGTON.alpha}
    scores: dict[str, dict[float, Score]] = {}
    for name in methods:
        alphas = FARRINGTON_ALPHAS if name == "Farrington" else EARS_ALPHAS
        scores[name] = {float(one): Score() for one in {*alphas, *usual_of(usual, name)}}
    product, promised, grids, beds = Score(), [], [], []
    for seed in range(asked.seeds):
        bed = make_bed(seed, asked.cases, asked.outbreaks)
        beds.append(bed.expected)
        for name, judge in methods.items():
            judge(bed, scores[name])
        is_quick, of_grids = judge_product(bed, product)
        promised.append(is_quick)
        grids.append(of_grids)
    expected = np.concatenate(beds)
    print(f"{asked.cases:,} cases, {asked.seeds} counties, {len(expected):,} outbreaks")
    print("found within 3 days (14 days), by expected cases a day")
    for name in methods:
        for alpha in usual_of(usual, name):
            show(f"{name}, α {alpha:g}", scores[name][alpha], expected)
        alpha, best = strict(scores[name])
        show(f"{name}, α {alpha:.1g}", best, expected)
    for number in (len(bed.trial.counts.families) + 1, 1):
        parts = [
            f"{label}: {bound(expected[chosen], number).mean():4.0%}"
            for label, chosen in rows(expected)
        ]
        print(f"{f'bound, {number} series':24} false    1.00  {'         '.join(parts)}")
    show("product", product, expected)
    quick = np.concatenate(promised) & np.concatenate(product.is_fair)
    found = np.concatenate(product.found)[quick, 0]
    low, high = wilson(int(found.sum()), len(found))
    print(
        f"promised: {quick.mean():.0%} of the outbreaks, {found.mean():.1%} found within 3 days"
        f" ({low:.1%} to {high:.1%}); false alerts of grids {np.mean(grids):.2f}"
    )
    total = float(np.mean(product.false_alerts) + np.mean(grids))
    if total > MOST_FALSE or found.mean() < LEAST_FOUND:
        raise SystemExit(f"{total:.2f} false alerts per town and quarter, {found.mean():.1%} found")


def usual_of(usual: dict[str, float], name: str) -> list[float]:
    """The authors' own strictness, where there is one."""
    return [usual[name]] if name in usual else []


if __name__ == "__main__":
    main()
