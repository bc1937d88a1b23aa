"""Large workbooks, quickly: the frame of the file by the package, its rows as text by columns."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

FIXED_TIME = datetime(2026, 11, 16, tzinfo=UTC)
"""Time in every archive and workbook, so that the same rows give the same bytes."""

ROWS_PER_SLICE = 50_000
SHEET = "xl/worksheets/sheet1.xml"
HEADER_ROW = 2


def write_workbook(frame: pl.DataFrame, file: Path, *, title: str) -> None:
    """A sheet with its title across all columns in the first row and the header in the second.

    Cells are texts and numbers; writing them one by one takes the package seven seconds a million.
    """
    with (
        zipfile.ZipFile(_empty(frame.columns, title)) as empty,
        zipfile.ZipFile(file, "w", compresslevel=1) as archive,
    ):
        for member in empty.infolist():
            copy = zipfile.ZipInfo(member.filename, FIXED_TIME.timetuple()[:6])
            copy.compress_type = zipfile.ZIP_DEFLATED
            content = empty.read(member)
            if member.filename != SHEET:
                archive.writestr(copy, content)
                continue
            last = f"{xl_col_to_name(frame.width - 1)}{frame.height + HEADER_ROW}".encode()
            content = re.sub(rb'<dimension ref="[^"]*"', rb'<dimension ref="A1:%s"' % last, content)
            head, tail = content.split(b"</sheetData>")
            with archive.open(copy, "w", force_zip64=True) as sheet:
                sheet.write(head)
                for rows in _rows(frame):
                    sheet.write(rows)
                sheet.write(b"</sheetData>" + tail)


def _empty(names: list[str], title: str) -> io.BytesIO:
    """The workbook without rows."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    workbook.set_properties({"created": FIXED_TIME})
    sheet = workbook.add_worksheet("Sheet1")
    bold = workbook.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, len(names) - 1, title, bold)
    sheet.write_row(HEADER_ROW - 1, 0, names)
    workbook.close()
    content.seek(0)
    return content


def _rows(frame: pl.DataFrame) -> Iterator[bytes]:
    """XML of the rows, slice by slice."""
    number = pl.col("row number").cast(pl.String)
    cells = []
    for place, (name, dtype) in enumerate(frame.schema.items()):
        address = pl.lit(f'<c r="{xl_col_to_name(place)}') + number
        if dtype.is_numeric():
            cell = address + pl.lit('"><v>') + pl.col(name).cast(pl.String) + pl.lit("</v></c>")
        else:
            text = pl.col(name).str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
            cell = address + pl.lit('" t="inlineStr"><is><t>') + text + pl.lit("</t></is></c>")
        cells.append(cell.fill_null(""))
    row = pl.concat_str(pl.lit('<row r="') + number + pl.lit('">'), *cells, pl.lit("</row>"))
    numbered = frame.with_row_index("row number", offset=HEADER_ROW + 1)
    for part in numbered.iter_slices(ROWS_PER_SLICE):
        yield "".join(part.select(row).to_series().to_list()).encode()
