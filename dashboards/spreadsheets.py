"""Tables as files that Excel opens right: CSV, and workbooks with a sheet of definitions.

Texts that a spreadsheet would run as a formula get an apostrophe in CSV; in a workbook they are
written as texts. Times are in the county's zone, without an offset.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, tzinfo
from io import BytesIO, StringIO
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboards import numbers_text
from dashboards.components.words import kpi_name
from dashboards.data.tables import Amount, Cell, Figure, Link, Table
from dashboards.i18n import Lang, text
from warehouse.catalogue import Kpi

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SHEET_NAME_LENGTH = 31
WIDEST = 60
ROOM = 2
"""Characters a number may take beyond its pattern."""
FORBIDDEN_IN_SHEETS = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def as_csv(tables: Sequence[Table], *, zone: tzinfo) -> bytes:
    """Tables as UTF-8 with a byte order mark, so that Excel shows their Chinese whole.

    Of several, each stands under its title, an empty line between.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, table in enumerate(tables):
        if len(tables) > 1:
            writer.writerows([[], [table.title]] if number else [[table.title]])
        writer.writerow([_title(table, column) for column in range(len(table.columns))])
        for row in table.rows:
            writer.writerow([_guarded(plain(cell, zone)) for cell in row])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def plain(cell: Cell, zone: tzinfo) -> str | int | float | date | datetime | None:
    """A cell as a value: figures as people read them, links as their text."""
    if isinstance(cell, (Figure, Amount)):
        return cell.shown
    if isinstance(cell, Link):
        return cell.text
    if isinstance(cell, datetime):
        return cell.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return cell


def of_frame(frame: pl.DataFrame, *, name: str, title: str) -> Table:
    """A frame as a table with its own column names."""
    return Table(name, title, frame.columns, frame.rows())


def as_workbook(
    tables: Sequence[Table], *, zone: tzinfo, lang: Lang, about: Iterable[tuple[str, str]]
) -> bytes:
    """Tables as a workbook: one sheet each, then what the figures mean and what they are of.

    Args:
        about: pairs of label and text for the last sheet: scope, period, as-of time, version.
    """
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        names: set[str] = set()
        for table in tables:
            sheet = book.add_worksheet(sheet_name(table.title, names))
            write_table(book, sheet, table, zone=zone, lang=lang)
        _definitions(book, tables, lang, about, names)
    return out.getvalue()


def sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel takes, different from those taken, which it joins."""
    plain_title = title.translate(FORBIDDEN_IN_SHEETS).strip("' ")
    name, number = plain_title[:SHEET_NAME_LENGTH], 2
    while name.lower() in taken:
        ending = f" {number}"
        name, number = plain_title[: SHEET_NAME_LENGTH - len(ending)] + ending, number + 1
    taken.add(name.lower())
    return name


def write_table(
    book: Workbook,
    sheet: Worksheet,
    table: Table,
    *,
    zone: tzinfo,
    lang: Lang,
    first_row: int = 0,
    is_alone: bool = True,
) -> list[int]:
    """Titles and rows; numbers as numbers with their decimals, days as days.

    Args:
        is_alone: nothing else stands on the sheet: its titles stay in sight, its rows can be
            filtered, and the columns are as wide as it needs.

    Returns:
        The width of each column in characters.
    """
    formats = _Formats(book)
    for number in range(len(table.columns)):
        sheet.write_string(first_row, number, _title(table, number), formats.head)
    widths = [2 * len(title) for title in table.columns]
    for line, row in enumerate(table.rows, first_row + 1):
        for number, cell in enumerate(row):
            value = plain(cell, zone)
            widths[number] = max(widths[number], _width(value))
            if value is None:
                continue
            if isinstance(value, str):
                is_long = _width(value) > WIDEST
                sheet.write_string(line, number, value, formats.wrapped if is_long else None)
            elif isinstance(value, datetime):
                sheet.write_datetime(line, number, value, formats.of("yyyy-mm-dd hh:mm"))
            elif isinstance(value, date):
                day = datetime.combine(value, time())
                sheet.write_datetime(line, number, day, formats.of("yyyy-mm-dd"))
            else:
                pattern = _pattern(cell, table, number, lang)
                sheet.write_number(line, number, value, formats.of(pattern))
                widths[number] = max(widths[number], _width(pattern.split(";")[0]) + ROOM)
    if is_alone:
        set_widths(sheet, widths)
        sheet.freeze_panes(first_row + 1, 0)
        if table.rows:
            last = max(len(table.columns) - 1, 0)
            sheet.autofilter(first_row, 0, first_row + len(table.rows), last)
    return widths


def set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Columns as wide as their texts, up to what can be read at once."""
    for number, width in enumerate(widths):
        sheet.set_column(number, number, min(width + 2, WIDEST))


