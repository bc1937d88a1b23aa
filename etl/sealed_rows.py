"""Rows of a batch in a sealed file: an encrypted Parquet, never clear on disk."""

import io
from pathlib import Path
from typing import Literal

import polars as pl

from warehouse.keys import Keys
from warehouse.sealed import unseal, write_sealed

Area = Literal["vault", "quarantine"]


def seal_rows(
    rows: pl.DataFrame, file: Path, *, area: Area, dataset: str, batch_id: str, keys: Keys
) -> None:
    """Write rows as a new sealed file; the caller flushes it to disk."""
    content = io.BytesIO()
    rows.write_parquet(content, compression="zstd", compression_level=1)
    about = _about(area, dataset, batch_id)
    write_sealed(file, content.getbuffer(), key=_key(keys, area), about=about)


def open_rows(file: Path, *, area: Area, dataset: str, batch_id: str, keys: Keys) -> pl.DataFrame:
    """The rows of a sealed file.

    Raises:
        InputError: sealed under another key, of another batch, or damaged.
    """
    about = _about(area, dataset, batch_id)
    content = unseal(file.read_bytes(), key=_key(keys, area), about=about, path=file)
    return pl.read_parquet(io.BytesIO(content))


def _key(keys: Keys, area: Area) -> bytes:
    return keys.vault if area == "vault" else keys.quarantine


def _about(area: Area, dataset: str, batch_id: str) -> str:
    return f"{area} {dataset} {batch_id}"
