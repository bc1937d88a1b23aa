"""Smoothed values of small grids: each is drawn towards that of all, the more the smaller it is.

Shares: beta-binomial, prior Beta(μ m, (1 − μ) m); mean μ and precision m by maximum likelihood
(Griffiths 1973, Biometrics 29, 637–648). The smoothed share is (μ m + y) ÷ (m + n).

Events per population: gamma-Poisson by the moments of Marshall, R. J. (1991), Mapping disease and
mortality rates using empirical Bayes estimators, Applied Statistics 40, 283–294 (global):
mean m = Σy ÷ Σn, variance A = Σ n (y/n − m)² ÷ Σn − m ÷ n̄ (0 where negative), smoothed value
m + A ÷ (A + m ÷ n) × (y/n − m), which is the mean of Gamma(m²/A + y, m/A + n).

Intervals are 95 % posterior ones, equal tails. They take the prior as known, so they are a little
narrow where there are few areas. Where areas differ no more than by chance, all have the value of
all, with the interval of that.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, special, stats

from warehouse.analysis.families import Family, needed_family
from warehouse.analysis.funnel import only_slice
from warehouse.catalogue import get_kpi
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question, answer

Numbers = NDArray[np.float64]

TAILS = (0.025, 0.975)
MOST_PRECISION = 1e7
"""Precision of a prior beyond which areas do not differ."""


@dataclass(frozen=True)
class Prior:
    """What is held of an area before its records are seen.

    Attributes:
        mean: per unit of the denominator.
        size: how many of the denominator it weighs as much as; infinite where areas do not differ.
    """

    mean: float
    size: float


def smoothed(published: Published, question: Question) -> tuple[Prior, pl.DataFrame]:
    """The prior, and one row per slice of a question by one dimension.

    Columns: the code, value, numerator, denominator, smoothed, smoothed_low, smoothed_high (in the
    KPI's unit), shrinkage (the share taken from the value of all, 0–1).

    A slice without rows has the prior's value, shrinkage 1. Rows are ordered by code; what has no
    code is left out.

    Raises:
        UsageError: as `answer`; a KPI that is no share or ratio to a population; not exactly one
            slice; no value at all.
    """
    kpi = get_kpi(question.kpi_id)
    family = needed_family(kpi, "平滑 / smoothing ")
    slice_ = only_slice(question)
    rows = answer(published, question).filter(pl.col(slice_).is_not_null())
    counts = rows["numerator"].fill_null(0).to_numpy()
    sizes = rows["denominator"].fill_null(0).cast(pl.Float64).to_numpy()
    if sizes.sum() == 0:
        raise UsageError(f"{kpi.kpi_id}: 无值可平滑 / there is no value to smooth")
    per = float(kpi.per or 1)
    prior = prior_of(counts, sizes, family)
    mean, low, high = posterior(counts, sizes, prior, family)
    shrinkage = np.ones_like(sizes) if np.isinf(prior.size) else prior.size / (prior.size + sizes)
    frame = rows.select(slice_, "value", "numerator", "denominator").with_columns(
        pl.Series("smoothed", per * mean),
        pl.Series("smoothed_low", per * low),
        pl.Series("smoothed_high", per * high),
        pl.Series("shrinkage", shrinkage),
    )
    return Prior(per * prior.mean, prior.size), frame


def prior_of(counts: Numbers, sizes: Numbers, family: Family) -> Prior:
    """The prior that the areas themselves give."""
    seen = sizes > 0
    counts, sizes = counts[seen], sizes[seen]
    return _beta_prior(counts, sizes) if family == "binomial" else _gamma_prior(counts, sizes)


def _gamma_prior(counts: Numbers, sizes: Numbers) -> Prior:
    total = sizes.sum()
    mean = counts.sum() / total
    spread = (sizes * (counts / sizes - mean) ** 2).sum() / total - mean / sizes.mean()
    return Prior(float(mean), float(mean / spread) if spread > 0 else np.inf)


def _beta_prior(counts: Numbers, sizes: Numbers) -> Prior:
    pooled = float(counts.sum() / sizes.sum())
    if pooled in (0.0, 1.0) or len(sizes) == 1:
        return Prior(pooled, np.inf)

    def surprise(point: Numbers) -> float:
        mean, size = special.expit(point[0]), np.exp(point[1])
        a, b = mean * size, (1 - mean) * size
        return -float((special.betaln(counts + a, sizes - counts + b) - special.betaln(a, b)).sum())

    bounds = [(None, None), (np.log(1e-2), np.log(MOST_PRECISION))]
    starts = [np.array([special.logit(pooled), np.log(size)]) for size in (10.0, 1000.0)]
    found = min(
        (optimize.minimize(surprise, start, method="L-BFGS-B", bounds=bounds) for start in starts),
        key=lambda fit: float(fit.fun),
    )
    chance = -float((counts * np.log(pooled) + (sizes - counts) * np.log1p(-pooled)).sum())
    size = float(np.exp(found.x[1]))
    if found.fun >= chance or size >= MOST_PRECISION / 2:
        return Prior(pooled, np.inf)
    return Prior(float(special.expit(found.x[0])), size)


def posterior(
    counts: Numbers, sizes: Numbers, prior: Prior, family: Family
) -> tuple[Numbers, Numbers, Numbers]:
    """Smoothed value, low and high of each area."""
    if np.isinf(prior.size):
        # All areas are one: its own sums, with Jeffreys' prior.
        counts = np.full_like(sizes, counts.sum())
        sizes = np.full_like(sizes, sizes.sum())
        half = 0.5
        a, b = counts + half, sizes - counts + half
        mean = counts / sizes
    else:
        a = prior.mean * prior.size + counts
        b = (1 - prior.mean) * prior.size + sizes - counts
        mean = a / (prior.size + sizes)
    if family == "binomial":
        low, high = (stats.beta.ppf(tail, a, b) for tail in TAILS)
    else:
        rate = sizes if np.isinf(prior.size) else prior.size + sizes
        low, high = (stats.gamma.ppf(tail, a, scale=1 / rate) for tail in TAILS)
    return mean, np.asarray(low), np.asarray(high)
