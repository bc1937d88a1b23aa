"""Counts, shares, quantiles and stocks of rows by slices.

Rows carry the columns of their slices and `is_left_out`; what else they need, each function says.
An empty `by` takes all rows together.
"""

import math
from collections.abc import Sequence
from datetime import date

import polars as pl

Z = 1.959964
COUNTS = ("denominator", "excluded_count", "not_yet_due_count")


def rates(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Share of rows `is_met` among `is_due`, with its interval and what is left out or waits.

    Rows need `is_due`, `is_met` and `is_waiting`; with `is_passed` (the deadline has passed) the
    share among those is `value_due_passed`.
    """
    kept = ~pl.col("is_left_out")
    due = kept & pl.col("is_due")
    passed = due & (pl.col("is_passed") if "is_passed" in rows.columns else pl.lit(value=False))
    counted = (
        _grouped(rows, by)
        .agg(
            (due & pl.col("is_met")).sum().cast(pl.Float64).alias("numerator"),
            due.sum().cast(pl.Int64).alias("denominator"),
            pl.col("is_left_out").sum().cast(pl.Int64).alias("excluded_count"),
            (kept & pl.col("is_waiting")).sum().cast(pl.Int64).alias("not_yet_due_count"),
            (passed & pl.col("is_met")).sum().alias("met_passed"),
            passed.sum().alias("due_passed"),
        )
        .with_columns(
            value=share("numerator", "denominator"),
            value_due_passed=share("met_passed", "due_passed"),
        )
        .drop("met_passed", "due_passed")
    )
    return with_wilson(counted)


def with_wilson(counted: pl.DataFrame) -> pl.DataFrame:
    """With the interval of `value` among `denominator`."""
    bounds = [
        wilson(value, n) for value, n in zip(counted["value"], counted["denominator"], strict=True)
    ]
    return counted.with_columns(
        pl.Series("interval_low", [low for low, _ in bounds], pl.Float64),
        pl.Series("interval_high", [high for _, high in bounds], pl.Float64),
    )


def wilson(value: float | None, n: int) -> tuple[float | None, float | None]:
    """Wilson's interval as the two roots of (p - value)² = z² p (1 - p) / n."""
    if value is None:
        return None, None
    a, half_b = 1 + Z * Z / n, value + Z * Z / (2 * n)
    # half_b² - a value², without the difference of two numbers that are almost one.
    root = Z * math.sqrt(value * (1 - value) / n + Z * Z / (4 * n * n))
    return (half_b - root) / a, (half_b + root) / a


def durations(rows: pl.DataFrame, by: Sequence[str], *, quantile: float | None) -> pl.DataFrame:
    """Quantile (or mean, for none) of `measure`, with count, sum and interval.

    Rows need `measure` (null when not reached) and `is_waiting`.
    """
    found = []
    for key, group in _grouped(rows, by):
        kept = group.filter(~pl.col("is_left_out"))
        measures = sorted(kept["measure"].cast(pl.Float64).drop_nulls())
        value, low, high = _centre(measures, quantile)
        found.append(
            {
                **dict(zip(by, key, strict=False)),
                "numerator": math.fsum(measures) if quantile is None else None,
                "denominator": len(measures),
                "excluded_count": int(group["is_left_out"].sum()),
                "not_yet_due_count": int(kept["is_waiting"].sum()),
                "value": value,
                "interval_low": low,
                "interval_high": high,
            }
        )
    floats = ("numerator", "value", "interval_low", "interval_high")
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        **{name: rows.schema[name] for name in by},
        **dict.fromkeys(floats, pl.Float64),
        **dict.fromkeys(COUNTS, pl.Int64),
    }
    return pl.DataFrame(found, schema=schema)


def _centre(
    measures: list[float], quantile: float | None
) -> tuple[float | None, float | None, float | None]:
    n = len(measures)
    if n == 0:
        return None, None, None
    if quantile is None:
        mean = math.fsum(measures) / n
        if n == 1:
            return mean, None, None
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in measures) / (n - 1))
        half = Z * deviation / math.sqrt(n)
        return mean, mean - half, mean + half
    place = (n - 1) * quantile
    below = math.floor(place)
    above = min(below + 1, n - 1)
    value = measures[below] + (measures[above] - measures[below]) * (place - below)
    spread = Z * math.sqrt(n * quantile * (1 - quantile))
    low, high = math.ceil(n * quantile - spread), math.ceil(n * quantile + spread)
    if low < 1 or high > n:
        return value, None, None
    return value, measures[low - 1], measures[high - 1]


def sums(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Sum of `above`, and of `below` where rows have it: then the value is the ratio of the two.

    Rows need `above` and `is_waiting`.
    """
    kept = ~pl.col("is_left_out")
    is_ratio = "below" in rows.columns
    added = [
        pl.col(name).cast(pl.Float64).filter(kept).sum().alias(alias)
        for name, alias in (("above", "numerator"), ("below", "denominator"))[: 1 + is_ratio]
    ]
    counted = _grouped(rows, by).agg(
        *added,
        pl.col("is_left_out").sum().cast(pl.Int64).alias("excluded_count"),
        (kept & pl.col("is_waiting")).sum().cast(pl.Int64).alias("not_yet_due_count"),
    )
    value = share("numerator", "denominator") if is_ratio else pl.col("numerator")
    return counted.with_columns(value=value)


def stocks(rows: pl.DataFrame, by: Sequence[str], *, days: Sequence[date]) -> pl.DataFrame:
    """Rows open at the end of each day: `last_day`, the slices, `value`, `excluded_count`.

    Rows need `reported_date` and `left_date` (null while open).
    """
    frames = [
        _grouped(
            rows.filter(
                pl.col("reported_date") <= day,
                pl.col("left_date").is_null() | (pl.col("left_date") > day),
            ),
            by,
        )
        .agg(
            (~pl.col("is_left_out")).sum().cast(pl.Float64).alias("value"),
            pl.col("is_left_out").sum().cast(pl.Int64).alias("excluded_count"),
        )
        .with_columns(last_day=pl.lit(day))
        for day in days
    ]
    return pl.concat(frames)


def share(numerator: str, denominator: str) -> pl.Expr:
    """A quotient, null over nothing."""
    return pl.when(pl.col(denominator) > 0).then(pl.col(numerator) / pl.col(denominator))


def _grouped(rows: pl.DataFrame, by: Sequence[str]) -> "pl.dataframe.group_by.GroupBy":
    return rows.group_by(list(by) or [pl.lit("all").alias("everything")])
