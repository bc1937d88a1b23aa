"""What of the work file goes into a published version, and into which of its two files."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import duckdb
import polars as pl

from warehouse.errors import BuildError
from warehouse.published_values import PUBLISHED_VALUES

STORAGE_VERSION = "v1.5.0"
"""Older clients open the file too."""

SERVED = ("mart", "ops")
"""Schemas of the work file that every reader may see; boundaries and landing stay private."""

PEOPLE = "people"
"""Schema of the work file whose tables are about persons; called `mart` in its own file."""

PERSONAL_KEYS = ("person_key", "household_key")
"""Columns that tell persons or households apart: never in the file that every reader opens."""

WITH_PEOPLE = ("ops.batches",)
"""Tables that the file about persons has too: what its rows came from."""

ORDERED_BY: Mapping[str, tuple[str, ...]] = {
    "mart.fct_cases": ("county_code", "reported_date"),
    "mart.fct_rain_readings": ("county_code", "hour_number"),
}
"""Large tables in the order they are asked by: a period then reads its own part only."""

BUILD_TABLE = """
    create table published.ops.build as
    select
        $version::bigint as version,
        counties.county_code,
        counties.as_of_at,
        counties.as_of_date,
        counties.is_pinned,
        $built_at::timestamptz as built_at,
        counties.county_name_zh,
        counties.county_name_en,
        counties.time_zone,
        counties.is_sample
    from intermediate.int_counties__as_of as counties
    order by counties.county_code
"""

BUILD_LOG = """
    create table published.ops.build_log (
        version bigint, step_number bigint, step varchar, seconds double, note varchar
    )
"""

TABLES = """
    select table_schema, table_name from information_schema.tables
    where table_catalog = current_database() and list_contains($schemas, table_schema)
    and table_name not like '%\\_\\_dbt\\_%' escape '\\'
    order by all
"""

TABLES_WITH_KEYS = """
    select distinct table_schema || '.' || table_name from information_schema.columns
    where table_catalog = current_database() and list_contains($schemas, table_schema)
    and list_contains($keys, column_name)
    order by all
"""


class Stamp(TypedDict):
    """What a version says of itself."""

    version: int
    built_at: datetime


def copy_serve(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    *,
    stamp: Stamp,
    tables: Mapping[str, pl.DataFrame],
    previous: Path,
) -> None:
    """Write the file that every reader opens.

    Args:
        con: the work database.
        file: to be made.
        stamp: number and time of the version.
        tables: further tables by name with schema.
        previous: the version before, whose published values are handed on; it may not exist.

    Raises:
        BuildError: a table of it would tell persons apart.
    """
    _refuse_personal_keys(con)
    _attach(con, file)
    for schema in (*SERVED, "kpi"):
        con.execute(f"create schema published.{schema}")
    for schema, table in _tables(con, *SERVED):
        name = f"{schema}.{table}"
        order = ", ".join(ORDERED_BY.get(name, ()))
        con.execute(
            f"create table published.{name} as from {name}{f' order by {order}' if order else ''}"
        )
    for name, frame in tables.items():
        con.register("frame", frame)
        con.execute(f"create table published.{name} as from frame")
        con.unregister("frame")
    con.execute(BUILD_TABLE, stamp)
    con.execute(BUILD_LOG)
    columns = ", ".join(f"{name} {kind}" for name, kind in PUBLISHED_VALUES.items())
    con.execute(f"create table published.kpi.published_values ({columns})")
    if previous.exists():
        con.execute(f"attach '{_quoted(previous.resolve())}' as previous (read_only)")
        con.execute(
            "insert into published.kpi.published_values by name from previous.kpi.published_values"
        )
        con.execute("detach previous")
    _detach(con)


def copy_people(con: duckdb.DuckDBPyConnection, file: Path, *, stamp: Stamp) -> None:
    """Write the file about persons, which names its version and as-of times itself."""
    _attach(con, file)
    for schema in ("mart", "ops"):
        con.execute(f"create schema published.{schema}")
    for schema, table in _tables(con, PEOPLE):
        con.execute(f"create table published.mart.{table} as from {schema}.{table}")
    for name in WITH_PEOPLE:
        con.execute(f"create table published.{name} as from {name}")
    con.execute(BUILD_TABLE, stamp)
    _detach(con)


def _attach(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    options = f"read_write, storage_version '{STORAGE_VERSION}'"
    con.execute(f"attach '{_quoted(file)}' as published ({options})")


def _detach(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("checkpoint published")
    con.execute("detach published")


def _tables(con: duckdb.DuckDBPyConnection, *schemas: str) -> list[tuple[str, str]]:
    rows = con.execute(TABLES, {"schemas": list(schemas)}).fetchall()
    return [(str(schema), str(name)) for schema, name in rows]


def _refuse_personal_keys(con: duckdb.DuckDBPyConnection) -> None:
    parameters = {"schemas": list(SERVED), "keys": list(PERSONAL_KEYS)}
    names = [str(row[0]) for row in con.execute(TABLES_WITH_KEYS, parameters).fetchall()]
    if names:
        raise BuildError(
            f"{', '.join(names)}: 含个人标识,不得公开发布 / would tell persons apart in the file "
            "that every reader opens; 旧表残留时请 / for a table of an older version run "
            "`gridgov build --full-refresh`"
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
