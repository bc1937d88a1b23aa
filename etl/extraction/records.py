"""Records as a database or a service gives them: fingerprints, and the table made of them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import polars as pl

from etl.readers.extract import ROW, Extract, match_columns
from etl.readers.tables import originals
from etl.source import Source

Record = Mapping[str, Any]

PRINT_BYTES = 8
"""Of a million records against a million, two differing ones share a print once in 20,000 runs."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Records read together.

    is_reached: whether all records up to the highest watermark of this chunk have been read.
    names: columns, in the order of the source.
    """

    records: Sequence[Record]
    names: tuple[str, ...]
    is_reached: bool


def fingerprint(record: Record, *, fields: Iterable[str], key: bytes) -> str:
    """Of the fields that matter, keyed: nobody can tell from it whose record it is."""
    text = json.dumps([record.get(name) for name in fields], default=_plain, ensure_ascii=False)
    digest = hashlib.blake2b(text.encode("utf-8"), digest_size=PRINT_BYTES, key=key)
    return digest.hexdigest()


def flat(record: Any, *, above: str = "") -> dict[str, Any]:
    """A JSON object as one row: names of nested fields joined by dots, lists as JSON text."""
    if not isinstance(record, dict):
        return {above or "value": record}
    row: dict[str, Any] = {}
    for name, value in record.items():
        place = f"{above}.{name}" if above else str(name)
        if isinstance(value, dict):
            row.update(flat(value, above=place))
        else:
            row[place] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return row


def as_extract(
    records: Sequence[Record], *, names: Sequence[str], source: Source, file: str
) -> Extract:
    """The records as a file of them would be read.

    Raises:
        InputError: a mapped column is not among the names.
    """
    spelled, notes = match_columns(names, source=source, file=file)
    everything = pl.DataFrame(
        [_column(name, [record.get(name) for record in records]) for name in names]
    )
    frame = everything.select(pl.col(name).alias(column) for column, name in spelled.items())
    return Extract(
        frame=frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)),
        spelled=spelled,
        originals=partial(originals, everything=everything),
        lines=lambda places: [None] * len(places),
        notes=notes,
    )


def content_hash(prints: Iterable[str], *, source: Source) -> str:
    """SHA-256, in hex, that tells these records from any others of the source."""
    text = "\n".join([source.id, *prints])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


_SIMPLE: dict[type, pl.DataType] = {
    str: pl.String(),
    bool: pl.Boolean(),
    int: pl.Int64(),
    float: pl.Float64(),
    date: pl.Date(),
    bytes: pl.Binary(),
}


def _column(name: str, values: list[Any]) -> pl.Series:
    """Typed where all values are of one kind, else as texts."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {datetime}:
        if all(value is None or value.tzinfo for value in values):
            moments = [value and value.astimezone(UTC) for value in values]
            return pl.Series(name, moments, dtype=pl.Datetime("us", "UTC"))
        if all(value is None or value.tzinfo is None for value in values):
            return pl.Series(name, values, dtype=pl.Datetime("us"))
    if len(kinds) == 1 and (kind := next(iter(kinds))) in _SIMPLE:
        try:
            return pl.Series(name, values, dtype=_SIMPLE[kind])
        except (OverflowError, pl.exceptions.PolarsError):
            pass
    texts = [None if value is None else str(_plain(value)) for value in values]
    return pl.Series(name, texts, dtype=pl.String)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat(sep=" ")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case bytes() | memoryview():
            return bytes(value).hex()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return value if isinstance(value, str | int | float | bool) else str(value)
