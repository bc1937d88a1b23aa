"""A change of the key: everything under the new one, or, killed at any step, tidied up whole."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from etl.quarantine import refused_rows
from etl.rekey import rekey
from etl.vault import read_vault
from tests.support.persons import (
    ANNA,
    BO,
    CHEN,
    expected_key,
    landed_rows,
    load_rows,
    make_settings,
)
from warehouse.errors import InputError, UsageError
from warehouse.keys import load_keys
from warehouse.ledger import read_ledger
from warehouse.settings import Settings

CALL = {
    "编号": "A1",
    "类别": "1",
    "上报": "2024-05-01 08:00:00",
    "更新": "2024-05-01 08:00:00",
    "姓名": ANNA["姓名"],
    "电话": ANNA["电话"],
    "地址": ANNA["住址"],
    "描述": "路灯不亮",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = make_settings(tmp_path / "home")
    load_rows(settings, "registry", [ANNA, BO, {**CHEN, "居住起": "gestern"}])
    load_rows(settings, "registry", [{**BO, "居住起": "2021-01-01"}])
    load_rows(settings, "calls", [CALL])
    settings.paths.published.mkdir(parents=True)
    (settings.paths.published / "people_3.duckdb").write_text("old pseudonyms")
    (settings.paths.published / "serve_3.duckdb").write_text("nobody's")
    (settings.paths.work / "warehouse.duckdb").write_text("old pseudonyms")
    return settings


def assert_whole(settings: Settings) -> None:
    """Landing, vault and quarantine agree under the one key the home is under."""
    landed = landed_rows(settings, "residents")
    assert landed["person_key"].to_list() == [
        expected_key(settings, one["身份证号"]) for one in (ANNA, BO, BO)
    ]
    assert landed["household_key"].to_list() == [
        expected_key(settings, one["户编号"], kind="household") for one in (ANNA, BO, BO)
    ]
    vault = read_vault(settings, "residents")
    assert vault["person_key"].to_list() == landed["person_key"].to_list()
    assert vault["resident_name"].to_list() == [ANNA["姓名"], BO["姓名"], BO["姓名"]]
    assert read_vault(settings, "city_cases")["reporter_name"].to_list() == [ANNA["姓名"]]
    refused = [batch for batch in read_ledger(settings) if batch.rows_refused]
    assert [CHEN["姓名"] in refused_rows(settings, batch=one)["raw"][0] for one in refused] == [
        True
    ]


def test_everything_is_under_the_new_key(settings: Settings) -> None:
    old = load_keys(settings)
    before = landed_rows(settings, "residents")
    done = rekey(settings)
    new = load_keys(settings)
    assert (done.old, done.new) == (old.fingerprint, new.fingerprint)
    assert_whole(settings)
    after = landed_rows(settings, "residents")
    assert after.schema == before.schema
    keys = ("person_key", "household_key")
    assert after.drop(keys).equals(before.drop(keys))
    assert not set(after["person_key"]) & set(before["person_key"])
    assert done.old_key_file is not None
    assert done.key_file.stat().st_mode & 0o777 == 0o600
    kept = settings.model_copy(update={"key_file": done.old_key_file})
    with pytest.raises(InputError, match="wrong key"):
        read_vault(kept, "residents")


def test_what_is_built_from_old_pseudonyms_is_gone(settings: Settings) -> None:
    rekey(settings)
    assert [file.name for file in settings.paths.published.iterdir()] == ["serve_3.duckdb"]
    assert [file.name for file in settings.paths.work.iterdir()] == ["writer.lock"]


def test_neither_key_is_in_the_home(settings: Settings) -> None:
    rekey(settings)
    keys = [file.read_text().strip() for file in settings.home.parent.glob("home.key*")]
    assert len(keys) == 2
    assert not [
        file
        for file in settings.home.rglob("*")
        if file.is_file()
        for key in keys
        if key.encode() in file.read_bytes() or bytes.fromhex(key) in file.read_bytes()
    ]


def test_a_named_file_takes_the_new_key_and_leaves_the_old_one_alone(settings: Settings) -> None:
    old_text = settings.home.with_name("home.key").read_text()
    other = settings.home.with_name("other.key")
    done = rekey(settings, new_key_file=other)
    assert done.old_key_file is None
    assert settings.home.with_name("home.key").read_text() == old_text
    assert_whole(settings.model_copy(update={"key_file": other}))
    with pytest.raises(InputError, match="wrong key"):
        load_keys(settings)


@pytest.mark.parametrize("place", ["home/new.key", "home.key"])
def test_a_file_that_cannot_be_the_new_key_changes_nothing(place: str, settings: Settings) -> None:
    with pytest.raises(UsageError):
        rekey(settings, new_key_file=settings.home.parent / place)
    assert_whole(settings)
    assert not (settings.home / "new.key").exists()


def test_a_vault_that_lacks_somebody_changes_nothing(settings: Settings) -> None:
    old = load_keys(settings)
    file = next((settings.paths.vault / "residents").glob("batch=*/rows.enc"))
    content = file.read_bytes()
    file.unlink()
    with pytest.raises(InputError, match="no vault"):
        rekey(settings)
    assert sorted(one.name for one in settings.home.parent.glob("home.key*")) == ["home.key"]
    file.write_bytes(content)
    assert load_keys(settings) == old
    assert_whole(settings)


KILLED = """
import os, signal, sys
from pathlib import Path
from etl.rekey import rekey
from warehouse import rekeying
from warehouse.settings import Settings

home, nth = Path(sys.argv[1]), int(sys.argv[2])
calls = []

def killing(original):
    def call(*args, **kwargs):
        calls.append(1)
        if len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    return call

for name in ("replace", "unlink", "mkdir"):
    setattr(Path, name, killing(getattr(Path, name)))
os.link = killing(os.link)
rekey(Settings(home=home))
"""


def test_killed_at_any_step_it_is_undone_or_finished(settings: Settings, tmp_path: Path) -> None:
    seen, nth = set(), 0
    while True:
        nth += 8
        before = load_keys(settings).fingerprint
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(settings.home), str(nth)],
            cwd=Path(__file__).parents[2],
            check=False,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        # The next writer tidies up; landing the same file again changes nothing else.
        load_rows(settings, "calls", [CALL])
        assert_whole(settings)
        seen.add(load_keys(settings).fingerprint == before)
        left = {one.name for one in settings.paths.work.iterdir()}
        assert left <= {"writer.lock", "warehouse.duckdb"}
        beside = {one.name for one in tmp_path.glob("*home.key*")}
        assert not {name for name in beside if name.endswith((".new", ".incoming"))}
    assert seen == {True, False}
    assert_whole(settings)
    assert [file.name for file in settings.paths.published.iterdir()] == ["serve_3.duckdb"]
