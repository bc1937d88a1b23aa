"""Local statistics of spatial association: Gi*, local Moran, and rates made comparable.

Each equals `esda` (`G_Local`, `Moran_Local`, `Moran_Local_Rate`), which the tests hold it to; here
they take several periods at once and are plain array code.

Sources: Getis and Ord 1992, Ord and Getis 1995 (Gi*); Anselin 1995 (local Moran); Assunção and Reis
1999, Statistics in Medicine 18, 2147–2162 (rates).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PERMUTATIONS = 999
SEED = 20261101
"""Of the permutations: the same data give the same probabilities."""

QUADRANTS = ("high_high", "low_high", "low_low", "high_low")
"""Own value first, then the neighbours'; in the order of `esda`'s numbers 1 to 4."""


def with_self(neighbours: sparse.csr_array) -> sparse.csr_array:
    """The 0/1 matrix of neighbourhoods that include the grid itself."""
    return (neighbours + sparse.eye_array(neighbours.shape[0], format="csr")).tocsr()


def empirical_bayes_rates(counts: Numbers, exposure: Numbers) -> Numbers:
    """Rates in standard deviations of what rates of such an exposure vary by (Assunção, Reis).

    A grid of few residents has to have a far higher rate than a large one to get the same value.

    Args:
        counts: cases; grids × periods, or grids.
        exposure: what they are counted against, above 0, same shape.

    Returns:
        Same shape. All 0 for a period without any case.
    """
    if not len(counts):
        return np.zeros_like(counts)
    total = exposure.sum(axis=0)
    mean_rate = counts.sum(axis=0) / total
    rates = counts / exposure
    spread = (exposure * (rates - mean_rate) ** 2).sum(axis=0) / total
    between = spread - mean_rate / (total / len(counts))
    by_chance = mean_rate / exposure
    # As in the paper: where the estimate would be negative, chance alone is taken.
    variance = np.where(between + by_chance < 0, by_chance, between + by_chance)
    standardised: Numbers = np.divide(
        rates - mean_rate, np.sqrt(variance), out=np.zeros_like(rates), where=variance > 0
    )
    return standardised


def getis_ord_star(values: Numbers, neighbours: sparse.csr_array) -> Numbers:
    """Standardised Gi* of every grid, with 0/1 weights that include the grid itself.

    Args:
        values: one per grid, or grids × periods.
        neighbours: 0/1, without the grid itself.

    Returns:
        Same shape: standard normal if values lie anyhow on the map and are not too skewed. 0 where
        all values are the same.
    """
    count = len(values)
    neighbourhoods = with_self(neighbours)
    sizes = np.asarray(neighbourhoods.sum(axis=1))
    sizes = sizes if values.ndim == 1 else sizes[:, None]
    deviations = values.std(axis=0) * np.sqrt(sizes * (count - sizes) / (count - 1))
    differences = neighbourhoods @ values - sizes * values.mean(axis=0)
    deviations = np.broadcast_to(deviations, differences.shape)
    z: Numbers = np.divide(
        differences, deviations, out=np.zeros_like(differences), where=deviations > 1e-12
    )
    return z


@dataclass(frozen=True)
class LocalMoran:
    """Local Moran of every grid.

    `statistic`: with row-standardised weights, values in standard deviations (n), scaled as
    `esda` does it (n − 1 in the numerator). NaN without neighbours.
    `quadrant`: place in `QUADRANTS`; −1 without neighbours.
    `probability`: of such an extreme statistic when the others' values lie anyhow on the map
    (conditional permutation, one-sided in the direction of the statistic). NaN without neighbours.
    """

    statistic: Numbers
    quadrant: Integers
    probability: Numbers


def local_moran(
    values: Numbers,
    neighbours: sparse.csr_array,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> LocalMoran:
    """Local Moran of values, one per grid.

    Args:
        values: one per grid.
        neighbours: 0/1, without the grid itself.
        permutations: draws of as many other grids' values as a grid has neighbours.
        seed: of the draws.
    """
    count = len(values)
    if count == 0:
        return LocalMoran(values, np.zeros(0, dtype=np.int64), values)
    sizes = np.diff(neighbours.indptr)
    has_neighbours = sizes > 0
    deviation = values.std()
    z = (values - values.mean()) / (deviation if deviation > 0 else 1.0)
    lag = np.divide(neighbours @ z, sizes, out=np.full(count, np.nan), where=has_neighbours)
    scale = (count - 1) / (z @ z) if deviation > 0 else 0.0
    statistic = scale * z * lag
    quadrant = np.where(lag > 0, np.where(z > 0, 0, 1), np.where(z > 0, 3, 2))
    probability = np.full(count, np.nan)
    probability[has_neighbours] = _permuted(
        z, statistic / scale if scale else statistic, sizes, permutations, seed
    )[has_neighbours]
    return LocalMoran(statistic, np.where(has_neighbours, quadrant, -1), probability)


def _permuted(
    z: Numbers, products: Numbers, sizes: Integers, permutations: int, seed: int
) -> Numbers:
    """Share of draws, the observation among them, that are as extreme on the nearer side."""
    count = len(z)
    most = int(sizes.max(initial=0))
    larger = np.zeros(count, dtype=np.int64)
    divisors = np.maximum(sizes, 1)
    if most == 0 or most > count - 1:
        return np.full(count, np.nan)
    rng = np.random.default_rng(seed)
    places = np.arange(count)
    means = np.empty((most + 1, count))
    for _ in range(permutations):
        # Drawn among the other grids: places from a grid's own on move up by one. The sums over the
        # same draw serve every number of neighbours.
        drawn = rng.choice(count - 1, most, replace=False)
        means[0] = 0.0
        for number, other in enumerate(drawn, 1):
            means[number, : other + 1] = means[number - 1, : other + 1] + z[other + 1]
            means[number, other + 1 :] = means[number - 1, other + 1 :] + z[other]
        larger += z * (means[sizes, places] / divisors) >= products
    return (np.minimum(larger, permutations - larger) + 1) / (permutations + 1)


def normal_probability(z: Numbers) -> Numbers:
    """Of a value at least as high under the standard normal distribution."""
    return np.asarray(stats.norm.sf(z))
