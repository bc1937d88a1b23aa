"""Workbooks: a sheet's cells as texts, its header of one or more rows, cells that say nothing.

A row with an error, a formula nobody computed or a number too long for a workbook in a column that
the source takes is no record: it is kept apart with the reason, never read as an empty cell.
"""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import fastexcel
import polars as pl

from etl.dates import serials_as_text
from etl.readers.extract import ROW, Broken, Extract, distinct, match_columns
from etl.readers.given import Given
from etl.readers.sheet_xml import Area, SheetMarks, address, read_marks
from etl.readers.tables import originals
from etl.source import Source
from warehouse.errors import InputError

SAID = {
    "error_cell": "公式出错 / the cell holds an error",
    "formula_without_value": "公式没有结果 / a formula without a result: open and save the file",
    "digits_lost": "数值超过 15 位,末几位已丢失,应设为文本 / a number of more than 15 digits: "
    "the last ones are lost; it must be kept as text",
}


def read_excel(given: Given, *, source: Source) -> Extract:
    """Read a sheet of a workbook, every cell as text.

    Raises:
        InputError: no workbook, no such or no visible sheet, no header where the source says.
    """
    whole = given.whole()
    file = whole if isinstance(whole, Path) else whole.getvalue()
    sheet, cells, notes = _sheet(file, source=source, name=given.name)
    last = source.header_row - 1 + source.header_rows
    if cells.height < last:
        raise InputError(
            f"{given.name}: 没有第 {last} 行表头 / no header in row {last}: "
            f"sheet {sheet} has {cells.height} rows"
        )
    marks = _marks(file, cells, sheet=sheet, row=last)
    header = _header(cells, marks=marks, source=source)
    spelled, more = match_columns(header, source=source, file=given.name)
    body, filled = _with_merged_values(cells.slice(last), marks=marks, first_row=last)
    if filled:
        notes.append(f"合并单元格已填充 / merged cells filled downwards: {filled:,}")
    body = body.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW))
    frame = body.select(
        *(
            _text(body.columns[header.index(name)], column=column, source=source)
            for column, name in spelled.items()
        ),
        ROW,
    )
    everything = body.drop(ROW).rename(dict(zip(body.columns, distinct(header), strict=False)))
    is_blank = everything.select(pl.all_horizontal(pl.all().is_null())).to_series()
    kept = partial(originals, everything=everything)
    places = {header.index(name) + marks.first_column: name for name in spelled.values()}
    broken = _broken(
        marks, header=places, spelled=spelled, first_row=last, source=source, kept=kept
    )
    gone = [one.record for one in broken]
    return Extract(
        frame=frame.filter(~is_blank & ~frame[ROW].is_in(gone)),
        spelled=spelled,
        originals=kept,
        lines=lambda records: [record + last for record in records],
        broken=broken,
        notes=[*notes, *more],
    )


def _sheet(file: Path | bytes, *, source: Source, name: str) -> tuple[str, pl.DataFrame, list[str]]:
    """The sheet to read, its cells from the first row on, and what is said of the others."""
    try:
        workbook = fastexcel.read_excel(file)
        if source.sheet is not None and source.sheet not in workbook.sheet_names:
            sheets = ", ".join(workbook.sheet_names)
            raise InputError(
                f'{source.id}: {name}: 没有工作表 / no sheet "{source.sheet}"; '
                f"可用 / it has: {sheets}"
            )
        hidden: list[str] = []
        for one in [source.sheet] if source.sheet else workbook.sheet_names:
            sheet = workbook.load_sheet(one, header_row=None, skip_rows=0, dtypes="string")
            if source.sheet or sheet.visible == "visible":
                others = [other for other in workbook.sheet_names if other != one]
                return one, sheet.to_polars(), _said_of_sheets(one, others, hidden, source=source)
            hidden.append(one)
    except fastexcel.FastExcelError as error:
        raise InputError(f"{source.id}: {name}: 不是工作簿 / is not a workbook: {error}") from error
    raise InputError(
        f"{source.id}: {name}: 没有可见的工作表 / no visible sheet; 隐藏 / hidden: "
        f"{', '.join(hidden) or '—'}"
    )


def _said_of_sheets(
    read: str, others: Sequence[str], hidden: Sequence[str], *, source: Source
) -> list[str]:
    if source.sheet or not others:
        return []
    shown = ", ".join(f"{one} (隐藏 / hidden)" if one in hidden else one for one in others)
    return [f"只读工作表 / only sheet {read} was read, not: {shown}"]


