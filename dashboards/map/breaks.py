"""Classes of a choropleth: quantiles, rounded to figures a reader can take in at a glance."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CLASSES = 5
TOLERANCE = 0.25
"""Share of the distance to the nearest other break by which rounding may move one."""
NICE_STEPS = (5.0, 2.5, 2.0, 1.0)


def quantile_breaks(values: NDArray[np.float64], *, classes: int = CLASSES) -> list[float]:
    """Inner class breaks, ascending and different; a value on a break is in the class above it.

    Every class holds about as many areas as the next; where many areas share one value (all cases
    in time, say) breaks fall together and there are fewer classes. No class is ever empty.

    Args:
        values: in the unit they are shown in, without nulls.
        classes: most classes there may be.
    """
    if values.size == 0:
        return []
    shares = np.arange(1, classes) / classes
    raw = np.unique(np.quantile(values, shares))
    low = float(values.min())
    return _filled([b for b in _rounded([float(b) for b in raw if b > low])], values)


def class_of(values: NDArray[np.float64], breaks: Sequence[float]) -> NDArray[np.int64]:
    """Class of each value from 0, -1 where it is NaN; a value on a break is in the class above."""
    found = np.searchsorted(np.asarray(breaks, dtype=np.float64), values, side="right")
    return np.where(np.isnan(values), -1, found)


def _rounded(raw: list[float]) -> list[float]:
    """The breaks on the coarsest step that moves none of them far."""
    if len(raw) < 2:
        gap = abs(raw[0]) / 4 if raw and raw[0] else 1.0
    else:
        gap = min(after - before for before, after in pairwise(raw))
    exponent = math.ceil(math.log10(gap)) + 1
    for power in range(exponent, exponent - 6, -1):
        for nice in NICE_STEPS:
            step = nice * 10.0**power
            moved = [round(value / step) * step for value in raw]
            if all(abs(m - value) <= TOLERANCE * gap for m, value in zip(moved, raw, strict=True)):
                return [round(value, max(0, 2 - power)) for value in moved]
    return raw


def _filled(breaks: list[float], values: NDArray[np.float64]) -> list[float]:
    """Leave out breaks that would close an empty class, compared as `class_of` does."""
    kept: list[float] = []
    floor = -np.inf
    for edge in breaks:
        if np.any((values >= floor) & (values < edge)) and np.any(values >= edge):
            kept.append(edge)
            floor = edge
    return kept
