"""Publication: two new files beside the old ones, then one rename of a link.

Readers see the whole of the old version or the whole of the new one: the file about persons is
in its place before `current` names its version. What a killed publication leaves behind is never
what `current` names, and the next one sweeps it away.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from warehouse.publish_copy import Stamp, copy_people, copy_serve
from warehouse.published import (
    CURRENT,
    PEOPLE_PREFIX,
    PREFIX,
    Published,
    people_file,
    published_file,
    version_of,
)
from warehouse.published_values import values_of
from warehouse.settings import Settings

BUILDING = ".build_"
BUILDING_PEOPLE = ".people_"
NEXT_LINK = ".current_"
OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700


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
    prefixes = {BUILDING: PREFIX, PEOPLE_PREFIX: PREFIX, BUILDING_PEOPLE: PREFIX}
    for building, whole in prefixes.items():
        names = [name.replace(building, whole, 1) for name in names]
    numbers = [version_of(name) for name in names]
    return max((number for number in numbers if number is not None), default=0) + 1


def sweep(settings: Settings) -> list[str]:
    """Remove what killed publications left behind; returns the names removed."""
    settings.paths.published.mkdir(parents=True, exist_ok=True)
    remains = leftovers(settings)
    for path in remains:
        _remove(path)
    return [path.name for path in remains]


def leftovers(settings: Settings) -> list[Path]:
    """Files of killed publications: half-written ones, and whole ones readers never saw."""
    folder = settings.paths.published
    current = current_version(settings)
    return sorted(
        [
            *folder.glob(f"{BUILDING}*"),
            *folder.glob(f"{BUILDING_PEOPLE}*"),
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
        at: told each point passed: `copied`, `valued`, `synced`, `people_renamed`, `renamed`,
            `switched`, `swept`.

    Returns:
        The version published.
    """
    sweep(settings)
    folder = settings.paths.published
    version = next_version(settings)
    file = folder / f"{BUILDING}{version}.duckdb"
    people = _private_folder(folder / f"{BUILDING_PEOPLE}{version}.duckdb") / people_file(version)
    with duckdb.connect(str(work_file), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute("set memory_limit = ?", [settings.memory_limit])
        previous = folder / CURRENT
        stamp: Stamp = {"version": version, "built_at": built_at}
        copy_serve(con, file, stamp=stamp, tables=tables, previous=previous)
        copy_people(con, people, stamp=stamp)
    at("copied")
    opened = Published(file, version=version, with_people=True, people_folder=people.parent)
    values = values_of(opened, published_at=built_at)
    del opened  # No file can be written to while it is open for reading.
    _append_values_and_log(file, version=version, values=values, log=log)
    at("valued")
    people.chmod(OWNER_ONLY)
    _sync(people)
    _sync(file)
    at("synced")
    people.rename(folder / people.name)
    people.parent.rmdir()
    at("people_renamed")
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
            _remove(path)
    at("swept")
    return version


def _private_folder(folder: Path) -> Path:
    """The engine makes files anyone may read, so those about persons are written in here."""
    folder.mkdir(mode=OWNER_ONLY_FOLDER)
    return folder


def _append_values_and_log(
    file: Path, *, version: int, values: pl.DataFrame, log: Sequence[Step]
) -> None:
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


def _versions(folder: Path) -> list[tuple[int, Path]]:
    numbered = [
        (version_of(path.name.replace(PEOPLE_PREFIX, PREFIX, 1)), path)
        for prefix in (PREFIX, PEOPLE_PREFIX)
        for path in folder.glob(f"{prefix}*")
    ]
    return [(number, path) for number, path in numbered if number is not None]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
