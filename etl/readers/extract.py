"""What every reader hands over, and how a header is held against a source."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from etl.source import Source
from warehouse.errors import InputError

ROW = "source_row_number"

VALUE = re.compile(r"\W*\d{4}")
"""How numbers of persons and days begin, and names of columns do not."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A record that is no row: its fields could not be told apart. `record` counts from 1."""

    record: int
    line: int | None
    raw: str
    reasons: tuple[str, ...]
    details: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Extract:
    """The records of one file, nothing judged yet.

    frame: one row per record that has the right number of fields, in file order; one column per
        contract column the file delivers (text, or typed where the format has types), and ROW,
        the record's number in the file from 1. Nulls where the file has none.
    spelled: contract column → its name in the file.
    originals: all fields of the records of these numbers, as JSON text in the order asked.
    lines: lines on which these records start, null where the format has no lines.
    """

    frame: pl.DataFrame
    spelled: dict[str, str]
    originals: Callable[[Sequence[int]], list[str]]
    lines: Callable[[Sequence[int]], list[int | None]]
    broken: list[Broken] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    has_nul: bool = False

    @property
    def rows_read(self) -> int:
        """Records of the file, broken ones included."""
        return self.frame.height + len(self.broken)


def match_columns(
    header: Sequence[str], *, source: Source, file: str
) -> tuple[dict[str, str], list[str]]:
    """Find the source's columns in a header.

    Returns:
        Contract column → name in the file, and notes about columns nobody declared.

    Raises:
        InputError: a mapped column is missing, or there twice, by one spelling or by two; names
            it and lists what the file has.
    """
    counts = Counter(header)
    spelled: dict[str, str] = {}
    for column, spellings in source.columns.items():
        found = [name for name in spellings if name in counts]
        if len(found) > 1 or (found and counts[found[0]] > 1):
            raise InputError(
                f'{source.id}: column "{found[0]}" ({column}) 重复 / is in the file '
                f"{sum(counts[name] for name in found)} times\n"
                f"  file {file}, 表头 / header: {_told(header, source=source)}"
            )
        if found:
            spelled[column] = found[0]
        elif column not in source.optional:
            raise InputError(
                f"{source.id}: 缺少列 / missing column {_shown(spellings)} ({column})\n"
                f"  file {file}, 表头 / header: {_told(header, source=source)}"
            )
    known = {*spelled.values(), *source.ignored, "", "geometry_wkb"}
    unknown = [name for name in header if name not in known]
    notes = (
        [f"未声明的列,未采用 / columns nobody declared, not taken: {_told(unknown, source=source)}"]
        if unknown
        else []
    )
    return spelled, notes


def distinct(header: Sequence[str]) -> list[str]:
    """Names for all columns of a file, also those without one and those doubled."""
    names: list[str] = []
    for place, name in enumerate(header, start=1):
        names.append(name if name and name not in names else f"{name} ({place})".strip())
    return names


def _told(header: Sequence[str], *, source: Source) -> str:
    """A header for a terminal; one that is a row of data about persons is not shown."""
    if source.contract.has_personal_data and any(VALUE.match(name) for name in header):
        return "像是数据,不显示 / looks like a row of data and is not shown"
    return _shown(header)


def _shown(names: Sequence[str], *, most: int = 60) -> str:
    text = ", ".join(f'"{name[:80]}"' for name in names[:most])
    return text if len(names) <= most else f"{text} … (+{len(names) - most})"
