"""Totals rows: what people write under a table is not one of its records."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from etl.readers.extract import ROW, Extract
from etl.source import Source

_TOTAL = re.compile(
    r"(?P<word>合\s*计|总\s*计|小\s*计|共\s*计|总\s*数)\s*[::]?\s*共?\s*"
    r"(?P<count>[0-9][0-9,]*)?\s*[条件户人笔宗行例项]?"
)
_TOTAL_AT_START = r"^\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|总\s*数)"

MOST_WITHOUT_KEY = 20
"""Records without a key, from the end, whose first field is looked at."""


def without_totals(extract: Extract, *, source: Source) -> Extract:
    """The extract without its totals rows, which its notes name.

    A totals row has 合计, 总计, 小计 or the like in a key column, or in its first field and no key.
    """
    totals = dict(_totals(extract, source=source))
    if not totals:
        return extract
    records = sorted(totals)
    left = replace(
        extract,
        frame=extract.frame.filter(~pl.col(ROW).is_in(records)),
        broken=[one for one in extract.broken if one.record not in totals],
    )
    shown = ", ".join(f"row {record:,}" for record in records[:5])
    more = f" … (+{len(records) - 5})" if len(records) > 5 else ""
    notes = [
        f"合计行不是记录,未计入 / totals rows are no records, left out: {len(records)} "
        f"({shown}{more})"
    ]
    notes += [
        f"合计写明 {stated:,} 条,读到 {left.rows_read:,} 条 / the total states {stated:,} records, "
        f"{left.rows_read:,} were read"
        for stated in sorted({count for count in totals.values() if count is not None})
        if stated != left.rows_read
    ]
    return replace(left, notes=[*extract.notes, *notes])


def _totals(extract: Extract, *, source: Source) -> Iterator[tuple[int, int | None]]:
    """Record numbers of totals rows, each with the number of records it states."""
    keys = [name for name in source.contract.key if name in extract.frame.columns]
    texts = [name for name in keys if extract.frame.schema[name] == pl.String]
    for name in texts:
        given = extract.frame[name]
        # Most keys are plain ASCII, which is quickly told.
        if given.str.len_bytes().sum() == given.str.len_chars().sum():
            continue
        found = extract.frame.filter(pl.col(name).str.contains(_TOTAL_AT_START))
        for record, text in found.select(ROW, name).iter_rows():
            yield from _total(record, text)
    if keys:
        empty = [pl.col(name).is_null() for name in keys]
        empty += [pl.col(name) == "" for name in texts]
        numbered = extract.frame.select(ROW, *keys)
        nameless = numbered.filter(pl.any_horizontal(empty))[ROW].tail(MOST_WITHOUT_KEY)
        for record, text in _first_fields(extract, nameless.to_list()):
            yield from _total(record, text)
    for one in extract.broken[-MOST_WITHOUT_KEY:]:
        first = one.raw.split(source.delimiter, 1)[0].strip('" \t')
        yield from _total(one.record, first)


def _total(record: int, text: str) -> Iterator[tuple[int, int | None]]:
    match = _TOTAL.fullmatch(text.strip())
    if match is not None:
        is_part = match["word"].startswith("小")
        count = None if is_part or not match["count"] else int(match["count"].replace(",", ""))
        yield record, count


def _first_fields(extract: Extract, records: list[int]) -> Iterator[tuple[int, str]]:
    """The first field of each record that is not empty."""
    if not records:
        return
    for record, text in zip(records, extract.originals(records), strict=True):
        values = [one for one in json.loads(text).values() if one not in (None, "")]
        yield record, str(values[0]) if values else ""
