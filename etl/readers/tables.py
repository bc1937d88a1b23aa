"""Formats that are tables already: workbooks, Parquet, and what other packages read."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import fastexcel
import polars as pl

from etl.readers.extract import ROW, Extract, distinct, match_columns
from etl.readers.given import Given
from etl.source import Source
from warehouse.errors import InputError
from warehouse.plugins import load_plugins


def read_excel(given: Given, *, source: Source) -> Extract:
    """Read a sheet of a workbook, every cell as text."""
    try:
        workbook = fastexcel.read_excel(_path_or_bytes(given))
        if source.sheet is not None and source.sheet not in workbook.sheet_names:
            sheets = ", ".join(workbook.sheet_names)
            raise InputError(
                f'{source.id}: {given.name}: 没有工作表 / no sheet "{source.sheet}"; '
                f"可用 / it has: {sheets}"
            )
        cells = workbook.load_sheet(
            source.sheet or 0, header_row=None, skip_rows=0, dtypes="string"
        ).to_polars()
    except fastexcel.FastExcelError as error:
        raise InputError(
            f"{source.id}: {given.name}: 不是工作簿 / is not a workbook: {error}"
        ) from error
    if cells.height < source.header_row:
        raise InputError(
            f"{given.name}: 没有第 {source.header_row} 行表头 / "
            f"no header in row {source.header_row}"
        )
    header = [str(name or "").strip() for name in cells.row(source.header_row - 1)]
    spelled, notes = match_columns(header, source=source, file=given.name)
    body = cells.slice(source.header_row)
    frame = body.select(
        body.to_series(header.index(name)).alias(column) for column, name in spelled.items()
    )
    everything = body.rename(dict(zip(body.columns, distinct(header), strict=True)))
    extract = _extract(frame, everything=everything, spelled=spelled, notes=notes)
    is_blank = everything.select(pl.all_horizontal(pl.all().is_null())).to_series()
    return Extract(
        frame=extract.frame.filter(~is_blank),
        spelled=spelled,
        originals=extract.originals,
        lines=lambda records: [record + source.header_row for record in records],
        notes=notes,
    )


def _path_or_bytes(given: Given) -> Path | bytes:
    whole = given.whole()
    return whole if isinstance(whole, Path) else whole.getvalue()


def read_parquet(given: Given, *, source: Source) -> Extract:
    """Read a Parquet file with the types it has."""
    try:
        everything = pl.read_parquet(given.whole())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{source.id}: {given.name}: 不是 / is not Parquet: {error}") from error
    return _table(everything, source=source, file=given.name, notes=[])


def read_with_plugin(path: Path, *, source: Source, datum: str) -> Extract:
    """Read a format that another package knows: one row per feature, its boundary as WKB."""
    readers = load_plugins("gridgov.readers")
    everything, notes = readers[source.format](path, crs=source.crs, datum=datum)
    return _table(everything, source=source, file=path.name, notes=list(notes))


def _table(everything: pl.DataFrame, *, source: Source, file: str, notes: list[str]) -> Extract:
    spelled, more = match_columns(everything.columns, source=source, file=file)
    frame = everything.select(pl.col(name).alias(column) for column, name in spelled.items())
    return _extract(frame, everything=everything, spelled=spelled, notes=[*notes, *more])


def _extract(
    frame: pl.DataFrame, *, everything: pl.DataFrame, spelled: dict[str, str], notes: list[str]
) -> Extract:
    return Extract(
        frame=frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)),
        spelled=spelled,
        originals=partial(_originals, everything=everything),
        lines=lambda records: [None] * len(records),
        notes=notes,
    )


def _originals(records: Sequence[int], *, everything: pl.DataFrame) -> list[str]:
    kept = everything.select(pl.selectors.exclude("geometry_wkb"))
    rows = kept[[record - 1 for record in records]].iter_rows(named=True)
    return [json.dumps(row, ensure_ascii=False, default=str) for row in rows]
