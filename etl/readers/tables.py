"""Formats that are tables already: Parquet, and what other packages read."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from etl.readers.extract import ROW, Extract, match_columns
from etl.readers.given import Given
from etl.source import Source
from warehouse.errors import InputError
from warehouse.plugins import load_plugins


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
        originals=partial(originals, everything=everything),
        lines=lambda records: [None] * len(records),
        notes=notes,
    )


def originals(records: Sequence[int], *, everything: pl.DataFrame) -> list[str]:
    """All fields of these records, counted from 1, as JSON texts."""
    kept = everything.select(pl.selectors.exclude("geometry_wkb"))
    rows = kept[[record - 1 for record in records]].iter_rows(named=True)
    return [json.dumps(row, ensure_ascii=False, default=str) for row in rows]
