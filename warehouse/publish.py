"""Publication: a new file beside the old ones, then one rename of a link.

Readers see the whole of the old version or the whole of the new one. What a killed publication
leaves behind is never what `current` names, and the next one sweeps it away.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from warehouse.published import CURRENT, Published, published_file, version_of
from warehouse.published_values import PUBLISHED_VALUES, values_of
from warehouse.settings import Settings

STORAGE_VERSION = "v1.5.0"
"""Older clients open the file too."""

SCHEMAS = ("mart", "ops")
"""Schemas of the work file that may be seen; boundaries and landing stay private."""

BUILDING = ".build_"
NEXT_LINK = ".current_"

BUILD_TABLE = """
    create table serve.ops.build as
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
    create table serve.ops.build_log (
        version bigint, step_number bigint, step varchar, seconds double, note varchar
    )
"""


@dataclass(frozen=True)
class Step:
    """What a build did, for its log."""

    name: str
    seconds: float | None = None
    note: str | None = None


def next_version(settings: Settings) -> int:
    """The number after the highest published or half-published one."""
    folder = settings.paths.published
    names = [file.name for file in folder.glob("*")] if folder.exists() else []
    numbers = [version_of(name.replace(BUILDING, "serve_", 1)) for name in names]
    return max((number for number in numbers if number is not None), default=0) + 1


def sweep(settings: Settings) -> list[str]:
    """Remove what killed publications left behind; returns the names removed."""
    settings.paths.published.mkdir(parents=True, exist_ok=True)
    remains = leftovers(settings)
    for path in remains:
        path.unlink()
    return [path.name for path in remains]


def leftovers(settings: Settings) -> list[Path]:
    """Files of killed publications: half-written ones, and whole ones readers never saw."""
    folder = settings.paths.published
    current = current_version(settings)
    return sorted(
        [
            *folder.glob(f"{BUILDING}*"),
            *folder.glob(f"{NEXT_LINK}*"),
            *(path for version, path in _versions(folder) if version > current),
        ]
    )


def current_version(settings: Settings) -> int:
    """Number of the version readers see; 0 when there is none."""
    link = settings.paths.published / CURRENT
    return (version_of(link.readlink().name) or 0) if link.is_symlink() else 0


def publish(
    settings: Settings,
    *,
    work_file: Path,
    built_at: datetime,
    tables: Mapping[str, pl.DataFrame],
    log: Sequence[Step] = (),
    at: Callable[[str], None] = lambda _: None,
) -> int:
    """Copy what may be seen into a new version and let readers see it.

    Args:
        work_file: the work database, whose marts are built and tested.
        tables: further tables by name with schema, such as `kpi.dim_kpis`.
        log: steps of the build so far.
        at: told each point passed: `copied`, `valued`, `synced`, `renamed`, `switched`, `swept`.

    Returns:
        The version published.
    """
    sweep(settings)
    folder = settings.paths.published
    version = next_version(settings)
    file = folder / f"{BUILDING}{version}.duckdb"
    _copy(file, settings, work_file=work_file, version=version, built_at=built_at, tables=tables)
    at("copied")
    _append_values_and_log(file, version=version, built_at=built_at, log=log)
    at("valued")
    _sync(file)
    at("synced")
    published = folder / published_file(version)
    file.rename(published)
    _sync(folder)
    at("renamed")
    link = folder / f"{NEXT_LINK}{version}"
    link.symlink_to(published.name)
    link.rename(folder / CURRENT)
    _sync(folder)
    at("switched")
    for old, path in _versions(folder):
        if old <= version - settings.published_versions_kept:
            path.unlink()
    at("swept")
    return version


def _copy(
    file: Path,
    settings: Settings,
    *,
    work_file: Path,
    version: int,
    built_at: datetime,
    tables: Mapping[str, pl.DataFrame],
) -> None:
    previous = settings.paths.published / CURRENT
    options = f"read_write, storage_version '{STORAGE_VERSION}'"
    with duckdb.connect(str(work_file), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"attach '{_quoted(file)}' as serve ({options})")
        for schema in (*SCHEMAS, "kpi"):
            con.execute(f"create schema serve.{schema}")
        for schema, table in _tables(con):
            con.execute(f"create table serve.{schema}.{table} as from {schema}.{table}")
        for name, frame in tables.items():
            con.register("frame", frame)
            con.execute(f"create table serve.{name} as from frame")
            con.unregister("frame")
        con.execute(BUILD_TABLE, {"version": version, "built_at": built_at})
        con.execute(BUILD_LOG)
        columns = ", ".join(f"{name} {kind}" for name, kind in PUBLISHED_VALUES.items())
        con.execute(f"create table serve.kpi.published_values ({columns})")
        if previous.exists():
            con.execute(f"attach '{_quoted(previous.resolve())}' as previous (read_only)")
            con.execute(
                "insert into serve.kpi.published_values by name from previous.kpi.published_values"
            )
            con.execute("detach previous")
        con.execute("checkpoint serve")
        con.execute("detach serve")


def _append_values_and_log(
    file: Path, *, version: int, built_at: datetime, log: Sequence[Step]
) -> None:
    values = values_of(Published(file, version=version), published_at=built_at)
    steps = [
        (version, number, step.name, step.seconds, step.note) for number, step in enumerate(log, 1)
    ]
    with duckdb.connect(str(file)) as con:
        con.execute("set TimeZone = 'UTC'")
        if not values.is_empty():
            con.register("new_values", values)
            con.execute("insert into kpi.published_values by name from new_values")
        if steps:
            con.executemany("insert into ops.build_log values (?, ?, ?, ?, ?)", steps)
        con.execute("checkpoint")


def _tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    marks = ", ".join("?" for _ in SCHEMAS)
    query = f"""
        select table_schema, table_name from information_schema.tables
        where table_catalog = current_database() and table_schema in ({marks})
        and table_name not like '%\\_\\_dbt\\_%' escape '\\'
        order by all
    """
    return [(str(schema), str(name)) for schema, name in con.execute(query, SCHEMAS).fetchall()]


def _versions(folder: Path) -> list[tuple[int, Path]]:
    numbered = [(version_of(path.name), path) for path in folder.glob("serve_*")]
    return [(number, path) for number, path in numbered if number is not None]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
