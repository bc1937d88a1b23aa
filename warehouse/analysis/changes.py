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

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

import numpy as np
import polars as pl
from scipy import stats

from warehouse.catalogue import Kpi, get_kpi
from warehouse.published import Published
from warehouse.query import Question, answer
from warehouse.query.periods import Back
from warehouse.query.question import OTHER_SLICES, TIME_UNITS

N = TypeVar("N", float, pl.Expr)

Ask = Callable[[Published, Question], pl.DataFrame]

BACKS: tuple[Back, ...] = ("previous", "last_year")
CODES = ["area_code", *(f"{name}_code" for name in OTHER_SLICES)]
TAIL = 0.025
COMPARED_DAYS = ["compared_start_date", "compared_end_date"]


def changes(published: Published, question: Question, ask: Ask = answer) -> pl.DataFrame:
    """Every slice of a question against its two counterparts, two rows per slice and period.

    Columns: codes; period_start_date, period_end_date; compared_with (`previous`, `last_year`),
    compared_start_date, compared_end_date; value; before; before_equal_days (the same, or for what
    grows with days at the days of this period); change (value − before_equal_days), change_ratio
    (of that); change_low, change_high (95 %); is_signal (the interval leaves out zero; null without
    one); comparison_caveat (last year only).

    Args:
        ask: what answers a question; a page keeps its answers.

    Raises:
        UsageError: as `answer`.
    """
    kpi = get_kpi(question.kpi_id)
    current = ask(published, replace(question, compare=True))
    if kpi.kind == "count" or kpi.denominator_table:
        current = _with_poisson(current, kpi, "", "interval_")
    found = [_compared(published, question, current, back, ask) for back in BACKS]
    order = ["period_start_date", *CODES]
    return pl.concat(found).sort(order, nulls_last=True, maintain_order=True)


def _compared(
    published: Published, question: Question, current: pl.DataFrame, back: Back, ask: Ask
) -> pl.DataFrame:
    kpi = get_kpi(question.kpi_id)
    renamed = {
        f"{back}_value": "before",
        f"{back}_start_date": "compared_start_date",
        f"{back}_end_date": "compared_end_date",
    }
    rows = current.rename(renamed)
    if kpi.kind == "count" or kpi.denominator_table:
        rows = _with_poisson(rows.drop("before"), kpi, f"{back}_", "before_").with_columns(
            current[f"{back}_value"].alias("before")
        )
    else:
        rows = rows.join(
            _intervals_before(published, question, rows, ask),
            on=[*CODES, *COMPARED_DAYS],
            how="left",
            nulls_equal=True,
            maintain_order="left",
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


def _with_poisson(rows: pl.DataFrame, kpi: Kpi, back: str, name: str) -> pl.DataFrame:
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
        pl.Series(f"{name}{side}", np.where(np.isfinite(bound), bound, np.nan), nan_to_null=True)
        for side, bound in bounds.items()
    )


def _intervals_before(
    published: Published, question: Question, rows: pl.DataFrame, ask: Ask
) -> pl.DataFrame:
    """Intervals of the compared periods, which a comparison itself does not carry."""
    by = tuple(name for name in question.by if name not in TIME_UNITS)

    def asked(start: date, end: date) -> pl.DataFrame:
        found = ask(published, replace(question, by=by, start=start, end=end, compare=False))
        return found.select(
            *CODES,
            pl.lit(start).alias("compared_start_date"),
            pl.lit(end).alias("compared_end_date"),
            pl.col("interval_low").alias("before_low"),
            pl.col("interval_high").alias("before_high"),
        )

    known = rows.filter(pl.col("before").is_not_null()).select(COMPARED_DAYS).unique()
    frames = [asked(start, end) for start, end in known.iter_rows()]
    schema = {name: rows.schema[name] for name in (*CODES, *COMPARED_DAYS)}
    empty = pl.DataFrame(schema={**schema, "before_low": pl.Float64, "before_high": pl.Float64})
    return pl.concat([empty, *frames])
