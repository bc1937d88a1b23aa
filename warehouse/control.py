"""What a build knows before its models run, written as tables of the schema `control`.

Tables instead of dbt variables: a variable that changes makes dbt parse the whole project again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.counties import County, Hours
from warehouse.errors import InputError
from warehouse.ledger import Batch, LandedFile

MOST_SHIFTS = 3
"""Columns of shifts in the models; a county with more is refused."""

TABLES = {
    "counties": {
        "county_code": "varchar",
        "county_name_zh": "varchar",
        "county_name_en": "varchar",
        "time_zone": "varchar",
        "is_sample": "boolean",
        "holiday_calendar": "varchar",
    },
    "county_levels": {
        "county_code": "varchar",
        "area_level": "varchar",
        "level_number": "bigint",
        "level_name_zh": "varchar",
        "level_name_en": "varchar",
    },
    "county_weekdays": {"county_code": "varchar", "iso_weekday": "bigint"},
    "county_hours": {
        "county_code": "varchar",
        "hours_number": "bigint",
        "first_month_day": "bigint",
        "last_month_day": "bigint",
        "valid_from_date": "date",
        "valid_to_date": "date",
        **{
            f"shift_{number}_{end}_seconds": "bigint"
            for number in range(1, MOST_SHIFTS + 1)
            for end in ("start", "end")
        },
    },
    "as_of_pins": {"county_code": "varchar", "as_of_at": "timestamptz"},
    "batches": {
        "batch_id": "varchar",
        "dataset": "varchar",
        "source_id": "varchar",
        "county_code": "varchar",
        "department_code": "varchar",
        "file_name": "varchar",
        "file_sha256": "varchar",
        "file_bytes": "bigint",
        "received_at": "timestamptz",
        "rows_read": "bigint",
        "rows_landed": "bigint",
        "rows_refused": "bigint",
        "status": "varchar",
        "milestones": "varchar",
        "has_first_response": "boolean",
        "has_filed": "boolean",
        "has_dispatched": "boolean",
        "has_handled": "boolean",
        "has_closed": "boolean",
        "notes": "varchar",
        "contract_version": "varchar",
        "load_seconds": "double",
    },
    "refusals": {
        "batch_id": "varchar",
        "dataset": "varchar",
        "reason": "varchar",
        "row_count": "bigint",
    },
    "batch_rules": {"batch_id": "varchar", "dataset": "varchar", "rule": "varchar"},
    "landing_files": {"dataset": "varchar", "batch_id": "varchar", "path": "varchar"},
}

LIST_SEPARATOR = ", "


@dataclass(frozen=True)
class World:
    """Everything outside the work database that a build depends on."""

    counties: Mapping[str, County]
    batches: Sequence[Batch]
    files: Sequence[LandedFile]
    as_of: Mapping[str, datetime]


def write_control_tables(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Replace the control tables; keep the note of what staging holds already.

    Raises:
        InputError: a county with more shifts a day than the models have room for.
    """
    rows = {
        "counties": [_county(county) for county in world.counties.values()],
        "county_levels": [
            {
                "county_code": county.code,
                "area_level": level.level,
                "level_number": number,
                "level_name_zh": level.name.zh,
                "level_name_en": level.name.en,
            }
            for county in world.counties.values()
            for number, level in enumerate(county.levels, start=1)
        ],
        "county_weekdays": [
            {"county_code": county.code, "iso_weekday": weekday}
            for county in world.counties.values()
            for weekday in county.work_calendar.weekdays
        ],
        "county_hours": [
            _hours(county.code, number, hours)
            for county in world.counties.values()
            for number, hours in enumerate(county.work_calendar.all_hours, start=1)
        ],
        "as_of_pins": [
            {"county_code": code, "as_of_at": as_of_at} for code, as_of_at in world.as_of.items()
        ],
        "batches": [_batch(batch) for batch in world.batches],
        "refusals": [
            {
                "batch_id": batch.batch_id,
                "dataset": batch.dataset,
                "reason": reason,
                "row_count": count,
            }
            for batch in world.batches
            for reason, count in batch.refused_by_reason.items()
        ],
        "batch_rules": [
            {"batch_id": batch.batch_id, "dataset": batch.dataset, "rule": rule}
            for batch in world.batches
            for rule in dict.fromkeys(batch.rules)
        ],
        "landing_files": [
            {"dataset": file.dataset, "batch_id": file.batch_id, "path": _absolute(file.path)}
            for file in world.files
        ],
    }
    con.execute("create schema if not exists control")
    con.execute(
        "create table if not exists control.staged_batches (dataset varchar, batch_id varchar)"
    )
    for table, columns in TABLES.items():
        _replace(con, table, columns, rows[table])


def lost_batches(con: duckdb.DuckDBPyConnection) -> int:
    """How many batches staging holds that landing has no more: then staging must be read anew."""
    row = con.execute(
        """
        select count(*) from control.staged_batches as staged
        where not exists (
            select 1 from control.landing_files as files
            where files.dataset = staged.dataset and files.batch_id = staged.batch_id
        )
        """
    ).fetchone()
    return int(row[0]) if row else 0


def _replace(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    con.execute(f"create or replace table control.{table} ({types})")
    if rows:
        frame = pl.DataFrame(list(rows), infer_schema_length=None)
        con.register("new_rows", frame)
        con.execute(f"insert into control.{table} by name select * from new_rows")
        con.unregister("new_rows")


def _county(county: County) -> dict[str, Any]:
    return {
        "county_code": county.code,
        "county_name_zh": county.name.zh,
        "county_name_en": county.name.en,
        "time_zone": county.time_zone,
        "is_sample": county.is_sample,
        "holiday_calendar": county.work_calendar.holiday_calendar,
    }


def _hours(county_code: str, number: int, hours: Hours) -> dict[str, Any]:
    if len(hours.shifts) > MOST_SHIFTS:
        raise InputError(
            f"{county_code}: 每日班次 / shifts a day {len(hours.shifts)}; "
            f"最多 / at most {MOST_SHIFTS}"
        )
    seconds = [(_second(start), _second(end)) for start, end in hours.shifts]
    padded = [*seconds, *[(0, 0)] * (MOST_SHIFTS - len(seconds))]
    return {
        "county_code": county_code,
        "hours_number": number,
        "first_month_day": _month_day(hours.first_day),
        "last_month_day": _month_day(hours.last_day),
        "valid_from_date": hours.valid_from_date,
        "valid_to_date": hours.valid_to_date,
        **{f"shift_{number}_start_seconds": start for number, (start, _) in enumerate(padded, 1)},
        **{f"shift_{number}_end_seconds": end for number, (_, end) in enumerate(padded, 1)},
    }


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        **batch.model_dump(include=set(TABLES["batches"])),
        "milestones": LIST_SEPARATOR.join(batch.milestones),
        "has_first_response": "first_response" in batch.milestones,
        "has_filed": "filed" in batch.milestones,
        "has_dispatched": "dispatched" in batch.milestones,
        "has_handled": "handled" in batch.milestones,
        "has_closed": "closed" in batch.milestones,
        "notes": "\n".join(batch.notes),
        "load_seconds": batch.seconds,
    }


def _second(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _month_day(text: str) -> int:
    return int(text.replace("-", ""))


def _absolute(path: Path) -> str:
    return str(path.resolve())
