"""From landing to a published version: staging, locations, marts, tests, publication.

Every step can be repeated: after a kill at any point the next build reads what is not yet staged,
rebuilds the marts and publishes the same totals.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.area_geometry import COLUMNS as GEOMETRY_COLUMNS
from warehouse.area_geometry import measure_areas
from warehouse.catalogue import catalogue_frames
from warehouse.control import World, lost_batches, write_control_tables
from warehouse.counties import load_counties
from warehouse.errors import BusyError, InputError, UsageError, unknown_value
from warehouse.ledger import landed_files, read_ledger
from warehouse.lock import writer_lock
from warehouse.marts import build_marts, compiled_marts
from warehouse.plugins import load_plugins
from warehouse.publish import Step, publish, sweep
from warehouse.settings import Settings
from warehouse.staging import left_out, remember
from warehouse.transform import WORK_FILE, Transform, staging_fingerprint

STAGING = ("path:seeds", "path:models/staging")

STEPS = 7
"""Steps of a build, for a progress bar."""

GEOGRAPHY = f"""
    create schema if not exists intermediate;
    create table if not exists intermediate.located_points (
        county_code varchar, longitude double, latitude double, valid_on date,
        town_code varchar, community_code varchar, grid_code varchar
    );
    create table if not exists intermediate.boundary_editions (
        county_code varchar, valid_from_date date, valid_to_date date
    );
    create table if not exists intermediate.grid_neighbours (
        county_code varchar, valid_on date, grid_code varchar, neighbour_code varchar,
        contact_code varchar, shared_m double, fingerprint varchar
    );
    create table if not exists intermediate.area_geometry ({GEOMETRY_COLUMNS});
"""


def build(
    *,
    settings: Settings,
    as_of: Mapping[str, datetime] | None = None,
    full_refresh: bool = False,
    built_at: datetime | None = None,
    progress: Callable[[str], None] | None = None,
) -> int:
    """Build everything that landed and publish it.

    Args:
        as_of: county → its "now" for this build; one without a zone is in the county's own.
            Counties left out take the newest time their records tell of.
        full_refresh: forget the work file and read all of landing again.
        built_at: the time written into the version; default now.
        progress: told each step with its seconds as it is done, and what is out of the ordinary.

    Returns:
        The version published.

    Raises:
        UsageError: an as-of time for a county that does not exist.
        InputError: nothing has landed yet.
        BusyError: another writer is at work.
        BuildError: a model or a data test failed; the published version stays.
    """
    with writer_lock(settings, doing="build"):
        return _Build(
            settings=settings,
            world=_world(settings, as_of or {}),
            built_at=built_at or datetime.now(UTC),
            progress=progress or (lambda _: None),
        ).run(full_refresh=full_refresh)


def _world(settings: Settings, as_of: Mapping[str, datetime]) -> World:
    counties = load_counties(settings)
    for code in as_of:
        if code not in counties:
            raise UsageError(unknown_value("county", code, counties))
    files = landed_files(settings)
    if not files:
        raise InputError(
            f"{settings.paths.landing}: 尚无数据 / nothing has landed yet; "
            "请先运行 / run `gridgov load`"
        )
    pins = {
        code: at if at.tzinfo else at.replace(tzinfo=counties[code].zone)
        for code, at in as_of.items()
    }
    return World(counties=counties, batches=read_ledger(settings), files=files, as_of=pins)


@dataclass
class _Build:
    settings: Settings
    world: World
    built_at: datetime
    progress: Callable[[str], None]
    log: list[Step] = field(default_factory=list)

    @property
    def work_file(self) -> Path:
        return self.settings.paths.work / WORK_FILE

    def run(self, *, full_refresh: bool) -> int:
        transform = Transform(settings=self.settings)
        with self._step("prepare"):
            leftovers = sweep(self.settings)
            if leftovers:
                self._note(f"清除残留 / leftovers removed: {', '.join(leftovers)}")
            if full_refresh:
                self._forget()
            is_staging_stale = self._prepare()
        with self._step("staging"):
            with self._work() as con:
                settled = left_out(con, is_stale=is_staging_stale)
            transform.build(*STAGING, left_out=settled, full_refresh=is_staging_stale)
        with self._step("areas"), self._work() as con:
            measure_areas(con)
        for name, run_step in load_plugins("gridgov.build_steps").items():
            if name < "20":
                with self._step(name), self._work() as con:
                    run_step(con, settings=self.settings)
        with self._step("marts"):
            nodes = compiled_marts(transform)
            with self._work() as con:
                build_marts(
                    con,
                    nodes,
                    logs=self.settings.paths.logs,
                    on_model=transform.on_model,
                    note=self._note,
                )
            self._remember_staging()
        for name, run_step in load_plugins("gridgov.build_steps").items():
            if name >= "20":
                with self._step(name), self._work() as con:
                    run_step(con, settings=self.settings)
        with self._step("publish"):
            return publish(
                self.settings,
                work_file=self.work_file,
                built_at=self.built_at,
                tables={f"kpi.{name}": frame for name, frame in catalogue_frames().items()},
                log=self.log,
            )

    def _prepare(self) -> bool:
        """Write the control tables; returns whether staging has to read all of landing again."""
        try:
            with self._work() as con:
                return self._write_control(con)
        except duckdb.Error as error:
            if "set lock on file" in str(error):
                raise BusyError(
                    f"{self.work_file}: 被另一进程占用 / another process has it open"
                ) from error
            self._note(
                "工作库无法读取,从落地数据重建 / "
                f"the work file cannot be read and is rebuilt from landing: {error}"
            )
            self._forget()
        with self._work() as con:
            return self._write_control(con)

    def _write_control(self, con: duckdb.DuckDBPyConnection) -> bool:
        write_control_tables(con, self.world)
        con.execute(GEOGRAPHY)
        con.execute("create table if not exists control.staging_fingerprint (fingerprint varchar)")
        known = con.execute("select fingerprint from control.staging_fingerprint").fetchone()
        if known is not None and known[0] != staging_fingerprint():
            self._note("暂存层定义已变 / staging is defined anew: all of landing is read again")
            return True
        lost = lost_batches(con)
        if lost:
            self._note(f"{lost} 个批次已不在落地区 / batches are gone from landing: read again")
        return lost > 0

    def _remember_staging(self) -> None:
        with self._work() as con:
            remember(con)
            con.execute("create or replace table control.staging_fingerprint (fingerprint varchar)")
            con.execute(
                "insert into control.staging_fingerprint values (?)", [staging_fingerprint()]
            )

    def _forget(self) -> None:
        for suffix in ("", ".wal"):
            Path(f"{self.work_file}{suffix}").unlink(missing_ok=True)

    @contextmanager
    def _work(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.work_file)) as con:
            con.execute("set TimeZone = 'UTC'")
            if self.settings.threads:
                con.execute(f"set threads = {self.settings.threads}")
            con.execute("set memory_limit = $limit", {"limit": self.settings.memory_limit})
            yield con

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.log.append(Step(name=name, seconds=round(seconds, 3)))
        self.progress(f"{name} {seconds:.1f} s")

    def _note(self, text: str) -> None:
        self.log.append(Step(name="note", note=text))
        self.progress(text)
