"""Farrington's limit, original and improved: this week against the same weeks of earlier years.

Farrington et al. (1996, A statistical algorithm for the early detection of outbreaks of infectious
disease, Journal of the Royal Statistical Society A 159, 547–563); Noufaily et al. (2013, An
improved algorithm for outbreak detection in multiple surveillance systems, Statistics in Medicine
32, 1206–1222). Conventions are those of `farringtonFlexible` of R's package surveillance, whose
figures the tests hold it to.

A quasi-Poisson regression on baseline weeks gives what is expected now. Baseline: the weeks within
`half_width` of this week in each of `years` years; with `periods` > 1 also all weeks between, cut
into `periods` − 1 further seasons with a level of their own. The last `recent_left_out` weeks are
left out, so that an outbreak does not raise its own limit. A trend is kept where there are at least
three years, it is significant at `trend_alpha` and does not carry beyond the highest count seen.
Weeks whose Anscombe residual is above `reweight_above` lose weight with its square.

One convention of R's is kept though it is an accident: after reweighting, the standard error of the
expectation (and the trend's test) uses Σ ω ((y − μ) ÷ μ)² ÷ df as dispersion, without the working
weight μ. It makes limits by `delta` and `muan` differ from the papers' in the third digit or so;
`nbPlugin` uses no standard error.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from warehouse.alerts.poisson_glm import Fits, Flags, Numbers, fit

Threshold = Literal["delta", "nbPlugin", "muan"]
POWERS = {"none": 1.0, "1/2": 0.5, "2/3": 2 / 3}
Power = Literal["none", "1/2", "2/3"]
YEARS_FOR_A_TREND = 3


@dataclass(frozen=True)
class FarringtonOptions:
    """How a limit is made; the defaults are those of Noufaily et al. (2013).

    Attributes:
        years, half_width, periods, recent_left_out: which weeks are the baseline.
        has_trend, trend_alpha: whether a trend is tried, and how significant it must be.
        is_reweighted, reweight_above: whether past outbreaks lose weight, and from which residual.
        threshold: `delta`: normal limit on counts raised to `power`; `nbPlugin`: quantile of the
            negative binomial about the expectation; `muan`: about its upper confidence bound.
        alpha: chance that a week without an outbreak is above the limit.
        least_cases, least_weeks: no limit where the last weeks, this one included, had fewer cases.
    """

    years: int = 5
    half_width: int = 3
    periods: int = 10
    recent_left_out: int = 26
    has_trend: bool = True
    trend_alpha: float = 1.0
    is_reweighted: bool = True
    reweight_above: float = 2.58
    threshold: Threshold = "nbPlugin"
    power: Power = "2/3"
    alpha: float = 0.005
    least_cases: int = 5
    least_weeks: int = 4


@dataclass(frozen=True)
class FarringtonLimits:
    """One value per series; NaN where there were too few cases or no fit.

    Attributes:
        expected: cases expected now.
        upper: highest count that is no alarm; whole but for `delta`.
        dispersion: at least 1; variance of a count ÷ its mean.
        trend: per week on the log scale, NaN where none was kept.
        p_value: chance of this count or more.
        is_alarm: whether the count is above the limit.
    """

    expected: Numbers
    upper: Numbers
    dispersion: Numbers
    trend: Numbers
    p_value: Numbers
    is_alarm: Flags


def farrington_limits(
    counts: NDArray[np.int64],
    now: int,
    options: FarringtonOptions,
    *,
    weeks_a_year: int = 52,
    population: Numbers | None = None,
) -> FarringtonLimits:
    """Limits of one week for every series.

    Args:
        counts: weeks × series.
        now: row of the week, of which `years` years and `half_width` weeks lie before.
        population: weeks; expected counts then go with it.

    Raises:
        ValueError: the baseline would start before the first row.
    """
    if now - options.years * weeks_a_year - options.half_width < 0:
        raise ValueError(f"week {now}: {options.years} years before it are needed")
    season = _seasons(now, options, weeks_a_year)
    season[now - options.recent_left_out :] = 0
    rows = np.flatnonzero(season)
    baseline = counts[rows].astype(np.float64)
    offset = (
        None
        if population is None
        else np.repeat(np.log(population[rows])[:, None], baseline.shape[1], axis=1)
    )
    # With few years a whole season may be left out: it has no level.
    seasons = [season[rows] == one for one in range(1, options.periods)]
    level = np.column_stack([np.ones(len(rows)), *(one for one in seasons if one.any())])
    growth = np.column_stack([level, rows - now])
    shift = 0.0 if population is None else float(np.log(population[now]))
    found = _fitted(level, baseline, offset, options)
    trend = np.full(baseline.shape[1], np.nan)
    if options.has_trend and options.years >= YEARS_FOR_A_TREND:
        grown = _fitted(growth, baseline, offset, options)
        kept = _keeps_trend(grown, baseline, shift, options)
        trend[kept] = grown.fits.coefficients[-1, kept]
        found = found.replaced_by(grown, kept)
    with np.errstate(over="ignore", invalid="ignore"):
        upper, p_value = _threshold(found, counts[now], shift, options)
        expected = np.exp(found.intercept + shift)
    recent = counts[now - options.least_weeks + 1 : now + 1].sum(axis=0)
    is_judged = (recent >= options.least_cases) & found.is_fitted
    with np.errstate(invalid="ignore"):
        is_alarm = is_judged & (counts[now] > upper) & (counts[now] > 0)
    return FarringtonLimits(
        expected=np.where(is_judged, expected, np.nan),
        upper=np.where(is_judged, upper, np.nan),
        dispersion=np.where(found.is_fitted, found.dispersion, np.nan),
        trend=trend,
        p_value=np.where(found.is_fitted, p_value, np.nan),
        is_alarm=is_alarm,
    )


@dataclass(frozen=True)
class _Fitted:
    """Fits with what a limit needs of them, by series."""

    fits: Fits
    intercept: Numbers
    error: Numbers
    """Standard error of the intercept, which is the expectation of now on the log scale."""
    dispersion: Numbers
    error_dispersion: Numbers
    is_fitted: Flags

    def replaced_by(self, other: "_Fitted", where: Flags) -> "_Fitted":
        """The other's figures of some series."""
        return _Fitted(
            fits=self.fits,
            intercept=np.where(where, other.intercept, self.intercept),
            error=np.where(where, other.error, self.error),
            dispersion=np.where(where, other.dispersion, self.dispersion),
            error_dispersion=np.where(where, other.error_dispersion, self.error_dispersion),
            is_fitted=np.where(where, other.is_fitted, self.is_fitted),
        )


