"""A published version made of given rows, for tests that need no build."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from warehouse.catalogue import catalogue_frames
from warehouse.catalogue.facts import DAY, FLAG, load_facts
from warehouse.published import Published, people_file

FCT_CASES = load_facts()["fct_cases"].columns
COUNTY = "430181"
ZONE = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 11, 15, 18, 0, tzinfo=ZONE)

TYPES: dict[str, dict[str, str]] = {
    "areas": {
        "county_code": "varchar",
        "area_level": "varchar",
        "area_code": "varchar",
        "area_name": "varchar",
        "parent_code": "varchar",
        "town_code": "varchar",
        "community_code": "varchar",
        "population": "bigint",
        "valid_from_date": "date",
        "valid_to_date": "date",
        "is_current": "boolean",
        "feature_id": "bigint",
        "longitude": "double",
        "latitude": "double",
        "west": "double",
        "south": "double",
        "east": "double",
        "north": "double",
        "area_km2": "double",
        "is_synthetic": "boolean",
    },
    "departments": dict.fromkeys(
        ("county_code", "department_code", "department_name", "department_name_en"), "varchar"
    ),
    "categories": dict.fromkeys(
        (
            "county_code",
            "category_code",
            "category_name",
            "category_name_en",
            "major_category_code",
            "major_category_name",
            "major_category_name_en",
        ),
        "varchar",
    ),
    "dates": {"county_code": "varchar", "calendar_date": "date", "holiday_name": "varchar"},
    "build": {
        "version": "bigint",
        "county_code": "varchar",
        "as_of_at": "timestamptz",
        "as_of_date": "date",
        "is_pinned": "boolean",
        "built_at": "timestamptz",
        "county_name_zh": "varchar",
        "county_name_en": "varchar",
        "time_zone": "varchar",
        "is_sample": "boolean",
    },
    "batches": {
        "batch_id": "varchar",
        "dataset": "varchar",
        "source_id": "varchar",
        "county_code": "varchar",
        "file_name": "varchar",
        "received_at": "timestamptz",
        "status": "varchar",
    },
    "freshness": {
        "county_code": "varchar",
        "dataset": "varchar",
        "last_received_at": "timestamptz",
        "newest_record_at": "timestamptz",
    },
}


def case(case_id: str, reported_at: datetime, **values: Any) -> dict[str, Any]:
    """One row of `mart.fct_cases`: flags false, everything else null, days from the times."""
    row: dict[str, Any] = {
        name: False if kind == FLAG else None for name, kind in FCT_CASES.items()
    }
    row |= {
        "case_id": case_id,
        "source_id": "sample_city_cases",
        "dataset": "city_cases",
        "county_code": COUNTY,
        "status": "open",
        "location_method": "none",
        "suspended_minutes": 0.0,
        "rework_count": 0,
        "dispatch_count": 0,
        "extension_count": 0,
        "reported_at": reported_at,
        "batch_id": "20261115-0001",
        "source_file_id": "0" * 64,
        "source_row_number": 1,
        **values,
    }
    for name, kind in FCT_CASES.items():
        at = row.get(name.replace("_date", "_at"))
        if kind == DAY and row[name] is None and at is not None:
            row[name] = at.astimezone(ZONE).date()
    unknown = set(row) - set(FCT_CASES)
    assert not unknown, f"no such columns: {unknown}"
    return row


def row(fact: str, **values: Any) -> dict[str, Any]:
    """One row of any fact: flags false, everything else null but where it came from."""
    columns = load_facts()[fact].columns
    made: dict[str, Any] = {name: False if kind == FLAG else None for name, kind in columns.items()}
    came = {"county_code": COUNTY, "source_id": "source", "batch_id": "20261115-0001"}
    made |= {name: value for name, value in came.items() if name in columns} | values
    unknown = set(made) - set(columns)
    assert not unknown, f"no such columns: {unknown}"
    return made


def area(level: str, code: str, *, population: int | None = None, **values: Any) -> dict[str, Any]:
    """One area version, valid since 2020 and still."""
    return {
        "county_code": COUNTY,
        "area_level": level,
        "area_code": code,
        "area_name": code,
        "town_code": code if level == "town" else None,
        "population": population,
        "valid_from_date": date(2020, 1, 1),
        "valid_to_date": None,
        "is_current": True,
        **values,
    }


def marts(
    folder: Path,
    *,
    cases: Iterable[Mapping[str, Any]] = (),
    areas: Iterable[Mapping[str, Any]] = (),
    dates: Iterable[Mapping[str, Any]] = (),
    batches: Iterable[Mapping[str, Any]] = (),
    facts: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    as_of: datetime = AS_OF,
) -> Published:
    """Write a published file with one county and open it read-only.

    The county itself is always an area; departments and categories are those of the cases.

    Args:
        folder: where it is written.
        cases: rows of `mart.fct_cases`.
        areas: rows of `mart.dim_areas`.
        dates: rows of `mart.dim_dates`.
        batches: rows of `ops.batches`.
        facts: rows of any other fact; with it every fact has its table, and those about persons
            lie in the file of their own, which is opened too.
        as_of: the county's "now".
    """
    rows = list(cases)
    build = {
        "version": 1,
        "county_code": COUNTY,
        "as_of_at": as_of,
        "as_of_date": as_of.astimezone(ZONE).date(),
        "is_pinned": True,
        "built_at": as_of,
        "county_name_zh": "浏阳市",
        "county_name_en": "Liuyang",
        "time_zone": "Asia/Shanghai",
        "is_sample": True,
    }
    area_rows = list(areas)
    if not any(row["area_level"] == "county" for row in area_rows):
        area_rows.append(area("county", COUNTY, population=100_000))
    file = folder / "serve_1.duckdb"
    with duckdb.connect(str(file)) as connection:
        for schema in ("mart", "kpi", "ops"):
            connection.execute(f"create schema {schema}")
        _write(connection, "mart.fct_cases", FCT_CASES, rows)
        _write(connection, "mart.dim_areas", TYPES["areas"], area_rows)
        _write(connection, "mart.dim_departments", TYPES["departments"], _codes(rows, "department"))
        _write(connection, "mart.dim_categories", TYPES["categories"], _codes(rows, "category"))
        _write(connection, "mart.dim_dates", TYPES["dates"], dates)
        _write(connection, "ops.build", TYPES["build"], [build])
        _write(connection, "ops.batches", TYPES["batches"], batches)
        _write(connection, "ops.freshness", TYPES["freshness"], [])
        for name, frame in catalogue_frames().items():
            connection.register("frame", frame)
            connection.execute(f"create table kpi.{name} as select * from frame")
            connection.unregister("frame")
    if facts is not None:
        _write_facts(file, facts, is_in_people_file=False)
        people = folder / people_file(1)
        with duckdb.connect(str(people)) as connection:
            connection.execute("create schema mart; create schema ops")
            _write(connection, "ops.batches", TYPES["batches"], batches)
        _write_facts(people, facts, is_in_people_file=True)
    return Published(file, with_people=facts is not None)


def _write_facts(
    file: Path, facts: Mapping[str, Iterable[Mapping[str, Any]]], *, is_in_people_file: bool
) -> None:
    with duckdb.connect(str(file)) as connection:
        for name, fact in load_facts().items():
            if fact.is_in_people_file == is_in_people_file and name != "fct_cases":
                _write(connection, f"mart.{name}", fact.columns, facts.get(name, ()))


def _codes(rows: Iterable[Mapping[str, Any]], dimension: str) -> list[dict[str, Any]]:
    codes = sorted({row[f"{dimension}_code"] for row in rows if row[f"{dimension}_code"]})
    return [{"county_code": COUNTY, f"{dimension}_code": code} for code in codes]


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    types: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    connection.execute(f"create table {table} ({columns})")
    values = [[row.get(name) for name in types] for row in rows]
    if values:
        rows_of_table = pl.DataFrame(values, list(types), orient="row", infer_schema_length=None)
        connection.register("rows_of_table", rows_of_table)
        connection.execute(f"insert into {table} select * from rows_of_table")
