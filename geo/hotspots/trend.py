"""Mann-Kendall test of a trend, for many series at once, with the correction for ties.

Sources: Mann 1945; Kendall 1975, section 4.4 and 5.4 (variance with ties, continuity correction).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trend:
    """One value per series.

    `score`: Kendall's S, pairs that rise less pairs that fall. `variance`: of S without trend. `z`:
    S over its standard deviation, drawn one towards 0. `probability`: two-sided. `tau`: Kendall's
    tau-b of value and time. Without two different values z and tau are 0 and the probability 1.
    """

    score: Numbers
    variance: Numbers
    z: Numbers
    probability: Numbers
    tau: Numbers


def mann_kendall(series: Numbers) -> Trend:
    """Test every row of series × times for a monotonic trend.

    The test takes the values of a row as independent of each other; a series that carries over from
    one time to the next shows more trends than it has.
    """
    times = series.shape[1]
    score = np.zeros(len(series))
    for step in range(1, times):
        score += np.sign(series[:, step:] - series[:, :-step]).sum(axis=1)
    in_ties = _in_ties(np.sort(series, axis=1))
    variance = (times * (times - 1) * (2 * times + 5) - in_ties[0]) / 18.0
    spread = np.sqrt(np.maximum(variance, 0.0))
    drawn_in = score - np.sign(score)
    z = np.divide(drawn_in, spread, out=np.zeros_like(score), where=spread > 0)
    pairs = times * (times - 1) / 2.0
    untied = np.sqrt(pairs * np.maximum(pairs - in_ties[1], 0.0))
    tau = np.divide(score, untied, out=np.zeros_like(score), where=untied > 0)
    return Trend(score, variance, z, np.minimum(2.0 * stats.norm.sf(np.abs(z)), 1.0), tau)


def _in_ties(ordered: Numbers) -> tuple[Numbers, Numbers]:
    """Sums over groups of t equal values: t(t−1)(2t+5), and t(t−1)/2."""
    rows, times = ordered.shape
    starts = np.ones((rows, times), dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    group = np.cumsum(starts.ravel()) - 1
    sizes = np.bincount(group).astype(np.float64)
    row_of_group = np.flatnonzero(starts.ravel()) // times
    terms = (sizes * (sizes - 1) * (2 * sizes + 5), sizes * (sizes - 1) / 2.0)
    of_variance, of_pairs = (
        np.bincount(row_of_group, weights=term, minlength=rows).astype(np.float64) for term in terms
    )
    return of_variance, of_pairs
