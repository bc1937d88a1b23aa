"""Landing batches written directly from rows, for tests that need no loading."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from warehouse.project import YAML_LOADER, project_folder
from warehouse.settings import Settings

SOURCES = "models/staging/_landing__sources.yml"
TYPES: Mapping[str, pl.DataType] = {
    "varchar": pl.String(),
    "bigint": pl.Int64(),
    "double": pl.Float64(),
    "date": pl.Date(),
    "timestamp with time zone": pl.Datetime("us", "UTC"),
    "boolean": pl.Boolean(),
    "blob": pl.Binary(),
}
RECEIVED_AT = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
ALL_MILESTONES = (
    "reported",
    "accepted",
    "filed",
    "dispatched",
    "first_response",
    "handled",
    "checked",
    "closed",
)


@cache
def columns_of(dataset: str) -> dict[str, pl.DataType]:
    """Columns of a landed dataset and their types, from the contract's dbt source."""
    text = (project_folder() / SOURCES).read_text(encoding="utf-8")
    tables = yaml.load(text, YAML_LOADER)["sources"][0]["tables"]
    columns = next(table["columns"] for table in tables if table["name"] == dataset)
    return {column["name"]: TYPES[column["data_type"]] for column in columns}


def land(
    settings: Settings,
    dataset: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    source_id: str = "test_source",
    county_code: str = "430181",
    milestones: Sequence[str] = ALL_MILESTONES,
    received_at: datetime = RECEIVED_AT,
    batch_id: str | None = None,
    refused: Mapping[str, int] | None = None,
    rules: Sequence[str] = (),
    leave_out: Sequence[str] = (),
) -> str:
    """Write one landed batch and its ledger entry; returns its id.

    Args:
        rows: contract columns; what a row leaves out is null, an unknown column fails.
        refused: reasons of rows refused beside the landed ones, with their number.
        rules: checks of loading that were in force.
        leave_out: contract columns that the file does not have, as one of an older contract.
    """
    folder = settings.paths.landing / dataset
    number = len(list(folder.glob("batch=*"))) + 1 if folder.exists() else 1
    batch_id = batch_id or f"{received_at:%Y%m%d}-{number:04d}"
    sha256 = hashlib.sha256(f"{dataset}/{batch_id}".encode()).hexdigest()
    provenance = {
        "source_id": source_id,
        "county_code": county_code,
        "batch_id": batch_id,
        "source_file_id": sha256,
        "received_at": received_at,
    }
    columns = columns_of(dataset)
    records = []
    for row_number, row in enumerate(rows, start=1):
        unknown = set(row) - set(columns)
        assert not unknown, f"no such columns: {unknown}"
        empty = dict.fromkeys(columns)
        records.append({**empty, **provenance, "source_row_number": row_number, **row})
    kept = [name for name in columns if name not in leave_out]
    frame = pl.DataFrame(records, schema=columns).select(kept)
    batch = folder / f"batch={batch_id}"
    batch.mkdir(parents=True)
    frame.write_parquet(batch / "rows.parquet")
    _write_ledger_entry(batch, provenance, dataset, frame.height, milestones, refused or {}, rules)
    return batch_id


def _write_ledger_entry(
    batch: Path,
    provenance: Mapping[str, Any],
    dataset: str,
    landed: int,
    milestones: Sequence[str],
    refused: Mapping[str, int],
    rules: Sequence[str],
) -> None:
    rows_refused = sum(refused.values())
    entry = {
        "batch_id": provenance["batch_id"],
        "dataset": dataset,
        "source_id": provenance["source_id"],
        "county_code": provenance["county_code"],
        "department_code": None,
        "file_name": f"{dataset}.csv",
        "file_sha256": provenance["source_file_id"],
        "file_bytes": 1000,
        "received_at": provenance["received_at"].isoformat(),
        "rows_read": landed + rows_refused,
        "rows_landed": landed,
        "rows_refused": rows_refused,
        "refused_by_reason": dict(refused),
        "rules": list(rules),
        "status": "landed",
        "milestones": list(milestones),
        "notes": [],
        "contract_version": "1.0.0",
        "seconds": 0.1,
    }
    (batch / "batch.json").write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
