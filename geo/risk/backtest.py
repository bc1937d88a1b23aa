"""Rolling origin: what each method would have named in the weeks behind, and what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from geo.risk.baselines import Kernel, Kernels, prior_counts
from geo.risk.evaluate import (
    SHARES,
    Interval,
    calibration,
    calibration_slope,
    hits,
    named,
    overlap,
    ratio,
    resampled,
)
from geo.risk.features import features_of
from geo.risk.model import NothingToFitError, design_of, fit, forecast
from geo.risk.panel import HORIZON_WEEKS, Floats, Panel, horizon_sums

SCORE, PRIOR, KERNEL = "score", "prior_counts", "kernel_density"
METHODS = (SCORE, PRIOR, KERNEL)
BASELINES = (PRIOR, KERNEL)
BASES = ("area", "population", "grids")
JUDGED_WEEKS = 26
"""Windows judged: as many as there are up to this, each beginning a week after the one before."""
LEAST_TRAINING_WEEKS = 8
BLOCK_WEEKS = 4
"""Length of a block of the bootstrap beyond the weeks that windows overlap by."""
JUDGED_SHARE = 0.10
"""Share of the area named at which methods are compared."""
AT_JUDGED = SHARES.index(JUDGED_SHARE)


@dataclass(frozen=True)
class Method:
    """One method over all windows.

    Args:
        hit_rate: by basis, at each of `evaluate.SHARES`.
        pai, pei: by basis, at 10 %.
        ahead: hit rate of the score at 10 % of the area less that of this method, paired by window.
        stability: share of the area named in one window that is named in the next one too.
        slope: of the calibration; groups: (expected, happened) of tenths of what was expected.
    """

    method: str
    hit_rate: Mapping[str, tuple[Interval, ...]]
    pai: Mapping[str, Interval]
    pei: Mapping[str, Interval]
    ahead: Interval
    stability: float | None
    slope: float | None
    groups: list[tuple[float, float]]


@dataclass(frozen=True)
class Backtest:
    """What the windows behind say about each method.

    Args:
        origins: first day of each window.
        case_count: cases in all windows; where windows overlap a case counts in each.
        bandwidth_m, window_weeks: of the kernel density, chosen on what came before the first
            window.
    """

    horizon: str
    origins: tuple[date, ...]
    case_count: int
    methods: Mapping[str, Method]
    bandwidth_m: float
    window_weeks: int | None


def backtest(
    panel: Panel,
    *,
    horizon: str,
    kernels: Kernels | None = None,
    windows: int = JUDGED_WEEKS,
) -> Backtest | None:
    """Name grids at the start of each of the last weeks from what was known then, and judge.

    Args:
        panel: cases up to the day before the forecast.
        horizon: `week` or `month`.
        kernels: of the panel's grids, where they are at hand.
        windows: most windows judged; never more than a third of the series.

    Returns:
        Null where the series is too short or has no case.
    """
    weeks = HORIZON_WEEKS[horizon]
    last = panel.week_count - weeks
    first = max(last - windows + 1, (panel.week_count * 2) // 3, LEAST_TRAINING_WEEKS + weeks)
    if last - first < 1 or not panel.history[:first].any():
        return None
    origins = range(first, last + 1)
    kernel = (kernels or Kernels(panel.places)).best(panel.history[:first])
    try:
        forecasts = _forecasts(panel, weeks, origins, kernel)
    except NothingToFitError:
        return None
    outcomes = horizon_sums(panel.outcomes, weeks)[first : last + 1]
    judged = _Judged(panel, outcomes, resampled(len(outcomes), block=BLOCK_WEEKS + weeks - 1))
    score_hits = judged.hits(forecasts[SCORE], "area")[AT_JUDGED]
    return Backtest(
        horizon=horizon,
        origins=tuple(panel.day_of(week) for week in origins),
        case_count=int(outcomes.sum()),
        methods={
            method: judged.method(method, expected, score_hits)
            for method, expected in forecasts.items()
        },
        bandwidth_m=kernel.bandwidth_m,
        window_weeks=kernel.window_weeks,
    )


def _forecasts(
    panel: Panel, weeks: int, origins: Sequence[int], kernel: Kernel
) -> dict[str, Floats]:
    """Expected cases, windows × grids, of each method.

    Features are computed once for all windows: those of a week use the weeks before it only.
    """
    features = features_of(panel, weeks=weeks)
    design = design_of(features, panel.history, weeks=weeks)
    history = panel.history
    return {
        SCORE: np.stack(
            [forecast(fit(design, week=week), features, week=week).expected for week in origins]
        ),
        PRIOR: np.stack([prior_counts(history, week=week, weeks=weeks) for week in origins]),
        KERNEL: np.stack([kernel.expected(history, week=week, weeks=weeks) for week in origins]),
    }


class _Judged:
    """The windows: what happened in each, and how often the bootstrap draws them."""

    def __init__(self, panel: Panel, outcomes: Floats, times: Floats) -> None:
        self._outcomes = outcomes
        self._times = times
        places = panel.places
        self._weight = {
            "area": places.area_km2,
            "population": places.population,
            "grids": np.ones(len(places)),
        }

        self._best = {basis: self.hits(outcomes, basis)[AT_JUDGED] for basis in self.bases}

    @property
    def bases(self) -> list[str]:
        """Those of which the weight of some grid is known."""
        return [basis for basis, weight in self._weight.items() if not np.isnan(weight).all()]

    def hits(self, expected: Floats, basis: str) -> Floats:
        """Cases in the grids named: `evaluate.SHARES` × windows."""
        weight = self._weight[basis]
        pairs = zip(expected, self._outcomes, strict=True)
        return np.array([hits(one, happened, weight) for one, happened in pairs]).T

    def method(self, method: str, expected: Floats, score_hits: Floats) -> Method:
        """All measures of one method."""
        hit_rate, pai, pei = {}, {}, {}
        found = {basis: self.hits(expected, basis) for basis in self.bases}
        for basis, of_shares in found.items():
            cases = self._outcomes[:, ~np.isnan(self._weight[basis])].sum(axis=1)
            hit_rate[basis] = tuple(ratio(one, cases, self._times) for one in of_shares)
            at = of_shares[AT_JUDGED]
            pai[basis] = ratio(at, cases, self._times, factor=1 / JUDGED_SHARE)
            pei[basis] = ratio(at, self._best[basis], self._times)
        ahead = score_hits - found["area"][AT_JUDGED]
        return Method(
            method=method,
            hit_rate=hit_rate,
            pai=pai,
            pei=pei,
            ahead=ratio(ahead, self._outcomes.sum(axis=1), self._times),
            stability=self._stability(expected),
            slope=calibration_slope(expected.ravel(), self._outcomes.ravel()),
            groups=calibration(expected.ravel(), self._outcomes.ravel()),
        )

    def _stability(self, expected: Floats) -> float | None:
        area = self._weight["area"]
        sets = [named(one, area, JUDGED_SHARE) for one in expected]
        pairs = [overlap(one, other, area) for one, other in pairwise(sets)]
        return float(np.mean(pairs)) if pairs else None
