"""Which grids are hot spots: two questions, each with its false discoveries controlled.

1. Do the grid and its neighbours together have more cases than their exposure explains? This is the
   neighbourhood that Gi* looks at. False discoveries among the neighbourhoods found are controlled
   by Benjamini and Hochberg's procedure over all grids (and periods); in a regular map it is what
   Caldas de Castro and Singer (2006) recommend for local statistics. Neighbourhoods overlap, so the
   tests depend on each other, but positively, and the procedure then holds (Benjamini, Yekutieli
   2001).
2. Has the grid itself more than its own exposure explains? Asked of those found in 1 only, with the
   same procedure. Without it every quiet grid beside a hot spot would be called hot.

Rate and dispersion are estimated, hot spots found are left out of the estimate, and both questions
are asked again, until nothing new is found: a county with hot spots would otherwise hide some by
the spread they cause. Decision record 21 has the alternatives and their measured false discoveries.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from geo.hotspots.background import (
    Background,
    fit_background,
    moments_of_sums,
    probability_of_as_many,
)
from geo.hotspots.statistics import with_self

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEVEL = 0.05
"""Share of false discoveries allowed."""
MOST_ROUNDS = 6


@dataclass(frozen=True)
class Judgement:
    """Grids × periods, where nothing else is said.

    `expected`: cases by the background. `neighbourhood_count`, `neighbourhood_expected`: of the
    grid and its neighbours. `neighbourhood_probability`: of as many cases there; `_adjusted`: for
    false discoveries (Benjamini-Hochberg). `own_probability`, `own_adjusted`: the same of the grid
    alone, NaN where its neighbourhood was not found.
    """

    background: Background
    expected: Numbers
    neighbourhood_count: Numbers
    neighbourhood_expected: Numbers
    neighbourhood_probability: Numbers
    neighbourhood_adjusted: Numbers
    own_probability: Numbers
    own_adjusted: Numbers
    is_hot: Flags


def judge(
    counts: Numbers,
    exposure: Numbers,
    neighbours: sparse.csr_array,
    *,
    level: float = LEVEL,
    rounds: int = MOST_ROUNDS,
) -> Judgement:
    """Judge every grid in every period.

    Args:
        counts: cases, grids × periods.
        exposure: what they are counted against, same shape; 0 where a grid is not there yet.
        neighbours: 0/1, without the grid itself.
        level: share of false discoveries allowed over all grids and periods together.
        rounds: of estimating and asking, at most.
    """
    neighbourhoods = with_self(neighbours)
    sums = neighbourhoods @ counts
    found = np.zeros(counts.shape, dtype=bool)
    background = fit_background(counts, exposure, found)
    for _ in range(rounds - 1):
        hot = _hot(counts, exposure, sums, neighbourhoods, background, level)
        if not (hot & ~found).any():
            break
        found |= hot
        background = fit_background(counts, exposure, found)
    means, extra = moments_of_sums(neighbourhoods, exposure, background)
    probability = probability_of_as_many(sums, means, extra)
    expected = background.rate * exposure
    own = probability_of_as_many(counts, expected, background.dispersion * expected**2)
    is_judged = exposure > 0
    adjusted = _adjusted(probability, is_judged)
    screened = is_judged & (adjusted <= level)
    own_adjusted = np.where(screened, _adjusted(own, screened), np.nan)
    return Judgement(
        background=background,
        expected=expected,
        neighbourhood_count=sums,
        neighbourhood_expected=means,
        neighbourhood_probability=probability,
        neighbourhood_adjusted=adjusted,
        own_probability=np.where(screened, own, np.nan),
        own_adjusted=own_adjusted,
        is_hot=screened & (own_adjusted <= level),
    )


def _hot(
    counts: Numbers,
    exposure: Numbers,
    sums: Numbers,
    neighbourhoods: sparse.csr_array,
    background: Background,
    level: float,
) -> Flags:
    """The same answer as the full judgement, working out only what can matter."""
    means, extra = moments_of_sums(neighbourhoods, exposure, background)
    is_judged = exposure > 0
    probability = probability_of_as_many(sums, means, extra, where=is_judged & (sums > means))
    screened = is_judged & (_adjusted(probability, is_judged) <= level)
    expected = background.rate * exposure
    own = probability_of_as_many(
        counts, expected, background.dispersion * expected**2, where=screened
    )
    return screened & (_adjusted(own, screened) <= level)


def _adjusted(probabilities: Numbers, among: Flags) -> Numbers:
    """Adjusted for false discoveries among some; 1 for the others."""
    adjusted = np.ones_like(probabilities)
    if among.any():
        adjusted[among] = stats.false_discovery_control(probabilities[among], method="bh")
    return adjusted