def _seasons(now: int, options: FarringtonOptions, weeks_a_year: int) -> NDArray[np.int64]:
    """Season of each week up to now: `periods` about this week's dates, 0 outside the baseline.

    The weeks between two such windows are cut as evenly as can be, the earlier seasons being the
    longer ones.
    """
    seasons = np.zeros(now + 1, dtype=np.int64)
    width = options.half_width
    seasons[now - width :] = options.periods
    for year in range(options.years):
        later = now - year * weeks_a_year
        earlier = later - weeks_a_year
        seasons[earlier - width : earlier + width + 1] = options.periods
        if options.periods > 1:
            between = np.arange(earlier + width + 1, later - width)
            for number, part in enumerate(np.array_split(between, options.periods - 1), 1):
                seasons[part] = number
    return seasons


def _fitted(
    design: Numbers, counts: Numbers, offset: Numbers | None, options: FarringtonOptions
) -> _Fitted:
    fits = fit(design, counts, offset=offset)
    dispersion = fits.dispersion(counts)
    error_dispersion = dispersion
    is_fitted = fits.is_converged
    if options.is_reweighted:
        weights = _weights(fits, design, counts, np.maximum(dispersion, 1), options)
        # A fit that failed has no residuals; it stays failed.
        weights = np.where(is_fitted, weights, 1.0)
        fits = fit(design, counts, offset=offset, prior_weights=weights)
        dispersion = fits.dispersion(counts)
        error_dispersion = fits.dispersion(counts, weights)
    return _Fitted(
        fits=fits,
        intercept=fits.coefficients[0],
        error=np.sqrt(error_dispersion * fits.covariance[:, 0, 0]),
        dispersion=np.maximum(dispersion, 1),
        error_dispersion=error_dispersion,
        is_fitted=is_fitted,
    )


def _weights(
    fits: Fits, design: Numbers, counts: Numbers, dispersion: Numbers, options: FarringtonOptions
) -> Numbers:
    means = fits.means
    residuals = 1.5 * (counts ** (2 / 3) * means ** (-1 / 6) - means**0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        residuals /= np.sqrt(dispersion * (1 - fits.leverages(design)))
        weights = np.where(residuals > options.reweight_above, residuals**-2.0, 1.0)
    return np.asarray(weights * len(counts) / weights.sum(axis=0))


def _keeps_trend(
    grown: _Fitted, baseline: Numbers, shift: float, options: FarringtonOptions
) -> Flags:
    free = len(baseline) - len(grown.fits.coefficients)
    error = np.sqrt(grown.error_dispersion * grown.fits.covariance[:, -1, -1])
    with np.errstate(over="ignore", invalid="ignore"):
        p_value = 2 * stats.t.sf(np.abs(grown.fits.coefficients[-1] / error), free)
        is_within = np.exp(grown.intercept + shift) <= baseline.max(axis=0)
    return np.asarray(grown.is_fitted & (p_value < options.trend_alpha) & is_within)


def _threshold(
    found: _Fitted, counts: NDArray[np.int64], shift: float, options: FarringtonOptions
) -> tuple[Numbers, Numbers]:
    """Limit and p value by series."""
    z = float(stats.norm.isf(options.alpha))
    log_mean = found.intercept + shift
    if options.threshold == "delta":
        return _delta(found, np.exp(log_mean), counts, z, options)
    mean = np.exp(log_mean + (z * found.error if options.threshold == "muan" else 0))
    spread = found.dispersion
    is_wide = spread > 1
    size = np.where(is_wide, mean / np.where(is_wide, spread - 1, 1), 1.0)
    at_least = counts - 1
    upper = np.where(
        is_wide,
        stats.nbinom.isf(options.alpha, size, 1 / spread),
        stats.poisson.isf(options.alpha, mean),
    )
    p_value = np.where(
        is_wide,
        stats.nbinom.sf(at_least, size, 1 / spread),
        stats.poisson.sf(at_least, mean),
    )
    return upper, p_value


def _delta(
    found: _Fitted,
    mean: Numbers,
    counts: NDArray[np.int64],
    z: float,
    options: FarringtonOptions,
) -> tuple[Numbers, Numbers]:
    """Normal limit of a power of the count, by the delta method."""
    power = POWERS[options.power]
    # The variance of a count that is yet to be seen: its own, and that of its expectation.
    variance = mean * found.dispersion + (mean * found.error) ** 2
    sd = power * mean ** (power - 1) * np.sqrt(variance)
    upper = (mean**power + z * sd) ** (1 / power)
    return upper, stats.norm.sf(counts.astype(np.float64) ** power, mean**power, sd)
