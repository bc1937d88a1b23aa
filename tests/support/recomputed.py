"""KPIs recomputed in Polars from a frame of cases: a second opinion that shares no code.

A frame of cases has one row per case reported by the as-of time, with the slices asked for and:
`reported_date`, `left_date` (closed or void, null while open), `is_out` (void or duplicate), and
for a deadline kind `has_due`, `is_done`, `is_done_on_time`, `is_passed` (its deadline has passed),
`is_left_out`; for durations `minutes` (null when not reached), `is_pending`, `is_left_out`.
"""

import math
from collections.abc import Sequence
from datetime import date

import polars as pl

Z = 1.959964


def rates(cases: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Numerator, denominator, counts, value and Wilson interval of a share of deadlines kept."""
    kept = ~pl.col("is_left_out")
    due = kept & pl.col("has_due") & (pl.col("is_done") | pl.col("is_passed"))
    waiting = kept & pl.col("has_due") & ~pl.col("is_done") & ~pl.col("is_passed")
    counted = (
        cases.group_by(by)
        .agg(
            (due & pl.col("is_met")).sum().cast(pl.Float64).alias("numerator"),
            due.sum().cast(pl.Int64).alias("denominator"),
            pl.col("is_left_out").sum().cast(pl.Int64).alias("excluded_count"),
            waiting.sum().cast(pl.Int64).alias("not_yet_due_count"),
            (due & pl.col("is_passed") & pl.col("is_met")).sum().alias("met_passed"),
            (due & pl.col("is_passed")).sum().alias("due_passed"),
        )
        .with_columns(
            value=_share("numerator", "denominator"),
            value_due_passed=_share("met_passed", "due_passed"),
        )
        .drop("met_passed", "due_passed")
    )
    bounds = [
        wilson(share, n) for share, n in zip(counted["value"], counted["denominator"], strict=True)
    ]
    return counted.with_columns(
        pl.Series("interval_low", [low for low, _ in bounds], pl.Float64),
        pl.Series("interval_high", [high for _, high in bounds], pl.Float64),
    )


def wilson(share: float | None, n: int) -> tuple[float | None, float | None]:
    """Wilson's interval as the two roots of (p - share)² = z² p (1 - p) / n."""
    if share is None:
        return None, None
    a, b, c = 1 + Z * Z / n, -(2 * share + Z * Z / n), share * share
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def durations(cases: pl.DataFrame, by: Sequence[str], *, quantile: float | None) -> pl.DataFrame:
    """Quantile (or mean, for none) of `minutes`, with count, sum and interval."""
    rows = []
    for key, group in cases.group_by(by, maintain_order=False):
        kept = group.filter(~pl.col("is_left_out"))
        minutes = sorted(kept["minutes"].drop_nulls())
        value, low, high = _centre(minutes, quantile)
        rows.append(
            {
                **dict(zip(by, key, strict=True)),
                "numerator": math.fsum(minutes) if quantile is None and minutes else None,
                "denominator": len(minutes),
                "excluded_count": int(group["is_left_out"].sum()),
                "not_yet_due_count": int(kept["is_pending"].sum()),
                "value": value,
                "interval_low": low,
                "interval_high": high,
            }
        )
    floats = ("numerator", "value", "interval_low", "interval_high")
    return pl.DataFrame(
        rows,
        schema_overrides={
            **{name: cases.schema[name] for name in by},
            **dict.fromkeys(floats, pl.Float64),
        },
    )


def _centre(
    minutes: list[float], quantile: float | None
) -> tuple[float | None, float | None, float | None]:
    n = len(minutes)
    if n == 0:
        return None, None, None
    if quantile is None:
        mean = math.fsum(minutes) / n
        if n == 1:
            return mean, None, None
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in minutes) / (n - 1))
        half = Z * deviation / math.sqrt(n)
        return mean, mean - half, mean + half
    place = (n - 1) * quantile
    below = math.floor(place)
    above = min(below + 1, n - 1)
    share = place - below
    value = minutes[below] * (1 - share) + minutes[above] * share
    spread = Z * math.sqrt(n * quantile * (1 - quantile))
    low, high = math.ceil(n * quantile - spread), math.ceil(n * quantile + spread)
    if low < 1 or high > n:
        return value, None, None
    return value, minutes[low - 1], minutes[high - 1]


def stocks(cases: pl.DataFrame, by: Sequence[str], *, days: Sequence[date]) -> pl.DataFrame:
    """Cases open at the end of each day: `last_day`, the slices, `value`, `excluded_count`."""
    frames = [
        cases.filter(
            pl.col("reported_date") <= day,
            pl.col("left_date").is_null() | (pl.col("left_date") > day),
        )
        .group_by(by)
        .agg(
            (~pl.col("is_left_out")).sum().cast(pl.Float64).alias("value"),
            pl.col("is_left_out").sum().cast(pl.Int64).alias("excluded_count"),
        )
        .with_columns(pl.lit(day).alias("last_day"))
        for day in days
    ]
    return pl.concat(frames)


def _share(numerator: str, denominator: str) -> pl.Expr:
    return pl.when(pl.col(denominator) > 0).then(pl.col(numerator) / pl.col(denominator))
