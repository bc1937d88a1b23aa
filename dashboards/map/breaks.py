"""Classes of a choropleth, rounded to figures a reader can take in at a glance.

- quantile: about as many areas in each class.
- natural: breaks where the values have gaps; of all ways to cut them the one with the least
  variance within classes (Fisher 1958, On grouping for maximum homogeneity; "Jenks").
- equal: classes as wide as each other.
- top: the half, the quarter, the tenth and the fiftieth of the areas with the highest values.
- fixed: the edges a planner typed, the same whatever the values: a class may be empty.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from warehouse.errors import UsageError, shortened

CLASSES = 5
TOLERANCE = 0.25
"""Share of the distance to the nearest other break by which rounding may move one."""
NICE_STEPS = (5.0, 2.5, 2.0, 1.0)
TOP_SHARES = (0.50, 0.75, 0.90, 0.98)
MOST_POINTS = 512
"""Different values that natural breaks are sought between; more are drawn together first."""
FIXED = "fixed"
MOST_EDGES = 6
"""Typed edges: the colours tell seven classes apart (`assets/map/palette.mjs`)."""
FARTHEST = 1e9
DIGITS = 12
"""Of a typed edge in the unit of the values: all that was typed, without what dividing adds."""

BETWEEN = r"[\s,;\u3001]+"
"""Between typed edges, U+3001 being the Chinese comma of lists."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
"""Narrower than `float`, which takes `1_0` and the digits of every script."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Classing:
    """How values are put into classes.

    Attributes:
        method: one of `CLASSINGS`, or `FIXED`.
        steps: most classes there may be.
        edges: typed inner breaks in the unit shown, ascending; of `FIXED` only.
    """

    method: str = "quantile"
    steps: int = CLASSES
    edges: tuple[float, ...] = ()

    def breaks(self, values: Numbers, *, scale: float = 1.0) -> tuple[float, ...]:
        """Inner class breaks in the unit of the values, which are shown `scale` times as large."""
        if self.method == FIXED:
            return tuple(round(edge / scale, DIGITS) for edge in self.edges)
        found = class_breaks(values * scale, classing=self.method, classes=self.steps)
        return tuple(edge / scale for edge in found)


QUINTILES = Classing()


def typed_edges(written: str, *, most: int = MOST_EDGES, above_zero: bool = False) -> list[float]:
    """The edges of an address: numbers between commas.

    Raises:
        UsageError: none or too many, one that is no number, or numbers that do not ascend.
    """
    parts = [part for part in re.split(BETWEEN, _half_width(written)) if part]
    if not 0 < len(parts) <= most:
        raise UsageError(
            f'breaks "{shortened(written)}": {len(parts)} 个分界值 / edges; '
            f"可用 / allowed: 1 … {most}"
        )
    edges = [_edge(part, above_zero=above_zero) for part in parts]
    if any(after <= before for before, after in pairwise(edges)):
        raise UsageError(f'breaks "{shortened(written)}": 须从小到大 / must ascend, as 10,20,30')
    return edges


def _half_width(written: str) -> str:
    """Digits, signs and commas as a Chinese keyboard writes them, as ASCII; others as they are:
    a raised two is no two."""
    return "".join(
        unicodedata.normalize("NFKC", letter)
        if unicodedata.east_asian_width(letter) == "F"
        else letter
        for letter in written
    )


def _edge(part: str, *, above_zero: bool) -> float:
    if not NUMBER.fullmatch(part):
        raise UsageError(f'breaks "{shortened(part)}": 不是数 / is no number')
    edge = float(part)
    least = 0.0 if above_zero else -FARTHEST
    if not (least <= edge <= FARTHEST) or (above_zero and edge == 0):
        allowed = f"> 0, <= {FARTHEST:g}" if above_zero else f"-{FARTHEST:g} … {FARTHEST:g}"
        raise UsageError(
            f'breaks "{shortened(part)}": 超出范围 / is out of range; 可用 / allowed: {allowed}'
        )
    return edge


def quantile_breaks(values: Numbers, *, classes: int = CLASSES) -> list[float]:
    """`class_breaks` of quantiles."""
    return class_breaks(values, classing="quantile", classes=classes)


def class_breaks(values: Numbers, *, classing: str, classes: int = CLASSES) -> list[float]:
    """Inner class breaks, ascending and different; a value on a break is in the class above it.

    Where many areas share one value (all cases in time, say) breaks of quantiles fall together and
    there are fewer classes. No class is ever empty.

    Args:
        values: in the unit they are shown in, without nulls.
        classing: one of `CLASSINGS`.
        classes: most classes there may be; `top` has five.
    """
    if values.size == 0:
        return []
    raw = np.unique(CLASSINGS[classing](values, classes))
    low = float(values.min())
    edges = [float(b) for b in raw if b > low]
    # The top tenth is named as such, so its edge stays where it is.
    return _filled(edges if classing == "top" else _rounded(edges), values)


def _quantiles(values: Numbers, classes: int) -> Numbers:
    return np.asarray(np.quantile(values, np.arange(1, classes) / classes))


def _top(values: Numbers, _classes: int) -> Numbers:
    return np.asarray(np.quantile(values, TOP_SHARES))


def _equal(values: Numbers, classes: int) -> Numbers:
    return np.linspace(values.min(), values.max(), classes + 1)[1:-1]


def _natural(values: Numbers, classes: int) -> Numbers:
    """First value of each class but the lowest, exact for up to `MOST_POINTS` different values."""
    points, times = np.unique(values, return_counts=True)
    counts = times.astype(np.float64)
    if len(points) > MOST_POINTS:
        points, counts = _drawn_together(points, counts)
    if len(points) <= classes:
        return points[1:]
    return points[_fisher(points, counts, classes)]


def _drawn_together(points: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Fewer points: means of neighbours, near ones first in cells of equal width or equal count."""
    width = np.linspace(points[0], points[-1], MOST_POINTS // 2 + 1)[1:-1]
    share = np.quantile(points, np.linspace(0, 1, MOST_POINTS // 2 + 1)[1:-1])
    cell = np.searchsorted(np.unique(np.concatenate([width, share])), points, side="right")
    weights = np.bincount(cell, counts).astype(np.float64)
    sums = np.bincount(cell, counts * points)
    held = weights > 0
    return sums[held] / weights[held], weights[held]


def _fisher(points: Numbers, counts: Numbers, classes: int) -> NDArray[np.int64]:
    """Where classes begin, the lowest left out: least squares within classes, by dynamic
    programming over ascending points."""
    # About their middle, so that squares of large values do not swallow small differences.
    centred = points - np.average(points, weights=counts)
    total = np.concatenate([[0.0], np.cumsum(counts)])
    first = np.concatenate([[0.0], np.cumsum(counts * centred)])
    second = np.concatenate([[0.0], np.cumsum(counts * centred**2)])
    begin, end = np.meshgrid(np.arange(len(points)), np.arange(1, len(points) + 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        # within[e, b]: squares about the mean of points b … e.
        within = (second[end] - second[begin]) - (first[end] - first[begin]) ** 2 / (
            total[end] - total[begin]
        )
    within = np.where(begin < end, np.maximum(within, 0.0), np.inf)
    best, begins = within[:, 0], []
    for _ in range(1, classes):
        before = np.concatenate([[np.inf], best[:-1]])
        split = within + before[None, :]
        begins.append(split.argmin(axis=1))
        best = split.min(axis=1)
    found, last = [], len(points) - 1
    for of_class in reversed(begins):
        found.append(int(of_class[last]))
        last = found[-1] - 1
    return np.array(found[::-1])


CLASSINGS: Mapping[str, Callable[[Numbers, int], Numbers]] = {
    "quantile": _quantiles,
    "natural": _natural,
    "equal": _equal,
    "top": _top,
}


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
