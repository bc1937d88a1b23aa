"""Frames as text: a table for a terminal, CSV for a spreadsheet, JSON for a program."""

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from rich.cells import cell_len


class Format(StrEnum):
    """How a command prints its rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def render(frame: pl.DataFrame, form: Format, *, zone: ZoneInfo | None = None) -> str:
    """All rows of a frame as text that ends with a line break.

    Times are ISO 8601 with the offset of `zone` (UTC without one), days ISO 8601; nulls are empty
    in a table or CSV and null in JSON, and so is a number that is none (NaN, infinity).
    """
    rows = records(frame, zone=zone)
    if form is Format.JSON:
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    texts = [[_text(value) for value in row.values()] for row in rows]
    return (_csv if form is Format.CSV else _table)(list(frame.columns), texts)


def records(frame: pl.DataFrame, *, zone: ZoneInfo | None = None) -> list[dict[str, Any]]:
    """Rows as JSON values; a whole number stays one even where the column holds doubles."""
    return [
        {name: _plain(value, zone) for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]


def _plain(value: object, zone: ZoneInfo | None) -> Any:
    for kind, convert in _CONVERSIONS.items():
        if isinstance(value, kind):
            return convert(value, zone)
    return value if value is None or isinstance(value, (str, bool, int)) else str(value)


def _number(value: Any, _: ZoneInfo | None) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _time(value: Any, zone: ZoneInfo | None) -> str:
    if value.tzinfo is not None and zone is not None:
        value = value.astimezone(zone)
    return str(value.isoformat())


_CONVERSIONS: Mapping[type, Callable[[Any, ZoneInfo | None], Any]] = {
    float: _number,
    datetime: _time,
    date: lambda value, _: value.isoformat(),
    bytes: lambda value, _: value.hex(),
    dict: lambda value, zone: {str(name): _plain(item, zone) for name, item in value.items()},
    list: lambda value, zone: [_plain(item, zone) for item in value],
    pl.Series: lambda value, zone: [_plain(item, zone) for item in value],
}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def _csv(columns: list[str], texts: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([columns, *texts])
    return out.getvalue()


def _table(columns: list[str], texts: list[list[str]]) -> str:
    """Columns two blanks apart; a Chinese character is two cells wide."""
    widths = [max(map(cell_len, cells)) for cells in zip(columns, *texts, strict=True)]
    lines = [
        "  ".join(
            text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)
        )
        for row in (columns, ["─" * width for width in widths], *texts)
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"
