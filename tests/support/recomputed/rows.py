"""Rows of a subject made into the rows a shape counts."""

from typing import TypedDict

import polars as pl

NEVER = pl.lit(value=False)
NOBODY = pl.lit(None, pl.Float64)


class Deadline(TypedDict):
    """What becomes of rows with a deadline."""

    due: pl.Expr
    waiting: pl.Expr
    passed: pl.Expr


def deadline(has_due: pl.Expr, is_done: pl.Expr, is_passed: pl.Expr) -> Deadline:
    """Due is what is done or overdue; what is neither waits."""
    return Deadline(
        due=has_due & (is_done | is_passed),
        waiting=has_due & ~is_done & ~is_passed,
        passed=is_passed,
    )


def counted(
    rows: pl.DataFrame,
    *,
    day: str,
    met: pl.Expr,
    due: pl.Expr,
    waiting: pl.Expr = NEVER,
    passed: pl.Expr | None = None,
    left_out: pl.Expr = NEVER,
) -> pl.DataFrame:
    """Rows of a share; see `aggregates.rates`."""
    flags = {"is_met": met, "is_due": due, "is_waiting": waiting, "is_left_out": left_out}
    if passed is not None:
        flags["is_passed"] = passed
    return rows.with_columns(
        **{name: flag.fill_null(value=False) for name, flag in flags.items()}, day=pl.col(day)
    )


def measured(
    rows: pl.DataFrame,
    *,
    day: str,
    measure: pl.Expr,
    name: str = "measure",
    waiting: pl.Expr = NEVER,
    left_out: pl.Expr = NEVER,
    watched: pl.Expr = NOBODY,
) -> pl.DataFrame:
    """Rows of a quantile, a mean or a sum; see `aggregates.durations` and `aggregates.sums`.

    `watched` is how long a row without a measure has been waited for.
    """
    return rows.with_columns(
        watched.alias("watched"),
        measure.alias(name),
        is_waiting=waiting.fill_null(value=False),
        is_left_out=left_out.fill_null(value=False),
        day=pl.col(day),
    )


def at_office(rows: pl.DataFrame, department_code: str) -> pl.DataFrame:
    """Rows that one department keeps."""
    return rows.with_columns(department_code=pl.lit(department_code))
