"""Segmented regression of a short series with autocorrelated noise, whose intervals cover.

Model (Wagner et al. 2002, Journal of Clinical Pharmacy and Therapeutics 27, 299–309): a value is a
constant, a trend, a change of level and a change of slope at the start of the programme, and one
harmonic of the year (sine and cosine); the noise is a first-order autoregression whose variance is
inverse to the month's denominator. For each autocorrelation ρ this is a generalised least squares
fit (statsmodels).

ρ is never known, and from some thirty months it is estimated too low, which makes the usual
intervals too narrow (Turner et al. 2021, BMC Medical Research Methodology 21, 181). So no single ρ
is chosen: every ρ of a grid counts by its restricted likelihood, and the interval is read from the
mixture of the t distributions they give. That is the posterior under flat priors on the
coefficients, the logarithm of the variance and artanh ρ, that is 1 ÷ (1 − ρ²) on ρ, which makes up
for the low estimates. Of the priors (1 − ρ²)^−p with p = 0, ½, ¾, 1 it is the one whose intervals
covered at least 90 % of the time for every ρ up to 0.8 with room to spare, at the price of wider
ones: some 10 % with 36 months against p = ½. `benchmarks/programme_effect.py` shows how often they
cover, and that Newey–West, Cochrane–Orcutt (GLSAR) and, where ρ is large, maximum-likelihood ARIMA
intervals do so less often than they say.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import GLS

Numbers = NDArray[np.float64]

AUTOCORRELATIONS = np.linspace(-0.9, 0.99, 48)
CONFIDENCE = 0.95
MONTHS_A_YEAR = 12
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_signal(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Segments:
    """What changed at the start.

    Attributes:
        level: jump at the start, beyond the trend and the season.
        slope: change of the trend, per month.
        slope_before: trend before the start, per month.
        at_end: difference, in the last month, from where the earlier trend would have led.
        autocorrelation: of the noise, mean over the grid.
        fitted, counterfactual: each month's value by the model, with and without the change.
    """

    level: Estimate
    slope: Estimate
    slope_before: Estimate
    at_end: Estimate
    autocorrelation: float
    fitted: Numbers
    counterfactual: Numbers


def design(months: NDArray[np.int64], start: int, *, has_season: bool) -> Numbers:
    """One row per month: constant, trend, level, slope, and the year's harmonic.

    Args:
        months: month numbers, gaps allowed.
        start: the month in which the level changes; the trend is zero there.
    """
    since = (months - start).astype(float)
    after = (since >= 0).astype(float)
    columns = [np.ones(len(months)), since, after, after * since]
    if has_season:
        angle = 2 * np.pi * months / MONTHS_A_YEAR
        columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


def segmented(
    values: Numbers,
    months: NDArray[np.int64],
    start: int,
    *,
    weights: Numbers | None = None,
    has_season: bool = True,
) -> Segments:
    """Fit a series; months that are missing only loosen the tie between those beside them."""
    matrix = design(months, start, has_season=has_season)
    others = matrix.shape[1] - 4
    contrasts = np.array(
        [
            [0, 0, 1, 0, *[0] * others],
            [0, 0, 0, 1, *[0] * others],
            [0, 1, 0, 0, *[0] * others],
            [0, 0, 1, months[-1] - start, *[0] * others],
        ],
        dtype=float,
    )
    scale = np.ones(len(values)) if weights is None else np.sqrt(weights / weights.mean())
    lags = np.abs(np.subtract.outer(months, months))
    free = len(values) - matrix.shape[1]
    likelihoods, coefficients, centres, errors = [], [], [], []
    for rho in AUTOCORRELATIONS:
        noise = float(rho) ** lags / np.outer(scale, scale)
        fit = GLS(values, matrix, sigma=noise).fit()
        squares = max(float(fit.wresid @ fit.wresid), np.finfo(float).tiny)
        covariance = fit.normalized_cov_params
        likelihoods.append(
            (np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(noise)[1]) / 2
            - np.log(1 - rho**2)
            - free / 2 * np.log(squares)
        )
        coefficients.append(fit.params)
        centres.append(contrasts @ fit.params)
        spread = np.einsum("ij,jk,ik->i", contrasts, covariance, contrasts)
        errors.append(np.sqrt(spread * squares / free))
    chances = np.exp(np.array(likelihoods) - max(likelihoods))
    chances /= chances.sum()
    level, slope, slope_before, at_end = (
        _estimate(chances, np.array(centres)[:, number], np.array(errors)[:, number], free)
        for number in range(4)
    )
    mean = chances @ np.array(coefficients)
    unchanged = matrix.copy()
    unchanged[:, 2:4] = 0
    return Segments(
        level,
        slope,
        slope_before,
        at_end,
        autocorrelation=float(chances @ AUTOCORRELATIONS),
        fitted=matrix @ mean,
        counterfactual=unchanged @ mean,
    )


def _estimate(chances: Numbers, centres: Numbers, errors: Numbers, free: int) -> Estimate:
    """Mean and equal-tailed interval of a mixture of t distributions."""
    kept = chances > NEGLIGIBLE
    chances, centres, errors = chances[kept] / chances[kept].sum(), centres[kept], errors[kept]
    value = float(chances @ centres)

    def bound(tail: float) -> float:
        low, high = float((centres - 40 * errors).min()), float((centres + 40 * errors).max())
        for _ in range(80):
            middle = (low + high) / 2
            below = float(
                chances @ stats.t.cdf((middle - centres) / np.maximum(errors, 1e-300), free)
            )
            low, high = (middle, high) if below < tail else (low, middle)
        return (low + high) / 2

    tail = (1 - CONFIDENCE) / 2
    return Estimate(value, bound(tail), bound(1 - tail))
