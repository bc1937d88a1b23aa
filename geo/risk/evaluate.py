"""How well grids were named: hit rate, PAI, PEI, calibration and stability, with intervals.

- hit rate: share of the cases that happened in the grids named, when grids are named from the
  densest forecast down until their weight (area, residents, or number) reaches a share of all.
- PAI, predictive accuracy index: hit rate ÷ that share (Chainey, Tompson & Uhlig 2008, Security
  Journal 21:4-28).
- PEI, prediction efficiency index: hit rate ÷ that of the best possible choice (Hunt 2016).

The grid at the edge counts in part, and grids forecast alike count in equal part, so the share is
met exactly and no order of rows decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.risk.panel import Floats

SHARES = (0.05, 0.10, 0.20)
DRAWS = 2000
SEED = 20_080_101
"""Of the bootstrap: the same data always has the same interval."""
BINS = 10


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; null without a case, its ends null with too few windows."""

    value: float | None
    low: float | None
    high: float | None


def named(expected: Floats, weight: Floats, share: float) -> Floats:
    """Part of each grid, 0 to 1, that is named when grids worth a share of all weight are.

    Grids go in order of expected cases per weight; a grid without weight (nobody lives there) and
    with cases expected goes first, one of unknown weight (NaN) is never named.
    """
    density, size = _density(expected, weight)
    _, place = np.unique(-density, return_inverse=True)
    of_place = np.asarray(np.bincount(place, weights=size), dtype=np.float64)
    part = _parts(of_place, share)
    return np.where(np.isnan(weight), 0.0, np.where(np.isinf(density), 1.0, part[place]))


def hits(
    expected: Floats, cases: Floats, weight: Floats, shares: Sequence[float] = SHARES
) -> Floats:
    """Cases in the grids named, for each share."""
    density, size = _density(expected, weight)
    _, place = np.unique(-density, return_inverse=True)
    of_place = np.asarray(np.bincount(place, weights=size), dtype=np.float64)
    is_free = np.isinf(density)
    happened = np.bincount(place, weights=np.where(is_free | np.isnan(weight), 0.0, cases))
    free = float(cases[is_free].sum())
    return np.array([free + float(_parts(of_place, share) @ happened) for share in shares])


def _density(expected: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Expected cases per weight, infinite where they cost none, and the weight, 0 if unknown."""
    known = ~np.isnan(weight)
    size = np.where(known, weight, 0.0)
    density = np.where(expected > 0, np.inf, 0.0)
    np.divide(expected, size, out=density, where=size > 0)
    density[~known] = -1.0
    return density, size


def _parts(of_place: Floats, share: float) -> Floats:
    """Part that is named of each place of the order, from the weight there."""
    before = np.cumsum(of_place) - of_place
    room = np.clip(share * of_place.sum() - before, 0.0, of_place)
    part = np.zeros_like(of_place)
    np.divide(room, of_place, out=part, where=of_place > 0)
    return part


def overlap(one: Floats, other: Floats, weight: Floats) -> float:
    """Share of the weight named the first time that is named the second time too."""
    size = np.nan_to_num(weight)
    total = float(one @ size)
    return float(np.minimum(one, other) @ size) / total if total else 1.0


def resampled(count: int, *, block: int) -> Floats:
    """How often each window is drawn, in each draw of a circular block bootstrap.

    Windows near in time share cases and habits; blocks keep them together (Politis & Romano 1992).
    Returns draws × windows; no draws where there are fewer than two blocks, which tell nothing of
    what chance does.
    """
    if count < 2 * block:
        return np.zeros((0, count))
    rng = np.random.default_rng(SEED)
    block_count = -(-count // block)
    starts = rng.integers(0, count, size=(DRAWS, block_count))
    drawn = (starts[:, :, None] + np.arange(block)).reshape(DRAWS, -1)[:, :count] % count
    times = np.zeros((DRAWS, count))
    np.add.at(times, (np.arange(DRAWS)[:, None], drawn), 1)
    return times


def ratio(numerator: Floats, denominator: Floats, times: Floats, *, factor: float = 1) -> Interval:
    """Σ numerator ÷ Σ denominator over the windows × factor, with its percentile interval."""
    total = float(denominator.sum())
    if not total > 0:
        return Interval(None, None, None)
    below = times @ denominator
    kept = below > 0
    drawn = (times @ numerator)[kept] / below[kept]
    value = float(numerator.sum()) / total
    if not len(drawn):
        return Interval(factor * value, None, None)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(factor * value, factor * float(low), factor * float(high))


def calibration_slope(expected: Floats, cases: Floats) -> float | None:
    """Slope of log cases on log expected, by Poisson regression; 1 is right, below 1 too extreme.

    Over grids with cases expected; null where nothing happened or fewer than `BINS` different
    numbers are expected (counts of rare cases), through which no slope is worth drawing.
    """
    held = expected > 0
    x, y = np.log(expected[held]), cases[held]
    if not y.sum() > 0 or len(np.unique(x)) < BINS:
        return None
    columns = np.column_stack([np.ones_like(x), x])
    slope = np.array([np.log(y.sum() / np.exp(x).sum()), 1.0])
    for _ in range(50):
        rate = np.exp(columns @ slope)
        step = np.linalg.solve((columns.T * rate) @ columns, columns.T @ (y - rate))
        slope = slope + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return float(slope[1])


def calibration(expected: Floats, cases: Floats) -> list[tuple[float, float]]:
    """Expected and actual cases of ten groups, from the lowest to the highest expectation.

    Each group holds a tenth of all expected cases, not of grids: most expect next to none.
    """
    order = np.argsort(expected, kind="stable")
    running = np.cumsum(expected[order])
    if not len(running) or not running[-1] > 0:
        return []
    group = np.minimum((BINS * (running - expected[order] / 2) / running[-1]).astype(int), BINS - 1)
    return [
        (float(expected[order][group == number].sum()), float(cases[order][group == number].sum()))
        for number in range(BINS)
    ]
