"""What stays of a batch, its vault and its refused rows when the load ends in the middle."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from etl import batch as batches
from etl import load as loads
from etl.vault import read_vault
from tests.support.persons import (
    ANNA,
    BO,
    CHEN,
    landed_rows,
    load_rows,
    make_settings,
    write_csv,
)
from warehouse.ledger import read_ledger


def test_refused_rows_stay_with_a_batch_that_landed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path / "home")
    landing = settings.paths.landing / "residents"
    flush = batches._flush

    def fail_after_the_rename(path: Path) -> None:
        if path == landing:
            raise OSError("the disk is gone")
        flush(path)

    monkeypatch.setattr(batches, "_flush", fail_after_the_rename)
    report = load_rows(settings, "registry", [ANNA, {**CHEN, "居住起": "gestern"}])
    assert "the disk is gone" in str(report.error)
    areas = (landing, settings.paths.quarantine / "residents", settings.paths.vault / "residents")
    assert [len(list(area.glob("batch=*"))) for area in areas] == [1, 1, 1]


KILLED_AT_NTH_CALL = """
import os, pathlib, signal, sys
from etl import batch
from etl.load import load_files
from warehouse.settings import Settings

home, file, name, nth = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
owner = pathlib.Path if name == "rename" else batch
original, calls = getattr(owner, name), []

def killing(*args, **options):
    calls.append(1)
    if len(calls) == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*args, **options)

setattr(owner, name, killing)
load_files("registry", [pathlib.Path(file)], settings=Settings(home=home))
"""


@pytest.mark.parametrize(
    ("name", "nth"),
    [("judge", 1), ("_flush", 1), ("rename", 1), ("rename", 2), ("_flush", 8), ("rename", 3)],
)
def test_a_vault_is_there_with_its_batch_or_not_at_all(name: str, nth: int, tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "home")
    rows = [ANNA, BO, {**CHEN, "居住起": "gestern"}]
    file = write_csv(tmp_path / "residents.csv", rows)
    script = KILLED_AT_NTH_CALL
    if name == "judge":
        script = script.replace("else batch", "else __import__('etl.load').load")
    killed = subprocess.run(
        [sys.executable, "-c", script, str(settings.home), str(file), name, str(nth)],
        cwd=Path(__file__).parents[2],
        env={**os.environ},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert read_ledger(settings) == []
    report = load_rows(settings, "registry", rows)
    assert report.exit_code == 0
    areas = (settings.paths.vault, settings.paths.quarantine, settings.paths.landing)
    assert [[folder.name for folder in (area / "residents").iterdir()] for area in areas] == [
        [f"batch={report.batch.batch_id}"]
    ] * 3
    assert not list(settings.paths.work.glob("loading-*"))
    keys = landed_rows(settings, "residents")["person_key"].to_list()
    assert read_vault(settings, "residents")["person_key"].to_list() == keys


@pytest.mark.parametrize("area", ["vault", "quarantine", "landing"])
def test_a_disk_that_is_full_leaves_no_clear_values_behind(
    area: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path / "home")
    parent = getattr(settings.paths, area)

    def no_space(path: Path) -> None:
        if path.is_relative_to(parent):
            raise OSError(28, os.strerror(28))

    monkeypatch.setattr(batches, "_flush", no_space)
    report = load_rows(settings, "registry", [ANNA, {**CHEN, "居住起": "gestern"}])
    assert "No space left" in str(report.error)
    left = [file.name for file in settings.home.rglob("*") if file.is_file()]
    assert sorted(left) == ["calls.yml", "key.json", "registry.yml", "writer.lock"]


def test_the_copy_that_is_read_is_for_its_owner_only_and_goes_with_the_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path / "home")
    seen = []
    original = loads.read_file

    def looking(*args: object, **kwargs: object) -> object:
        scratch = kwargs["scratch"]
        assert isinstance(scratch, Path)
        seen.append(scratch.stat().st_mode & 0o777)
        return original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(loads, "read_file", looking)
    load_rows(settings, "registry", [ANNA])
    assert seen == [0o700]
    assert not list(settings.paths.work.glob("loading-*"))
