"""Text to the contract's types; what cannot be read is a null beside its text, never refused here.

A working frame holds, for each contract column, its value under its own name, and for those that
had to be read from text also the text (`text_of`) and, for times, the wall clock (`clock_of`).
"""

import string
from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

from etl.contract import Column
from etl.dates import FIRST_FORMAT, read_common
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

FIRST_YEAR = 1000

MOST_DAYS = 40_000
"""Longest span, in days, whose offsets are looked up one by one."""

EXPONENT = r"^[0-9](?:\.[0-9]+)?E\+[0-9]+$"
"""What a workbook makes of a long code: most of its digits are gone."""

_WHOLE_AS_DECIMAL = r"^[0-9]{1,15}\.0+$"
_THOUSANDS = r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$"

TRUE = ("true", "1", "yes", "y", "是")
FALSE = ("false", "0", "no", "n", "否")


def text_of(column: str) -> str:
    """Name under which the working frame keeps the text a value was read from."""
    return f"text {column}"


def clock_of(column: str) -> str:
    """Name under which the working frame keeps the local time a moment was read from."""
    return f"clock {column}"


def _moment_of(column: str) -> str:
    """Name of the instants that texts with an offset say beside clocks without."""
    return f"moment {column}"


def typed(given: pl.DataFrame, *, source: Source, zone: ZoneInfo) -> pl.DataFrame:
    """The working frame of rows as read: contract columns with their types, ROW, texts, clocks.

    Local times become UTC instants; a repeated hour is its first occurrence, and a time in an hour
    that the clocks skipped is null beside its clock.
    """
    codes = {column.name for column in source.contract.columns if is_code(column)}
    frame = _read(given, source=source, half_width=codes)
    unread = _unread_wide(frame, source=source)
    if unread:
        frame = _read(given, source=source, half_width=codes | unread)
    clocks = [name for name in source.contract.column_names if clock_of(name) in frame.columns]
    return frame.with_columns(
        pl.coalesce(
            *([_moment_of(name)] if _moment_of(name) in frame.columns else []),
            _instants(pl.col(clock_of(name)), zone=zone, clocks=frame[clock_of(name)]),
        ).alias(name)
        for name in clocks
    )


def _read(given: pl.DataFrame, *, source: Source, half_width: Collection[str]) -> pl.DataFrame:
    """Rows with values, texts and clocks; `half_width` are the columns to make ASCII before."""
    frame = _texts(given, source=source, half_width=half_width)
    values = [
        one.alias(name)
        for column in source.contract.columns
        for name, one in _value(column, schema=frame.schema, source=source).items()
    ]
    frame = _without_short_years(frame.with_columns(values), source=source)
    return _with_common_forms(frame, source=source)


def _unread_wide(frame: pl.DataFrame, *, source: Source) -> set[str]:
    """Columns of numbers, dates and truths in which a text that was not read is not ASCII."""
    unread = set()
    for column in source.contract.columns:
        name, text = column.name, text_of(column.name)
        if text not in frame.columns:
            continue
        value = clock_of(name) if clock_of(name) in frame.columns else name
        rest = frame[text].filter(frame[value].is_null() & frame[text].is_not_null())
        if rest.len() and not _is_ascii(rest):
            unread.add(name)
    return unread


def _without_short_years(frame: pl.DataFrame, *, source: Source) -> pl.DataFrame:
    """Null for years of less than four digits: `%Y` takes 23 for the year 23."""
    read = [
        column.name if column.logical_type == "date" else clock_of(column.name)
        for column in source.contract.columns
        if column.logical_type in ("date", "timestamp") and text_of(column.name) in frame.columns
    ]
    short = [
        name for name in read if name in frame.columns and _first_year(frame[name]) < FIRST_YEAR
    ]
    return frame.with_columns(
        pl.when(pl.col(name).dt.year() >= FIRST_YEAR).then(pl.col(name)) for name in short
    )


def _first_year(clocks: pl.Series) -> int:
    first = clocks.min()
    return first.year if isinstance(first, date) else FIRST_YEAR


def _with_common_forms(frame: pl.DataFrame, *, source: Source) -> pl.DataFrame:
    """Where the source names no formats: what is not in the first one, in any common form."""
    if source.date_formats:
        return frame
    for column in source.contract.columns:
        text, clock = text_of(column.name), clock_of(column.name)
        read = column.name if column.logical_type == "date" else clock
        if text not in frame.columns or column.logical_type not in ("date", "timestamp"):
            continue
        rest = (frame[text].is_not_null() & frame[read].is_null()).arg_true()
        if not rest.len():
            continue
        found = read_common(frame[text].gather(rest))
        clocks = found["clock"].cast(frame.schema[read])
        frame = frame.with_columns(frame[read].scatter(rest, clocks).alias(read))
        if read == clock and found["moment"].null_count() < found.height:
            moments = pl.Series(_moment_of(column.name), [None], dtype=POLARS_TYPES["timestamp"])
            moments = moments.new_from_index(0, frame.height).scatter(rest, found["moment"])
            frame = frame.with_columns(moments)
    return frame


