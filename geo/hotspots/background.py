"""What the counts of grids would be without hot spots, and how unlikely a count is then.

Cases of a grid follow a negative binomial distribution around rate × exposure: grids differ by more
than chance even where nothing is clustered, and the dispersion is estimated from the grids
themselves. Several grids together have the sum of their means and of their variances, and a
negative binomial with these two moments stands for the distribution of the sum.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CHANCE_ONLY = 1e-6
"""Extra variance below this share of the mean is none: the distribution is Poisson's."""


@dataclass(frozen=True)
class Background:
    """Of each period: `rate`, cases per unit of exposure; `dispersion`, the squared coefficient of
    variation of the rates that grids have without hot spots (0: they differ by chance only)."""

    rate: Numbers
    dispersion: Numbers


def fit_background(counts: Numbers, exposure: Numbers, left_out: Flags) -> Background:
    """Rate and dispersion of each period by moments, from the grids that are not left out.

    Args:
        counts: cases, grids × periods.
        exposure: what they are counted against, same shape; 0 where there is none.
        left_out: grids and periods known to be hot, same shape.
    """
    kept = ~left_out
    cases, exposed = (counts * kept).sum(axis=0), (exposure * kept).sum(axis=0)
    rate = np.divide(cases, exposed, out=np.zeros_like(cases), where=exposed > 0)
    mean = rate * exposure * kept
    # Variance of a count: mean + dispersion × mean².
    extra = (((counts - rate * exposure) ** 2 - rate * exposure) * kept).sum(axis=0)
    square = (mean**2).sum(axis=0)
    dispersion = np.divide(extra, square, out=np.zeros_like(extra), where=square > 0)
    return Background(rate, np.maximum(dispersion, 0.0))


def probability_of_as_many(
    counts: Numbers, means: Numbers, extra_variances: Numbers, *, where: Flags | None = None
) -> Numbers:
    """Of a count at least as high.

    Args:
        counts: observed.
        means: expected, same shape.
        extra_variances: variance beyond the mean, same shape.
        where: only these are worked out; the others are 1.
    """
    return _tail(counts - 1.0, means, extra_variances, where, "sf")


def probability_of_as_few(
    counts: Numbers, means: Numbers, extra_variances: Numbers, *, where: Flags | None = None
) -> Numbers:
    """Of a count at most as high; arguments as above."""
    return _tail(counts, means, extra_variances, where, "cdf")


def _tail(
    counts: Numbers,
    means: Numbers,
    extra_variances: Numbers,
    where: Flags | None,
    function: Literal["sf", "cdf"],
) -> Numbers:
    possible = means > 0 if where is None else (means > 0) & where
    spread = possible & (extra_variances > CHANCE_ONLY * means)
    chance = possible & ~spread
    probability = np.ones_like(means)
    size = means[spread] ** 2 / extra_variances[spread]
    negative_binomial = getattr(stats.nbinom, function)
    probability[spread] = negative_binomial(counts[spread], size, size / (size + means[spread]))
    probability[chance] = getattr(stats.poisson, function)(counts[chance], means[chance])
    return probability


def moments_of_sums(
    sums_over: sparse.csr_array, exposure: Numbers, background: Background
) -> tuple[Numbers, Numbers]:
    """Mean and extra variance of the cases of several grids together.

    Args:
        sums_over: 0/1, each row the grids of one sum.
        exposure: grids × periods.
        background: of the periods.

    Returns:
        Both sums × periods.
    """
    means = background.rate * exposure
    return sums_over @ means, background.dispersion * (sums_over @ means**2)
