"""Text to the contract's types; what cannot be read is a null beside its text, never refused here.

A working frame holds, for each contract column, its value under its own name, and for those that
had to be read from text also the text (`text_of`) and, for times, the wall clock (`clock_of`).
"""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

from etl.contract import Column
from etl.readers import Extract
from etl.source import Source

POLARS_TYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us", "UTC"),
    "boolean": pl.Boolean(),
    "geometry": pl.Binary(),
}

MOST_DAYS = 40_000
"""Longest span, in days, whose offsets are looked up one by one."""

TRUE = ("true", "1", "yes", "y", "是")
FALSE = ("false", "0", "no", "n", "否")


def text_of(column: str) -> str:
    """Name under which the working frame keeps the text a value was read from."""
    return f"text {column}"


def clock_of(column: str) -> str:
    """Name under which the working frame keeps the local time a moment was read from."""
    return f"clock {column}"


def typed(extract: Extract, *, source: Source, zone: ZoneInfo) -> pl.DataFrame:
    """The working frame of a file: every contract column with its type, ROW, texts and clocks.

    Local times become UTC instants; a repeated hour is its first occurrence, and a time in an hour
    that the clocks skipped is null beside its clock.
    """
    frame = _texts(extract.frame, source=source)
    for column in source.contract.columns:
        if column.name not in frame.columns:
            frame = frame.with_columns(
                pl.lit(None, dtype=POLARS_TYPES[column.logical_type]).alias(column.name)
            )
    frame = frame.with_columns(_values(frame, source=source))
    times = [column for column in source.contract.columns if column.logical_type == "timestamp"]
    return frame.with_columns(
        [
            _instants(frame[clock_of(one.name)], zone=zone).alias(one.name)
            for one in times
            if clock_of(one.name) in frame.columns
        ]
    )


def _texts(frame: pl.DataFrame, *, source: Source) -> pl.DataFrame:
    """Trimmed texts with nulls, constants and code maps applied."""
    nulls = ["", *sorted(source.nulls)]
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    frame = frame.with_columns(
        pl.when(pl.col(name).str.strip_chars().is_in(nulls).not_()).then(
            pl.col(name).str.strip_chars()
        )
        for name in texts
    )
    frame = frame.with_columns(
        pl.lit(value).alias(name) for name, value in source.constants.items()
    )
    if source.department_code is not None and "department_code" in source.contract.column_names:
        own = pl.col("department_code") if "department_code" in frame.columns else pl.lit(None)
        frame = frame.with_columns(
            pl.coalesce(own, pl.lit(source.department_code)).alias("department_code")
        )
    return frame.with_columns(
        pl.col(name).replace(codes.map)
        for name, codes in source.codes.items()
        if codes.map and name in frame.columns
    )


def _values(frame: pl.DataFrame, *, source: Source) -> list[pl.Series]:
    series: list[pl.Series] = []
    for column in source.contract.columns:
        given = frame[column.name]
        wanted = POLARS_TYPES[column.logical_type]
        if given.dtype == wanted or given.dtype == pl.Null:
            series.append(given.cast(wanted))
        elif given.dtype == pl.String:
            series.append(given.alias(text_of(column.name)))
            series += _from_text(given, column=column, source=source)
        elif isinstance(given.dtype, pl.Datetime) and column.logical_type == "timestamp":
            series += _from_datetime(given, column=column)
        else:
            text = given.cast(pl.String, strict=False)
            series.append(text.alias(text_of(column.name)))
            series += _from_text(text, column=column, source=source)
    return series


def _from_datetime(given: pl.Series, *, column: Column) -> list[pl.Series]:
    if isinstance(given.dtype, pl.Datetime) and given.dtype.time_zone is not None:
        return [given.dt.convert_time_zone("UTC").dt.cast_time_unit("us")]
    return [given.dt.cast_time_unit("us").alias(clock_of(column.name))]


def _from_text(text: pl.Series, *, column: Column, source: Source) -> list[pl.Series]:
    name = column.name
    match column.logical_type:
        case "integer":
            return [_whole_numbers(text).alias(name)]
        case "number":
            number = text.cast(pl.Float64, strict=False)
            return [
                number.to_frame().select(pl.when(pl.col(name).is_finite()).then(name)).to_series()
            ]
        case "date":
            return [_clocks(text, formats=source.date_formats).dt.date().alias(name)]
        case "timestamp":
            return _moments(text, column=column, source=source)
        case "boolean":
            lower = text.str.to_lowercase()
            known = lower.is_in([*TRUE, *FALSE])
            return [lower.is_in(TRUE).to_frame().select(pl.when(known).then(name)).to_series()]
        case _:
            return [text]


def _whole_numbers(text: pl.Series) -> pl.Series:
    """Whole numbers, also those a publisher writes as 4362.0; null for anything else."""
    whole = text.cast(pl.Int64, strict=False)
    if whole.null_count() == text.null_count():
        return whole
    number = text.cast(pl.Float64, strict=False)
    from_decimal = number.cast(pl.Int64, strict=False)
    return pl.select(
        pl.coalesce(whole, pl.when(from_decimal.cast(pl.Float64) == number).then(from_decimal))
    ).to_series()


def _moments(text: pl.Series, *, column: Column, source: Source) -> list[pl.Series]:
    with_offset = [one for one in source.date_formats if "%z" in one]
    if not with_offset:
        return [_clocks(text, formats=source.date_formats).alias(clock_of(column.name))]
    instants = [
        text.str.to_datetime(one, strict=False, time_unit="us", time_zone="UTC")
        for one in with_offset
    ]
    return [pl.select(pl.coalesce(instants)).to_series().alias(column.name)]


def _clocks(text: pl.Series, *, formats: tuple[str, ...]) -> pl.Series:
    """Wall-clock times in the first format that fits; null where none does."""
    result = pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    for one in formats:
        if result.null_count() == text.null_count():
            break
        if any(part in one for part in ("%H", "%I", "%T", "%R")):
            read = text.str.to_datetime(one, strict=False, time_unit="us")
        else:
            read = text.str.to_date(one, strict=False).cast(pl.Datetime("us"))
        result = pl.select(pl.coalesce(result, read)).to_series()
    return result


def _instants(clock: pl.Series, *, zone: ZoneInfo) -> pl.Series:
    offset = _only_offset(clock, zone=zone)
    if offset is not None:
        return (clock - offset).dt.replace_time_zone("UTC")
    local = clock.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def _only_offset(clock: pl.Series, *, zone: ZoneInfo) -> timedelta | None:
    """The zone's offset where it is the same on every day of the column: much the faster way."""
    first, last = clock.min(), clock.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return timedelta(0)
    days = (last - first).days + 3
    if days > MOST_DAYS:
        return None
    moments = [first + timedelta(days=day - 1) for day in range(days + 1)]
    offsets = [moment.replace(tzinfo=zone).utcoffset() for moment in moments]
    return None if any(one != next_one for one, next_one in pairwise(offsets)) else offsets[0]
