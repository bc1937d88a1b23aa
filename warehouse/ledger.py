"""Reading the batch ledger: what was loaded, refused and why, from the batch.json files."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from warehouse.errors import InputError
from warehouse.settings import Settings

LEDGER_FILE = "batch.json"
ROWS_FILE = "rows.parquet"


def _empty_if_null(value: Any) -> Any:
    return () if value is None else value


class Batch(BaseModel):
    """One batch of the ledger: one file received, landed or refused as a whole."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    batch_id: str
    dataset: str
    source_id: str
    county_code: str
    department_code: str | None = None
    file_name: str
    file_sha256: str
    file_bytes: int
    received_at: datetime
    rows_read: int
    rows_landed: int
    rows_refused: int
    refused_by_reason: dict[str, int] = {}
    """Rows by reason; a row refused for two reasons counts under both."""
    status: str
    milestones: Annotated[tuple[str, ...], BeforeValidator(_empty_if_null)] = ()
    """Milestones of a case that the source delivers; any other is unknown, not absent."""
    notes: Annotated[tuple[str, ...], BeforeValidator(_empty_if_null)] = ()
    contract_version: str | None = None
    rules: tuple[str, ...] = ()
    """Names of the checks that every row was held against, as they stand in `refused_by_reason`."""
    extraction: dict[str, str] | None = None
    """Where a batch of a live source began and ended, such as its watermark."""
    seconds: float | None = None


@dataclass(frozen=True)
class LandedFile:
    """The rows of one landed batch."""

    dataset: str
    batch_id: str
    path: Path


def read_ledger(settings: Settings) -> list[Batch]:
    """Every batch there is, landed ones and those refused whole, in order of dataset and id.

    A batch of which some rows landed and others were refused is one entry.

    Raises:
        InputError: a ledger entry that cannot be read, with its path.
    """
    entries = {
        (batch.dataset, batch.batch_id): batch
        for folder in (settings.paths.quarantine, settings.paths.landing)
        for batch in map(_read, sorted(folder.glob(f"*/batch=*/{LEDGER_FILE}")))
    }
    return [entries[key] for key in sorted(entries)]


def landed_files(settings: Settings) -> list[LandedFile]:
    """The row files of landing, in order of dataset and batch.

    A folder becomes a batch by being renamed whole, so one without its ledger entry is none.
    """
    return [
        LandedFile(
            dataset=entry.parent.parent.name,
            batch_id=entry.parent.name.removeprefix("batch="),
            path=entry.parent / ROWS_FILE,
        )
        for entry in sorted(settings.paths.landing.glob(f"*/batch=*/{LEDGER_FILE}"))
        if (entry.parent / ROWS_FILE).exists()
    ]


def _read(file: Path) -> Batch:
    try:
        return Batch.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (ValidationError, ValueError) as error:
        raise InputError(f"批次记录 / ledger entry {file}: {error}") from error
