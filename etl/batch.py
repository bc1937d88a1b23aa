"""Batches on disk: ids, a commit that is one rename, and what a killed load leaves.

A batch is a folder that appears whole. Its vault comes first, then its quarantine, and its landing
last, so a kill in between leaves clear values and refused rows, both encrypted, that no ledger
entry speaks of; the next load sweeps them away.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl

from etl.sealed_rows import Area, seal_rows
from warehouse.errors import UsageError
from warehouse.keys import SEALED_FILE, Keys
from warehouse.ledger import LEDGER_FILE, ROWS_FILE, Batch, read_ledger
from warehouse.settings import Paths, Settings

INCOMING = ".incoming-"
FOLDER = re.compile(r"batch=(\d{8})-(\d{4,})")


def find_batch(settings: Settings, batch_id: str) -> Batch:
    """One ledger entry; the number may be written without its leading zeros.

    Raises:
        UsageError: no such batch.
    """
    day, _, number = batch_id.partition("-")
    wanted = f"{day}-{number.zfill(4)}"
    for batch in read_ledger(settings):
        if batch.batch_id == wanted:
            return batch
    raise UsageError(f'批次 / batch "{batch_id}" 不存在 / is not known; gridgov quarantine list')


def already_landed(settings: Settings, *, source_id: str, sha256: str) -> Batch | None:
    """The batch in which this very file of this source landed, if it has."""
    return next(
        (
            batch
            for batch in read_ledger(settings)
            if batch.status == "landed"
            and (batch.source_id, batch.file_sha256) == (source_id, sha256)
        ),
        None,
    )


def next_batch_id(paths: Paths, *, received_at: datetime) -> str:
    """Day of receipt (UTC) and the next number of that day."""
    day = received_at.astimezone(UTC).strftime("%Y%m%d")
    taken = [
        int(match[2])
        for folder in _batch_folders(paths)
        if (match := FOLDER.fullmatch(folder.name)) and match[1] == day
    ]
    return f"{day}-{max(taken, default=0) + 1:04d}"


def commit(
    batch: Batch,
    *,
    landed: pl.DataFrame | None,
    clear: pl.DataFrame | None,
    refused: pl.DataFrame,
    paths: Paths,
    keys: Keys | None,
) -> None:
    """Put a batch in place, all of it or nothing.

    Args:
        landed: None for a batch refused whole.
        clear: what of the landed rows goes to the vault; None where they name nobody.
        keys: needed where there are clear or refused rows.
    """
    placed: list[Path] = []
    try:
        if clear is not None and landed is not None:
            placed.append(paths.vault / batch.dataset)
            _place(placed[-1], batch=batch, write=_sealing(clear, "vault", batch=batch, keys=keys))
        if refused.height:
            placed.append(paths.quarantine / batch.dataset)
            _place(
                placed[-1],
                batch=batch,
                write=_sealing(refused, "quarantine", batch=batch, keys=keys),
                with_ledger=landed is None,
            )
        if landed is not None:
            _place(
                paths.landing / batch.dataset,
                batch=batch,
                write=partial(_write_rows, landed),
                with_ledger=True,
            )
    except BaseException:
        # Once the folder with the ledger has its name the batch is in, and the others belong to it.
        kept = paths.quarantine if landed is None else paths.landing
        if not (kept / batch.dataset / f"batch={batch.batch_id}").exists():
            for parent in placed:
                shutil.rmtree(parent / f"batch={batch.batch_id}", ignore_errors=True)
        raise


def _write_rows(rows: pl.DataFrame, folder: Path) -> None:
    rows.write_parquet(folder / ROWS_FILE, compression="zstd", compression_level=1)


def _sealing(
    rows: pl.DataFrame, area: Area, *, batch: Batch, keys: Keys | None
) -> Callable[[Path], None]:
    assert keys is not None, "rows to encrypt without a key"

    def write(folder: Path) -> None:
        file = folder / SEALED_FILE
        seal_rows(rows, file, area=area, dataset=batch.dataset, batch_id=batch.batch_id, keys=keys)

    return write


def _place(
    parent: Path, *, batch: Batch, write: Callable[[Path], None], with_ledger: bool = False
) -> None:
    folder = parent / f"{INCOMING}{batch.batch_id}"
    try:
        folder.mkdir(parents=True)
        write(folder)
        if with_ledger:
            entry = json.dumps(batch.model_dump(mode="json"), ensure_ascii=False, indent=2)
            (folder / LEDGER_FILE).write_text(entry + "\n", encoding="utf-8")
        for file in folder.iterdir():
            _flush(file)
        _flush(folder)
        folder.rename(parent / f"batch={batch.batch_id}")
        _flush(parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(paths: Paths) -> None:
    """Remove what a killed load left: unfinished folders, clear copies of files, and vaults and
    quarantines nobody speaks of.

    Only the holder of the writer's lock may call this.
    """
    for parent in (paths.landing, paths.quarantine, paths.vault):
        for folder in parent.glob(f"*/{INCOMING}*"):
            shutil.rmtree(folder)
    for folder in paths.vault.glob("*/batch=*"):
        if not (paths.landing / folder.parent.name / folder.name / LEDGER_FILE).exists():
            shutil.rmtree(folder)
    for folder in paths.quarantine.glob("*/batch=*"):
        landing = paths.landing / folder.parent.name / folder.name
        if not (folder / LEDGER_FILE).exists() and not (landing / LEDGER_FILE).exists():
            shutil.rmtree(folder)
    for folder in paths.work.glob("loading-*"):
        shutil.rmtree(folder)


def _batch_folders(paths: Paths) -> Iterator[Path]:
    for parent in (paths.landing, paths.quarantine):
        yield from sorted(parent.glob("*/batch=*"))
