"""Fair comparison of slices of different size: what lies beyond the limits of chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboards.scope import Scope
from warehouse.errors import UsageError
from warehouse.query import Question

CURVE_POINTS = 60


@dataclass(frozen=True)
class FunnelFound:
    """A ranking within its limits.

    Attributes:
        rows: as `warehouse.analysis.funnel.Funnel`, one per slice with a value.
        curve: limits by denominator: `denominator`, `low_95`, `high_95`, `low_998`, `high_998`.
    """

    centre: float
    is_over_dispersed: bool
    rows: pl.DataFrame
    curve: pl.DataFrame

    def outside(self) -> list[str]:
        """Codes beyond the 95 % limits."""
        return self.rows.filter(pl.col("position") != "inside").to_series(0).to_list()


def funnel_of(scope: Scope, question: Question) -> FunnelFound | None:
    """Null where there is nothing to rank."""
    return scope.context.analysed("funnel", question, lambda: _find(scope, question))


def _find(scope: Scope, question: Question) -> FunnelFound | None:
    # scipy takes a second to load: only where it is needed.
    from warehouse.analysis.funnel import funnel

    try:
        found = funnel(scope.context.published, question)
    except UsageError:
        return None
    sizes = _sizes(found.rows["denominator"].to_list())
    curve = limit_curve(sizes, centre=found.centre, between_sd=found.between_sd)
    return FunnelFound(found.centre, found.is_over_dispersed, found.rows, curve)


def _sizes(denominators: Sequence[float]) -> list[float]:
    """Whole sizes from a little below the smallest to a little above the largest, by factors."""
    low, high = max(min(denominators) * 0.7, 5.0), max(denominators) * 1.25
    step = (high / low) ** (1 / (CURVE_POINTS - 1))
    return sorted({float(round(low * step**number)) for number in range(CURVE_POINTS)})


def limit_curve(sizes: Sequence[float], *, centre: float, between_sd: float) -> pl.DataFrame:
    """Limits of a share at each size, the way `warehouse.analysis.funnel` finds those of a slice.

    Args:
        between_sd: standard deviation between slices beyond chance, which widens every limit.
    """
    import numpy as np
    from scipy import stats

    from warehouse.analysis.funnel import LIMITS, exact_limit

    at = np.asarray(sizes, dtype=float)
    columns = {"denominator": at}
    for name, tail in LIMITS.items():
        z = stats.norm.isf(tail)
        for side, p, outwards in (("low", tail, -1), ("high", 1 - tail, 1)):
            exact = outwards * (exact_limit(at, p, centre=centre, family="binomial") - centre)
            wide = np.sqrt(np.maximum(exact, 0) ** 2 + (z * between_sd) ** 2)
            distance = wide if between_sd else exact
            columns[f"{side}_{name}"] = np.clip(centre + outwards * distance, 0, 1)
    return pl.DataFrame(columns)
