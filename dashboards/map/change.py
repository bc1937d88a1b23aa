"""What changed from one period to another, by area, and whether that is more than chance."""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from dashboards.context import Context
from dashboards.map.answered import rows_of
from dashboards.map.asked import Asked
from dashboards.map.breaks import FIXED
from dashboards.map.shading import (
    NONE_DUE,
    UNCERTAIN,
    Shading,
    by_feature,
    kpi_breaks,
    unplaced_of,
)
from warehouse.analysis.changes import changes

FALSE_SHARE = 0.05
"""Share of false ones allowed among the areas said to have changed."""
TAIL_Z = 1.959964
"""Half width of a 95 % interval in standard deviations."""


def change_shading(context: Context, asked: Asked) -> Shading:
    """Differences; those that may be chance are flagged as uncertain."""
    question = asked.about({}, by=(asked.level,), compare=True)
    answer = context.ask(question)
    found = changes(answer, asked.kpi).filter(pl.col("compared_with") == asked.compare)
    rows = rows_of(context, asked, found.filter(pl.col("area_code").is_not_null()))
    rows = rows.with_columns(significant(rows).alias("is_significant"))
    values = by_feature(rows, "change", dtype="<f8")
    flags = rows.select(
        "feature_id",
        (
            pl.when(pl.col("change").is_null())
            .then(NONE_DUE)
            .when(~pl.col("is_significant"))
            .then(UNCERTAIN)
            .otherwise(0)
        ).alias("flag"),
    )
    before = found["compared_start_date"].drop_nulls()
    return Shading(
        values=values,
        denominators=by_feature(
            rows_of(context, asked, answer), "denominator", dtype="<u4", fill=0
        ),
        flags=by_feature(flags, "flag", dtype="u1", fill=0),
        breaks=_both_sides(rows["change"].drop_nulls().to_numpy(), asked),
        first=str(answer["period_start_date"].min() or ""),
        last=str(answer["period_end_date"].dt.offset_by("-1d").max() or ""),
        unplaced=unplaced_of(answer),
        extra={
            "now": by_feature(rows, "value", dtype="<f8"),
            "before": by_feature(rows, "before_equal_days", dtype="<f8"),
            "change_low": by_feature(rows, "change_low"),
            "change_high": by_feature(rows, "change_high"),
        },
        facts={
            "has_intervals": bool(rows["change_low"].count()),
            "before_from": str(before.min() or ""),
            "before_to": str(found["compared_end_date"].dt.offset_by("-1d").max() or ""),
            "significant": int(rows["is_significant"].sum()),
            "alone": int(rows["is_signal"].fill_null(value=False).sum()),
        },
    )


def significant(rows: pl.DataFrame) -> pl.Series:
    """Whether each change is more than chance, with `FALSE_SHARE` of those said to be so false at
    most (Benjamini and Hochberg): of 3,000 intervals of 95 %, 150
    leave out zero by chance.

    The probability of a change is that of its distance from zero in units of the standard error
    that its interval has on the side towards zero.
    """
    change = rows["change"].to_numpy().astype(np.float64)
    low, high = (rows[name].to_numpy().astype(np.float64) for name in ("change_low", "change_high"))
    towards_zero = np.where(change > 0, change - low, high - change)
    judged = np.isfinite(towards_zero) & (towards_zero > 0)
    found = np.zeros(len(change), dtype=bool)
    if judged.any():
        z = np.abs(change[judged]) / (towards_zero[judged] / TAIL_Z)
        adjusted = stats.false_discovery_control(2 * stats.norm.sf(z), method="bh")
        found[judged] = adjusted <= FALSE_SHARE
    return pl.Series(found)


def _both_sides(change: NDArray[np.float64], asked: Asked) -> tuple[float, ...]:
    """Breaks that lie alike on both sides of zero."""
    sizes = np.abs(change[change != 0])
    classing = asked.classing
    if classing.method != FIXED:
        if not sizes.size:
            return ()
        # Strong colours for what really differs: the middle of the sizes, and their upper tenth.
        classing = replace(classing, steps=max(2, classing.steps // 2 + 1))
    edges = kpi_breaks(sizes, asked.kpi, classing)
    return (*(-edge for edge in reversed(edges)), 0.0, *edges)
