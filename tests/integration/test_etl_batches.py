"""Batches: loaded once, corrected by later files, and whole or absent whatever kills the load."""

import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import etl.batch
from etl.load import load_files
from tests.support.etl_files import FIXTURES, HEADER, load, make_settings, rows_of, tree
from warehouse.errors import BusyError, UsageError
from warehouse.ledger import read_ledger
from warehouse.lock import writer_lock

GOOD = FIXTURES / "good" / "harbour_cases.csv"
BAD = FIXTURES / "bad" / "several_faults_in_one_row.csv"
DAY = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    load(settings, GOOD)
    before = tree(tmp_path)
    renamed = tmp_path / "another_name.csv"
    renamed.write_bytes(GOOD.read_bytes())
    (report,) = load(settings, renamed)
    assert report.is_unchanged
    assert report.exit_code == 0
    assert tree(tmp_path) == before


def test_a_batch_refused_whole_may_be_tried_again(tmp_path: Path) -> None:
    load(make_settings(tmp_path, tolerance=0.0), BAD)
    settings = make_settings(tmp_path, tolerance=1.0)
    (report,) = load(settings, BAD)
    assert not report.is_unchanged
    assert [batch.status for batch in read_ledger(settings)] == ["refused", "landed"]


def test_a_corrected_file_lands_beside_the_first(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(f"{HEADER}\nA-2,pothole,2024-05-01 09:00:00,,,,,2024-05-09 09:00:00\n")
    load(settings, GOOD, corrected)
    landed = rows_of(settings, "landing")
    versions = landed.filter(landed["case_number"] == "A-2").sort("updated_at")
    assert versions["category_code"].to_list() == ["graffiti", "pothole"]


def test_batches_count_up_within_the_day_over_all_datasets(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    first, second = load(settings, GOOD, BAD, received_at=DAY)
    assert first.batch is not None
    assert second.batch is not None
    assert [first.batch.batch_id, second.batch.batch_id] == ["20261122-0001", "20261122-0002"]


def test_the_ledger_says_where_every_row_came_from(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    load(settings, GOOD, received_at=DAY)
    (batch,) = read_ledger(settings)
    landed = rows_of(settings, "landing")
    assert landed["source_file_id"].unique().to_list() == [batch.file_sha256]
    assert landed["source_row_number"].to_list() == [1, 2, 3]
    assert landed["received_at"].unique().to_list() == [DAY]
    assert landed["department_code"].unique().to_list() == ["harbour"]
    assert batch.milestones == ("reported", "closed")
    assert (batch.file_name, batch.file_bytes) == (GOOD.name, GOOD.stat().st_size)


def test_another_writer_is_waited_for_by_the_caller(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    with writer_lock(settings, doing="build"), pytest.raises(BusyError, match="build"):
        load(settings, GOOD)


def test_an_unknown_source_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"harbor.*boston_311"):
        load_files("harbor", [GOOD], settings=make_settings(tmp_path))


@pytest.mark.parametrize("area", ["quarantine", "landing"])
def test_a_full_disk_leaves_nothing_behind(
    area: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path)

    def no_space(path: Path) -> None:
        if area in path.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(etl.batch, "_flush", no_space)
    (report,) = load(settings, BAD)
    assert report.exit_code == 3
    assert "No space left" in str(report.error)
    assert tree(tmp_path) == {}


KILLED_AT_NTH_CALL = """
import os, pathlib, signal, sys
from etl import batch
from etl.load import load_files
from warehouse.settings import Settings

home, file, target, nth = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
owner, name = {"rename": (pathlib.Path, "rename"), "flush": (batch, "_flush")}[target]
original, calls = getattr(owner, name), []

def killing(*args):
    calls.append(1)
    if len(calls) == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*args)

setattr(owner, name, killing)
load_files("harbour", [pathlib.Path(file)], settings=Settings(home=home))
"""


@pytest.mark.parametrize(
    ("target", "nth"), [("flush", 1), ("rename", 1), ("flush", 3), ("flush", 6), ("rename", 2)]
)
def test_a_load_killed_before_its_last_rename_never_happened(
    target: str, nth: int, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path)
    arguments = [str(tmp_path), str(BAD), target, str(nth)]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT_NTH_CALL, *arguments],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert read_ledger(settings) == []
    (report,) = load(settings, BAD)
    assert report.exit_code == 0
    assert rows_of(settings, "landing").height == 2
    assert rows_of(settings, "quarantine").height == 1
    assert [
        path for path in tmp_path.rglob("*") if path.name.startswith((".incoming", "loading-"))
    ] == []


def test_a_load_killed_after_its_last_rename_has_happened(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    # The eighth flush is that of the folder that holds the landed batch.
    subprocess.run(
        [sys.executable, "-c", KILLED_AT_NTH_CALL, str(tmp_path), str(BAD), "flush", "7"],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    (report,) = load(settings, BAD)
    assert report.is_unchanged
    assert rows_of(settings, "landing").height == 2
    assert rows_of(settings, "quarantine").height == 1