class _Formats:
    """Formats of a workbook, each made once for a table."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def of(self, pattern: str) -> Any:
        """The format of a pattern."""
        if pattern not in self._made:
            self._made[pattern] = self._book.add_format({"num_format": pattern})
        return self._made[pattern]


def _pattern(cell: Cell, table: Table, number: int, lang: Lang) -> str:
    """Digits of a number, with its unit where the column has several."""
    decimals = _decimals(cell, table, number)
    digits = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    if not isinstance(cell, (Figure, Amount)) or len(_units(table, number)) < 2:
        return digits
    is_change = isinstance(cell, Amount) and cell.is_change
    is_points = is_change and cell.kpi.unit == "percent"
    unit = text("unit.percentage_points", lang) if is_points else numbers_text.unit(cell.kpi, lang)
    if unit:
        digits += f'"{"" if unit == "%" else " "}{unit}"'
    return f"+{digits};-{digits};{digits}" if is_change else digits


def _units(table: Table, number: int) -> set[str]:
    return {
        cell.kpi.unit for row in table.rows if isinstance(cell := row[number], (Figure, Amount))
    }


def kpis_of(tables: Iterable[Table]) -> list[Kpi]:
    """The KPIs whose figures stand in tables, each once."""
    found: dict[str, Kpi] = {}
    for table in tables:
        for row in table.rows:
            for cell in row:
                if isinstance(cell, Figure):
                    found.setdefault(cell.kpi.kpi_id, cell.kpi)
    return list(found.values())


def _definitions(
    book: Workbook,
    tables: Sequence[Table],
    lang: Lang,
    about: Iterable[tuple[str, str]],
    names: set[str],
) -> None:
    sheet = book.add_worksheet(sheet_name(text("export.definitions", lang), names))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 3, WIDEST)
    line = 0
    for label, words in about:
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, words, wrapped)
        line += 1
    line += 1
    heads = ("export.kpi", "receipt.definition", "receipt.formula", "receipt.reference")
    for number, key in enumerate(heads):
        sheet.write_string(line, number, text(key, lang), bold)
    for kpi in kpis_of(tables):
        line += 1
        sheet.write_string(line, 0, kpi_name(kpi, lang), wrapped)
        for number, said in enumerate((kpi.question, kpi.formula, kpi.reference), 1):
            sheet.write_string(line, number, getattr(said, lang.value), wrapped)


def _title(table: Table, number: int) -> str:
    """The title with the unit, where the column's figures have one unit that it does not name."""
    title = table.columns[number]
    is_percent = _units(table, number) == {"percent"} and "%" not in title
    return f"{title} (%)" if is_percent else title


def _decimals(cell: Cell, table: Table, number: int) -> int:
    if isinstance(cell, (Figure, Amount)):
        return numbers_text.DECIMALS[cell.kpi.unit]
    return table.decimals.get(table.columns[number], 0)


def _guarded(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    if isinstance(value, float):
        return repr(value)
    return value


def _width(value: object) -> int:
    """Characters a value takes; a Chinese one takes two."""
    if isinstance(value, float):
        return 10
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in str(value if value is not None else ""))
