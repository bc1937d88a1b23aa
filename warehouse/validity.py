"""Records that hold from a day on, up to another one."""

from datetime import date

import polars as pl


def holding(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    """Rows whose days, from `valid_from_date` up to `valid_to_date` (null: no end), hold a day."""
    from_day, to_day = pl.col("valid_from_date"), pl.col("valid_to_date")
    return frame.filter((from_day <= day) & (to_day.is_null() | (to_day > day)))