def _marks(file: Path | bytes, cells: pl.DataFrame, *, sheet: str, row: int) -> SheetMarks:
    texts = cells.row(row - 1)
    first = next((place for place, text in enumerate(texts) if text is not None), 0)
    return read_marks(file, sheet=sheet, header_row=row, first_text=first)


def _header(cells: pl.DataFrame, *, marks: SheetMarks, source: Source) -> list[str]:
    """Names of the columns; of a header of several rows, the names above each other joined."""
    first = source.header_row - 1
    rows = [list(cells.row(first + place)) for place in range(source.header_rows)]
    for area in marks.merged:
        _fill(rows, area, first_row=first, first_column=marks.first_column)
    if source.header_rows > 1 and not marks.merged:
        _fill_by_blanks(rows)
    names = []
    for column in zip(*rows, strict=True):
        parts = [re.sub(r"\s*[\r\n]+\s*", "", part).strip() for part in column if part]
        names.append("/".join(dict.fromkeys(part for part in parts if part)))
    return names


def _fill(rows: list[list[str | None]], area: Area, *, first_row: int, first_column: int) -> None:
    """The value of merged header cells in each of them."""
    top, left = area.first.row - first_row, area.first.column - first_column
    if not (0 <= top < len(rows) and 0 <= left < len(rows[0])):
        return
    for row in range(top, min(area.last.row - first_row + 1, len(rows))):
        for column in range(left, min(area.last.column - first_column + 1, len(rows[0]))):
            rows[row][column] = rows[top][left]


def _fill_by_blanks(rows: list[list[str | None]]) -> None:
    """Where nothing tells what is merged: a blank over a name belongs to what is left of it."""
    for place, row in enumerate(rows[:-1]):
        for column in range(1, len(row)):
            below = any(lower[column] for lower in rows[place + 1 :])
            if not row[column] and below:
                row[column] = row[column - 1]


def _with_merged_values(
    body: pl.DataFrame, *, marks: SheetMarks, first_row: int
) -> tuple[pl.DataFrame, int]:
    """Values of cells merged down a column in every row they cover, and how many were filled."""
    filled = 0
    for area in marks.merged:
        top, place = area.first.row - first_row, area.first.column - marks.first_column
        height = area.last.row - area.first.row
        is_one_column = area.first.column == area.last.column
        if not is_one_column or not height or top < 0 or not 0 <= place < body.width:
            continue
        values = body.to_series(place)
        rows = range(top + 1, min(top + height + 1, body.height))
        body = body.with_columns(values.scatter(list(rows), values[top]))
        filled += len(rows)
    return body, filled


def _text(given: str, *, column: str, source: Source) -> pl.Expr:
    """A column of the sheet under its contract name; bare day numbers of times as times."""
    text = pl.col(given).alias(column)
    kinds = {one.name: one.logical_type for one in source.contract.columns}
    return serials_as_text(text).alias(column) if kinds[column] in ("date", "timestamp") else text


def _broken(
    marks: SheetMarks,
    *,
    header: dict[int, str],
    spelled: dict[str, str],
    first_row: int,
    source: Source,
    kept: partial[list[str]],
) -> list[Broken]:
    """Records with a cell that says nothing in a column the source takes."""
    columns = {name: column for column, name in spelled.items()}
    texts = {one.name for one in source.contract.columns if one.logical_type == "string"}
    by_record: dict[int, list[tuple[str, str]]] = {}
    for place, (fault, value) in sorted(marks.faults.items()):
        name = header.get(place.column)
        record = place.row - first_row + 1
        if name is None or record < 1:
            continue
        column = columns[name]
        # A long number in a column of numbers is as exact as any number is.
        if fault == "digits_lost" and column not in texts:
            continue
        shown = f' "{value}"' if value else ""
        detail = f"{name} ({column}), cell {address(place)}:{shown} {SAID[fault]}"
        by_record.setdefault(record, []).append((f"{fault}:{column}", detail))
    raws = kept(list(by_record)) if by_record else []
    return [
        Broken(
            record=record,
            line=record + first_row,
            raw=raw,
            reasons=tuple(reason for reason, _ in faults),
            details=tuple(detail for _, detail in faults),
        )
        for (record, faults), raw in zip(by_record.items(), raws, strict=True)
    ]
