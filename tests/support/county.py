"""A published county of a few thousand cases, made at once: what the pages are tried on.

Every town has its own level of performance, the programme starts on 2024-11-01, one town has three
cases only and one none, and some cases lie on the fallback point or are not yet due.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import yaml

from tests.support.marts import COUNTY, FCT_CASES, TYPES, ZONE
from warehouse.catalogue import catalogue_frames
from warehouse.catalogue.facts import FLAG
from warehouse.project import YAML_LOADER, project_folder

AS_OF = datetime(2026, 11, 15, 18, 0, tzinfo=ZONE)
FIRST = datetime(2023, 11, 1, tzinfo=ZONE)
PROGRAMME_START = datetime(2024, 11, 1, tzinfo=ZONE)
TOWNS = pl.read_csv(Path(__file__).parents[2] / "etl/sample/towns.csv", infer_schema_length=0)
EMPTY_TOWN, SMALL_TOWN = 31, 30
DEPARTMENTS = (
    ("grid_centre", "综治中心", "Grid centre"),
    ("urban_management", "城管局", "City management"),
)
PUBLISHED = ("marts", "ops")
"""Folders of models whose tables are in the file that all may read."""
METHODS = ("reported", "point_in_grid", "community_only", "fallback_point", "none")


def publish_county(home: Path, *, cases: int = 12_000, seed: int = 1) -> Path:
    """Write `published/serve_1.duckdb` and the link to it below a home; returns the file."""
    folder = home / "published"
    folder.mkdir(parents=True)
    file = folder / "serve_1.duckdb"
    frames = {
        "mart.fct_cases": _cases(cases, np.random.default_rng(seed)),
        "mart.dim_areas": _areas(),
        "mart.dim_departments": _frame(
            TYPES["departments"],
            [
                dict(zip(TYPES["departments"], (COUNTY, *names), strict=True))
                for names in DEPARTMENTS
            ],
        ),
        "mart.dim_categories": _frame(TYPES["categories"], []),
        "mart.dim_dates": _frame(TYPES["dates"], []),
        **{f"kpi.{name}": frame for name, frame in catalogue_frames().items()},
        "ops.build": _frame(TYPES["build"], [_build()]),
        **operations(cases),
    }
    with duckdb.connect(str(file)) as connection:
        for schema in ("mart", "kpi", "ops"):
            connection.execute(f"create schema {schema}")
        for name, frame in frames.items():
            connection.register("frame", frame)
            connection.execute(f"create table {name} as select * from frame")
            connection.unregister("frame")
        connection.execute(
            "create table ops.location_counts as select county_code, location_method,"
            " count(*) as case_count from mart.fct_cases group by all"
        )
        add_empty_tables(connection, PUBLISHED)
    with duckdb.connect(str(folder / "people_1.duckdb")) as connection:
        connection.execute("create schema mart")
        add_empty_tables(connection, ("people",))
    (folder / "current").symlink_to(file.name)
    return file


def add_empty_tables(
    connection: duckdb.DuckDBPyConnection, folders: tuple[str, ...] = PUBLISHED
) -> None:
    """Every table and column of the models that is not there yet, empty: not delivered."""
    for folder in folders:
        schema = "ops" if folder == "ops" else "mart"
        for file in sorted((project_folder() / "models" / folder).rglob("*.yml")):
            content = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
            made_by_steps = (
                table
                for source in content.get("sources", [])
                if source.get("schema") == schema
                for table in source["tables"]
            )
            for model in (*content.get("models", []), *made_by_steps):
                name = f"{schema}.{model['name'].removeprefix('ops__')}"
                columns = {column["name"]: column["data_type"] for column in model["columns"]}
                typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
                connection.execute(f"create table if not exists {name} ({typed})")
                for column, kind in columns.items():
                    connection.execute(
                        f"alter table {name} add column if not exists {column} {kind}"
                    )


def _cases(count: int, rng: np.random.Generator) -> pl.DataFrame:
    span = AS_OF - FIRST
    reported = sorted(FIRST + span * float(share) for share in rng.random(count))
    town = rng.integers(0, SMALL_TOWN, count)
    town[:3] = SMALL_TOWN
    skill = rng.normal(0, 0.25, len(TOWNS))
    rows = []
    for number, at in enumerate(reported):
        rows.append(_case(number, at, int(town[number]), float(skill[town[number]]), rng))
    return _frame(FCT_CASES, rows)


def _case(
    number: int, at: datetime, town: int, skill: float, rng: np.random.Generator
) -> dict[str, Any]:
    is_after = at >= PROGRAMME_START
    minutes = float(rng.lognormal(np.log(30 if is_after else 120) + skill, 0.7))
    response_due = at + timedelta(minutes=60)
    due = at + timedelta(days=5)
    closed = at + timedelta(hours=float(rng.lognormal(np.log(50 if is_after else 75) + skill, 0.6)))
    responded = at + timedelta(minutes=minutes)
    is_void, is_responded, is_closed = rng.random() < 0.02, responded <= AS_OF, closed <= AS_OF
    method = METHODS[int(rng.choice(5, p=(0.55, 0.3, 0.08, 0.05, 0.02)))]
    row: dict[str, Any] = {
        name: False if kind == FLAG else None for name, kind in FCT_CASES.items()
    }
    code = TOWNS["town_code"][town] if method not in ("fallback_point", "none") else None
    department = DEPARTMENTS[int(rng.random() < 0.4)][0]
    return row | {
        "case_id": f"sample_grid_events:{number:06d}",
        "source_id": "sample_grid_events",
        "dataset": "grid_events",
        "county_code": COUNTY,
        "department_code": department,
        "town_code": code,
        "location_method": method,
        "reported_at": at,
        "first_response_at": responded if is_responded else None,
        "closed_at": closed if is_closed else None,
        "due_at": due,
        "response_due_at": response_due,
        "status": "void" if is_void else "closed" if is_closed else "open",
        "response_minutes": minutes if is_responded else None,
        "resolution_hours": (closed - at) / timedelta(hours=1) if is_closed else None,
        "suspended_minutes": 0.0,
        "is_void": is_void,
        "is_responded": is_responded,
        "is_due_to_respond": is_responded or response_due < AS_OF,
        "is_responded_on_time": is_responded and responded <= response_due,
        "is_response_not_yet_due": not is_responded and response_due >= AS_OF,
        "is_closed": is_closed,
        "is_due_to_close": is_closed or due < AS_OF,
        "is_closed_on_time": is_closed and closed <= due,
        "is_overdue": not is_closed and due < AS_OF,
        "is_not_yet_due": not is_closed and due >= AS_OF,
        "is_due_passed": due < AS_OF,
        "reported_date": at.date(),
        "due_date": due.date(),
        "closed_date": closed.date() if is_closed else None,
        "voided_date": at.date() if is_void else None,
        "batch_id": "20261115-0001",
        "source_file_id": "0" * 64,
        "source_row_number": number + 1,
    }


def _areas() -> pl.DataFrame:
    constant = {"county_code": COUNTY, "valid_from_date": date(2020, 1, 1), "is_current": True}
    county = {"area_level": "county", "area_code": COUNTY, "area_name": "浏阳市"}
    towns = [
        {
            "area_level": "town",
            "area_code": code,
            "area_name": name,
            "town_code": code,
            "parent_code": COUNTY,
            "population": 40_000,
            "feature_id": number,
        }
        for number, (code, name) in enumerate(
            zip(TOWNS["town_code"], TOWNS["town_name"], strict=True), 1
        )
    ]
    county |= {"population": 40_000 * len(towns), "feature_id": 1}
    return _frame(TYPES["areas"], [constant | row for row in (county, *towns)])


def _build() -> dict[str, Any]:
    return {
        "version": 1,
        "county_code": COUNTY,
        "as_of_at": AS_OF,
        "as_of_date": AS_OF.date(),
        "is_pinned": False,
        "built_at": AS_OF + timedelta(hours=2),
        "county_name_zh": "浏阳市",
        "county_name_en": "Liuyang",
        "time_zone": "Asia/Shanghai",
        "is_sample": True,
    }


def operations(cases: int) -> dict[str, pl.DataFrame]:
    """The tables of schema `ops` that tell where the cases came from, by name."""
    received = AS_OF + timedelta(hours=1)
    batch = {"batch_id": "20261115-0001", "dataset": "grid_events", "county_code": COUNTY}
    return {
        "ops.batches": pl.DataFrame(
            [
                {
                    **batch,
                    "source_id": "sample_grid_events",
                    "file_name": "grid_events.csv",
                    "received_at": received,
                    "rows_read": cases + 7,
                    "rows_landed": cases,
                    "rows_refused": 7,
                    "status": "landed",
                }
            ]
        ),
        "ops.quarantine_counts": pl.DataFrame(
            [
                {
                    "batch_id": batch["batch_id"],
                    "dataset": "grid_events",
                    "reason": "closed_before_reported",
                    "row_count": 7,
                }
            ]
        ),
        "ops.build_log": pl.DataFrame(
            [{"version": 1, "step_number": 1, "step": "prepare", "seconds": 0.12, "note": None}],
            schema_overrides={"note": pl.String()},
        ),
        "ops.freshness": pl.DataFrame(
            [
                {
                    "county_code": COUNTY,
                    "dataset": "grid_events",
                    "dataset_name_zh": "网格事件",
                    "dataset_name_en": "Grid events",
                    "department_code": "grid_centre",
                    "department_name_zh": "综治中心",
                    "department_name_en": "Grid centre",
                    "promised_every_days": 1,
                    "lateness_days": 1,
                    "is_event_driven": False,
                    "batch_count": 1,
                    "record_count": cases,
                    "rows_read": cases + 7,
                    "rows_landed": cases,
                    "rows_refused": 7,
                    "last_received_at": received,
                    "newest_record_at": AS_OF,
                    "as_of_at": AS_OF,
                    "is_late": True,
                    "days_late": 1.5,
                }
            ]
        ),
        "ops.delivery_gaps": pl.DataFrame(
            [
                {
                    "county_code": COUNTY,
                    "dataset": "grid_events",
                    "gap_from_date": AS_OF.date() - timedelta(days=20),
                    "gap_to_date": AS_OF.date() - timedelta(days=13),
                    "gap_days": 7,
                    "is_open": False,
                    "missing_record_count": 75.5,
                }
            ]
        ),
    }


def _frame(types: Any, rows: list[dict[str, Any]]) -> pl.DataFrame:
    kinds: dict[str, Any] = {
        "varchar": pl.String(),
        "bigint": pl.Int64(),
        "double": pl.Float64(),
        "boolean": pl.Boolean(),
        "date": pl.Date(),
        "timestamptz": pl.Datetime("us", "Asia/Shanghai"),
        "timestamp with time zone": pl.Datetime("us", "Asia/Shanghai"),
    }
    schema = {name: kinds[kind] for name, kind in types.items()}
    columns = {name: [row.get(name) for row in rows] for name in types}
    return pl.DataFrame(columns, schema=schema)
