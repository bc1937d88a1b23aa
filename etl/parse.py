"""Text to the contract's types; what cannot be read is a null beside its text, never refused here.

A working frame holds, for each contract column, its value under its own name, and for those that
had to be read from text also the text (`text_of`) and, for times, the wall clock (`clock_of`).
"""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

from etl.contract import Column
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


def typed(given: pl.DataFrame, *, source: Source, zone: ZoneInfo) -> pl.DataFrame:
    """The working frame of rows as read: contract columns with their types, ROW, texts, clocks.

    Local times become UTC instants; a repeated hour is its first occurrence, and a time in an hour
    that the clocks skipped is null beside its clock.
    """
    frame = _texts(given, source=source)
    values = [
        one.alias(name)
        for column in source.contract.columns
        for name, one in _value(column, schema=frame.schema, source=source).items()
    ]
    frame = frame.with_columns(values)
    clocks = [name for name in source.contract.column_names if clock_of(name) in frame.columns]
    return frame.with_columns(
        _instants(pl.col(clock_of(name)), zone=zone, clocks=frame[clock_of(name)]).alias(name)
        for name in clocks
    )


def _texts(frame: pl.DataFrame, *, source: Source) -> pl.DataFrame:
    """Trimmed texts with nulls, constants and code maps applied."""
    texts = pl.selectors.string()
    frame = frame.with_columns(texts.str.strip_chars()).with_columns(
        pl.when(texts.str.len_bytes() > 0).then(texts)
    )
    if source.nulls:
        frame = frame.with_columns(pl.when(texts.is_in(list(source.nulls)).not_()).then(texts))
    frame = frame.with_columns(
        pl.lit(value).alias(name) for name, value in source.constants.items()
    )
    if source.department_code is not None and "department_code" in source.contract.column_names:
        own = pl.col("department_code") if "department_code" in frame.columns else pl.lit(None)
        frame = frame.with_columns(
            pl.coalesce(own, pl.lit(source.department_code)).alias("department_code")
        )
    frame = frame.with_columns(
        pl.col(name).replace(codes.map)
        for name, codes in source.codes.items()
        if codes.map and name in frame.columns
    )
    return frame.with_columns(
        _code(pl.col(column.name), column=column)
        for column in source.contract.columns
        if (column.labels or column.pad_to) and frame.schema.get(column.name) == pl.String
    )


def _code(text: pl.Expr, *, column: Column) -> pl.Expr:
    """A code in place of its label; one written short, with the zeros it is short of."""
    by_label = {label: code for code, label in column.labels.items() if label not in column.labels}
    if by_label:
        text = text.replace(by_label)
    if column.pad_to:
        padded = text.str.pad_end(column.pad_to, "0")
        text = pl.when(text.str.contains(r"^[0-9]+$")).then(padded).otherwise(text)
    return text


def _value(column: Column, *, schema: pl.Schema, source: Source) -> dict[str, pl.Expr]:
    """Expressions of a column's value, and of the text and clock it is read from, by name."""
    name, wanted = column.name, POLARS_TYPES[column.logical_type]
    given = schema.get(name, pl.Null())
    if given == pl.Null():
        return {name: pl.lit(None, dtype=wanted)}
    if given == wanted:
        return {}
    if isinstance(given, pl.Datetime) and column.logical_type == "timestamp":
        moment = pl.col(name).dt.cast_time_unit("us")
        if given.time_zone is None:
            return {clock_of(name): moment}
        return {name: moment.dt.convert_time_zone("UTC")}
    text = pl.col(name).cast(pl.String)
    return {text_of(name): text, **_from_text(text, column=column, source=source)}


def _from_text(text: pl.Expr, *, column: Column, source: Source) -> dict[str, pl.Expr]:
    name = column.name
    match column.logical_type:
        case "integer":
            return {name: _whole_number(text)}
        case "number":
            number = text.cast(pl.Float64, strict=False)
            return {name: pl.when(number.is_finite()).then(number)}
        case "date":
            return {name: _clock(text, formats=source.date_formats).dt.date()}
        case "timestamp":
            return _moment(text, name=name, source=source)
        case "boolean":
            lower = text.str.to_lowercase()
            return {name: pl.when(lower.is_in([*TRUE, *FALSE])).then(lower.is_in(TRUE))}
        case _:
            return {name: text}


def _whole_number(text: pl.Expr) -> pl.Expr:
    """A whole number, also one a publisher writes as 4362.0; null for anything else."""
    number = text.cast(pl.Float64, strict=False)
    from_decimal = number.cast(pl.Int64, strict=False)
    return pl.coalesce(
        text.cast(pl.Int64, strict=False),
        pl.when(from_decimal.cast(pl.Float64) == number).then(from_decimal),
    )


def _moment(text: pl.Expr, *, name: str, source: Source) -> dict[str, pl.Expr]:
    with_offset = [one for one in source.date_formats if "%z" in one]
    if not with_offset:
        return {clock_of(name): _clock(text, formats=source.date_formats)}
    return {
        name: pl.coalesce(
            text.str.to_datetime(one, strict=False, time_unit="us", time_zone="UTC")
            for one in with_offset
        )
    }


def _clock(text: pl.Expr, *, formats: tuple[str, ...]) -> pl.Expr:
    """The wall-clock time in the first format that fits; null where none does."""
    return pl.coalesce(
        text.str.to_datetime(one, strict=False, time_unit="us", cache=False)
        if any(part in one for part in ("%H", "%I", "%T", "%R"))
        else text.str.to_date(one, strict=False, cache=False).cast(pl.Datetime("us"))
        for one in formats
    )


def _instants(clock: pl.Expr, *, zone: ZoneInfo, clocks: pl.Series) -> pl.Expr:
    offset = _only_offset(clocks, zone=zone)
    if offset is not None:
        return (clock - offset).dt.replace_time_zone("UTC")
    local = clock.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def _only_offset(clocks: pl.Series, *, zone: ZoneInfo) -> timedelta | None:
    """The zone's offset where it is the same on every day of the column: much the faster way."""
    first, last = clocks.min(), clocks.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return timedelta(0)
    days = (last - first).days + 3
    if days > MOST_DAYS:
        return None
    moments = [first + timedelta(days=day - 1) for day in range(days + 1)]
    offsets = [moment.replace(tzinfo=zone).utcoffset() for moment in moments]
    return None if any(one != next_one for one, next_one in pairwise(offsets)) else offsets[0]
