"""Times, days and numbers as a department writes them."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from etl.sample.timeline import AS_OF, DAY, HOUR
from etl.sample.types import Bools, Floats, Ints

WEEK = 7 * DAY
MONDAY = 4 * DAY
"""The epoch's first Monday."""


def times(seconds: Floats) -> pl.Series:
    """Local times without a zone; NaN becomes null."""
    whole = pl.Series(np.floor(seconds)).fill_nan(None).cast(pl.Int64)
    return (whole * 1_000_000).cast(pl.Datetime("us"))


def dates(seconds: Floats) -> pl.Series:
    """Days; NaN becomes null."""
    whole = pl.Series(np.floor(seconds / DAY)).fill_nan(None)
    return whole.cast(pl.Int32).cast(pl.Date)


def seconds_from(values: pl.Series) -> Floats:
    """Inverse of `times` and `dates`; null becomes NaN."""
    if values.dtype == pl.Date:
        return np.asarray(values.cast(pl.Int32).cast(pl.Float64).fill_null(np.nan)) * DAY
    whole = values.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64)
    return np.asarray(whole.fill_null(np.nan)) / 1_000_000


def in_waking_hours(seconds: Floats) -> Floats:
    """Each day's times pressed into 8 to 20 o'clock; what came first still does."""
    day = np.floor(seconds / DAY) * DAY
    return np.asarray(day + 8 * HOUR + (seconds - day) / 2)


def in_office_hours(seconds: Floats) -> Floats:
    """Each week's times pressed into Monday to Friday, 9 to 17 o'clock; the order stays.

    Whole weeks keep their length, and other spells do on average.
    """
    week = np.floor((seconds - MONDAY) / WEEK) * WEEK + MONDAY
    pressed = (seconds - week) * 5 / 7
    day = np.floor(pressed / DAY) * DAY
    return np.asarray(week + day + 9 * HOUR + (pressed - day) / 3)


def so_far(seconds: Floats) -> Floats:
    """What lies after the end of the period has not happened."""
    return np.where(seconds <= AS_OF, np.floor(seconds), np.nan)


def written(last: Floats, rng: np.random.Generator) -> pl.Series:
    """When the last change was written down: up to twenty minutes after it."""
    return times(np.minimum(AS_OF, last + rng.uniform(0, 1200, len(last))))


def numbers(prefix: str, seconds: Floats, *, first: int = 1, width: int = 7) -> pl.Series:
    """Prefix, day and a running number: `JF202507010000123`."""
    count = len(seconds)
    return (
        pl.DataFrame(
            {
                "day": dates(seconds),
                "running": pl.int_range(first, first + count, eager=True),
            }
        )
        .select(
            pl.lit(prefix)
            + pl.col("day").dt.strftime("%Y%m%d")
            + pl.col("running").cast(pl.String).str.zfill(width)
        )
        .to_series()
    )


def coded(options: Mapping[str, object], choice: Ints, *, known: Bools | None = None) -> pl.Series:
    """Codes by their row numbers in the options, null where not known."""
    codes = pl.Series(list(options), dtype=pl.String).gather(choice)
    return codes if known is None else only(codes, known)


def only(values: pl.Series, known: Bools) -> pl.Series:
    """The values where known, else null."""
    nothing = pl.Series([None], dtype=values.dtype).new_from_index(0, len(values))
    return values.zip_with(pl.Series(known, dtype=pl.Boolean), nothing)
