"""Month over month and year over year, with equal days: how large a change is, and whether it is
more than chance.

The counterpart periods are those of `answer(compare=True)` (kpis rule 7). What grows with the days
of a period (counts, sums, events per population) is compared with its counterpart at as many days.
The interval of a difference is put together from the intervals of both values, as Newcombe (1998,
Statistics in Medicine 17, 873–890, method 10) does from Wilson's for two shares, and Zou and Donner
(2008, Statistics in Medicine 27, 1693–1702) for any two:

    low = d − √((a − low_a)² + (high_b − b)²),  high = d + √((high_a − a)² + (b − low_b)²)

with d = a − b; Wilson's for shares, order statistics for quantiles, exact Poisson (Garwood 1936)
for counts and events per population. A signal is an interval that leaves out zero; what has no
interval (stocks, sums, ratios of sums, scores) is not judged.
"""

from typing import TypeVar

import numpy as np
import polars as pl
from scipy import stats

from warehouse.catalogue import Kpi
from warehouse.query.periods import Back
from warehouse.query.question import OTHER_SLICES

N = TypeVar("N", float, pl.Expr)

BACKS: tuple[Back, ...] = ("previous", "last_year")
CODES = ["area_code", *(f"{name}_code" for name in OTHER_SLICES)]
TAIL = 0.025
COMPARED_DAYS = ["compared_start_date", "compared_end_date"]


def changes(answered: pl.DataFrame, kpi: Kpi) -> pl.DataFrame:
    """Every slice of an answer against its two counterparts, two rows per slice and period.

    Columns: codes; period_start_date, period_end_date; compared_with (`previous`, `last_year`),
    compared_start_date, compared_end_date; value; before; before_equal_days (the same, or for what
    grows with days at the days of this period); change (value − before_equal_days), change_ratio
    (of that); change_low, change_high (95 %); is_signal (the interval leaves out zero; null without
    one); comparison_caveat (last year only).

    Args:
        answered: about the KPI, with its comparison (`Question.compare`).
        kpi: the KPI.
    """
    if _is_poisson(kpi):
        answered = _with_poisson(answered, kpi, "")
    found = [_compared(answered, kpi, back) for back in BACKS]
    order = ["period_start_date", *CODES]
    return pl.concat(found).sort(order, nulls_last=True, maintain_order=True)


def _compared(answered: pl.DataFrame, kpi: Kpi, back: Back) -> pl.DataFrame:
    rows = _with_poisson(answered, kpi, f"{back}_") if _is_poisson(kpi) else answered
    rows = rows.rename(
        {
            f"{back}_value": "before",
            f"{back}_interval_low": "before_low",
            f"{back}_interval_high": "before_high",
            f"{back}_start_date": "compared_start_date",
            f"{back}_end_date": "compared_end_date",
        }
    )
    scale = _days("period_start_date", "period_end_date") / _days(*COMPARED_DAYS)
    scaled = scale if kpi.grows_with_days else pl.lit(1.0)
    value, before = pl.col("value"), pl.col("before_equal_days")
    low, high = pl.col("before_low") * scaled, pl.col("before_high") * scaled
    change = value - before
    change_low, change_high = difference_interval(
        (value, pl.col("interval_low"), pl.col("interval_high")), (before, low, high)
    )
    caveat = pl.col("comparison_caveat") if back == "last_year" else pl.lit(None, pl.String)
    return rows.with_columns((pl.col("before") * scaled).alias("before_equal_days")).select(
        *CODES,
        "period_start_date",
        "period_end_date",
        pl.lit(back).alias("compared_with"),
        *COMPARED_DAYS,
        "value",
        "before",
        "before_equal_days",
        change.alias("change"),
        pl.when(before != 0).then(change / before).alias("change_ratio"),
        change_low.alias("change_low"),
        change_high.alias("change_high"),
        ((change_low > 0) | (change_high < 0)).alias("is_signal"),
        caveat.alias("comparison_caveat"),
    )


def difference_interval(now: tuple[N, N, N], before: tuple[N, N, N]) -> tuple[N, N]:
    """Interval of a difference, from value, lower and upper bound of both; columns or numbers."""
    value, low, high = now
    value_before, low_before, high_before = before
    change = value - value_before
    down = ((value - low) ** 2 + (high_before - value_before) ** 2) ** 0.5
    up = ((high - value) ** 2 + (value_before - low_before) ** 2) ** 0.5
    return change - down, change + up


def _days(start: str, end: str) -> pl.Expr:
    return (pl.col(end) - pl.col(start)).dt.total_days().cast(pl.Float64)


def _is_poisson(kpi: Kpi) -> bool:
    """Whether it counts events, in all or per resident: an answer has no interval of those."""
    return kpi.kind == "count" or kpi.denominator_table is not None


def _with_poisson(rows: pl.DataFrame, kpi: Kpi, back: str) -> pl.DataFrame:
    """Garwood's interval of a count, in the KPI's unit."""
    counts = rows[f"{back}numerator"].to_numpy()
    per = float(kpi.per or 1)
    if kpi.denominator_table:
        sizes = rows[f"{back}denominator"].cast(pl.Float64).to_numpy()
    else:
        sizes = np.ones(len(rows))
    low = np.where(counts > 0, stats.chi2.ppf(TAIL, 2 * counts) / 2, 0.0)
    high = stats.chi2.isf(TAIL, 2 * (counts + 1)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = {"low": low * per / sizes, "high": high * per / sizes}
    return rows.with_columns(
        pl.Series(
            f"{back}interval_{side}",
            np.where(np.isfinite(bound), bound, np.nan),
            nan_to_null=True,
        )
        for side, bound in bounds.items()
    )