def _texts(frame: pl.DataFrame, *, source: Source, half_width: Collection[str]) -> pl.DataFrame:
    """Trimmed texts with nulls, constants and code maps applied, and codes in one form."""
    texts = pl.selectors.string()
    frame = _half_width(frame, source=source, columns=half_width)
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
        pl.col(name).replace({**codes.map, **_in_half_width(codes.map)})
        for name, codes in source.codes.items()
        if codes.map and name in frame.columns
    )
    codes = [
        column
        for column in source.contract.columns
        if is_code(column) and frame.schema.get(column.name) == pl.String
    ]
    # Looking at the end is much quicker than for the pattern, and all columns at once than each.
    ends = pl.col([column.name for column in codes]).str
    may_be_decimal = frame.select((ends.ends_with(".0") | ends.ends_with(".00")).any())
    return frame.with_columns(
        _code(column, may_be_decimal=bool(may_be_decimal[column.name].item())) for column in codes
    )


def is_code(column: Column) -> bool:
    """Whether a text is a code or a number of something, not words."""
    if column.logical_type != "string":
        return False
    if column.personal_data is not None:
        return column.personal_data in ("phone", "household")
    is_listed = column.labels or column.code_list or column.pattern or column.pad_to
    return bool(is_listed) or column.name.endswith(("_code", "_number"))


def _half_width(frame: pl.DataFrame, *, source: Source, columns: Collection[str]) -> pl.DataFrame:
    """Full-width digits, letters and spaces in codes, numbers and dates as ASCII; words stay."""
    given = [
        column
        for column in source.contract.columns
        if column.name in columns and frame.schema.get(column.name) == pl.String
    ]
    # Counting is much quicker than looking for each character, and all columns at once than each.
    texts = pl.col([column.name for column in given]).str
    has_wide = frame.select(texts.len_bytes().sum() != texts.len_chars().sum())
    changed = []
    for column in given:
        if not has_wide[column.name].item():
            continue
        if not frame[column.name].str.contains(_ANY_WIDE).any():
            continue
        wide = _WIDE_IN_CODES if column.logical_type == "string" else _WIDE_IN_VALUES
        changed.append(pl.col(column.name).str.replace_many(list(wide), list(wide.values())))
    return frame.with_columns(changed)


def _is_ascii(texts: pl.Series) -> bool:
    """Whether no text has more bytes than characters: much quicker than looking for each."""
    return bool(texts.str.len_bytes().sum() == texts.str.len_chars().sum())


def _in_half_width(by_text: dict[str, str]) -> dict[str, str]:
    return {text.translate(_TO_HALF_WIDTH): one for text, one in by_text.items()}


_WIDE_IN_CODES = {
    **{chr(ord(one) + 0xFEE0): one for one in string.digits + string.ascii_letters + "-"},
    **dict.fromkeys("\u3000\u00a0", " "),
    **dict.fromkeys("\u200b\u200e\u200f\u202a\u202c\u202d\ufeff", ""),
}
_TO_HALF_WIDTH = {ord(wide): half for wide, half in _WIDE_IN_CODES.items()}
_WIDE_IN_VALUES = {
    **_WIDE_IN_CODES,
    **{chr(ord(one) + 0xFEE0): one for one in ".,:/+"},
    "\u2212": "-",
}
_ANY_WIDE = "[" + "".join(_WIDE_IN_VALUES) + "]"


def _code(column: Column, *, may_be_decimal: bool) -> pl.Expr:
    """A code in place of its label, of a number as 12.0, or of one short of its last zeros."""
    text = pl.col(column.name)
    if may_be_decimal:
        is_decimal = text.str.contains(_WHOLE_AS_DECIMAL)
        text = pl.when(is_decimal).then(text.str.replace(r"\.0+$", "")).otherwise(text)
    by_label = {label: code for code, label in column.labels.items() if label not in column.labels}
    if by_label:
        text = text.replace({**by_label, **_in_half_width(by_label)})
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
    if given == pl.Date() and column.logical_type == "timestamp":
        return {clock_of(name): pl.col(name).cast(pl.Datetime("us"))}
    if isinstance(given, pl.Datetime) and column.logical_type == "date" and not given.time_zone:
        return {name: pl.col(name).dt.date()}
    text = pl.col(name).cast(pl.String)
    return {text_of(name): text, **_from_text(text, column=column, source=source)}


def _from_text(text: pl.Expr, *, column: Column, source: Source) -> dict[str, pl.Expr]:
    name = column.name
    match column.logical_type:
        case "integer":
            return {name: _whole_number(_without_thousands(text))}
        case "number":
            number = _without_thousands(text).cast(pl.Float64, strict=False)
            return {name: pl.when(number.is_finite()).then(number)}
        case "date":
            return {name: _clock(text, formats=_formats(source)).dt.date()}
        case "timestamp":
            return _moment(text, name=name, source=source)
        case "boolean":
            lower = text.str.to_lowercase()
            return {name: pl.when(lower.is_in([*TRUE, *FALSE])).then(lower.is_in(TRUE))}
        case _:
            return {name: text}


def _without_thousands(text: pl.Expr) -> pl.Expr:
    """1,234.5 without its separators; what has them elsewhere stays and is no number."""
    plain = text.str.replace_all(",", "", literal=True)
    return pl.when(text.str.contains(_THOUSANDS)).then(plain).otherwise(text)


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
        return {clock_of(name): _clock(text, formats=_formats(source))}
    return {
        name: pl.coalesce(
            text.str.to_datetime(one, strict=False, time_unit="us", time_zone="UTC")
            for one in with_offset
        )
    }


def _formats(source: Source) -> tuple[str, ...]:
    """Formats of texts; a workbook's own dates are texts of the first one."""
    if not source.date_formats or source.format == "excel":
        return (*source.date_formats, FIRST_FORMAT)
    return source.date_formats


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
