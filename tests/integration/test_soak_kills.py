"""Kill -9 at random moments of load, build and publication, with a reader polling all the while."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from etl.sample.generate import generate_sample
from warehouse.published import PublishedStore
from warehouse.settings import Settings

KILLS = 20
CORRECTED_ROWS = 100

TOTALS = """
    select
        (select count(*) from mart.fct_cases) as cases,
        (select sum(case_count) from ops.location_counts) as located,
        (select count(*) filter (is_closed) from mart.fct_cases) as closed,
        (select sum(rework_count) from mart.fct_cases) as reworks,
        (select max(version) from ops.build) as version
"""


def gridgov(home: Path, *args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "warehouse", *args],
        env={**os.environ, "GRIDGOV_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(home: Path, *args: str) -> float:
    """Run a command to its end and return its seconds."""
    started = time.monotonic()
    process = gridgov(home, *args)
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - started


def kill_after(seconds: float, home: Path, *args: str) -> bool:
    """Kill a command with its children after so long; false when it had already ended."""
    process = gridgov(home, *args)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    finally:
        process.stderr.close()
    return False


@dataclass
class Reader:
    """Asks the published version again and again, and keeps what was wrong."""

    settings: Settings
    reads: int = 0
    faults: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        store = PublishedStore(self.settings, with_people=True)
        newest = 0
        while not self.stopped.is_set():
            try:
                published = store.current()
                row = published.sql(TOTALS).row(0, named=True)
                about_persons = published.people_sql("select max(version) from ops.build").item()
            except Exception as error:  # noqa: BLE001  (every failed read is a finding)
                self.faults.append(repr(error))
                continue
            self.reads += 1
            if row["cases"] != row["located"]:
                self.faults.append(f"inconsistent: {row}")
            if row["version"] != about_persons:
                self.faults.append(f"persons of version {about_persons} beside {row}")
            if row["version"] < newest:
                self.faults.append(f"went back from {newest}: {row}")
            newest = row["version"]


def corrected(original: Path, target: Path, *, first_row: int) -> Path:
    """The rows of one correction: a hundred cases with one more rework and a later update."""
    rows = pl.read_csv(original, infer_schema=False).filter(pl.col("上报时间") < pl.col("更新时间"))
    changed = rows.slice(first_row, CORRECTED_ROWS).with_columns(
        pl.lit("9").alias("返工次数"),
        pl.lit(f"2026-11-15 23:{first_row // CORRECTED_ROWS:02d}:59").alias("更新时间"),
    )
    changed.write_csv(target)
    return target


def totals(settings: Settings) -> dict[str, object]:
    row = PublishedStore(settings).current().sql(TOTALS).row(0, named=True)
    return {name: value for name, value in row.items() if name != "version"}


@pytest.mark.soak
def test_kills_lose_nothing_and_count_nothing_twice(tmp_path):
    files = generate_sample(tmp_path / "sample", scale="town")
    killed_home, quiet_home = tmp_path / "killed", tmp_path / "quiet"
    for source, paths in files.items():
        load_seconds = finish(killed_home, "load", source, *map(str, paths))
    build_seconds = finish(killed_home, "build")
    shutil.copytree(killed_home, quiet_home, symlinks=True)

    reader = Reader(Settings(home=killed_home))
    thread = threading.Thread(target=reader.run)
    thread.start()
    moments = random.Random(430181)
    kills = attempts = 0
    corrections = []
    try:
        while kills < KILLS:
            attempts += 1
            assert attempts < 10 * KILLS, "the commands end before they can be killed"
            if attempts % 2:
                corrections.append(
                    corrected(
                        files["sample_city_cases"][0],
                        tmp_path / f"corrected_{attempts}.csv",
                        first_row=attempts * CORRECTED_ROWS,
                    )
                )
                command = ("load", "sample_city_cases", str(corrections[-1]))
                kills += kill_after(moments.uniform(0, load_seconds), killed_home, *command)
                finish(killed_home, *command)
            else:
                kills += kill_after(moments.uniform(0, build_seconds), killed_home, "build")
        finish(killed_home, "build")
    finally:
        reader.stopped.set()
        thread.join()

    finish(quiet_home, "load", "sample_city_cases", *map(str, corrections))
    finish(quiet_home, "build")
    assert reader.faults == []
    assert reader.reads > KILLS
    assert totals(Settings(home=killed_home)) == totals(Settings(home=quiet_home))
