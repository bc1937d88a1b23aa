"""Publication under readers and under kill -9: nobody ever sees half a version."""

import os
import signal
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.support.marts import FCT_CASES
from warehouse.errors import BuildError
from warehouse.publish import publish, sweep
from warehouse.published import NothingPublishedError, Published, PublishedStore, people_file
from warehouse.settings import Settings

POINTS = (
    "copied",
    "valued",
    "synced",
    "people_renamed",
    "renamed",
    "switched",
    "swept",
)
SEEN_BY_READERS = ("switched", "swept")
BUILT_AT = datetime(2026, 11, 16, tzinfo=UTC)

CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.integration.test_publish_switch import work_file_of
from warehouse.publish import publish
from warehouse.settings import Settings

home, number, last = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
publish(
    Settings(home=home),
    work_file=work_file_of(home, number),
    built_at=datetime(2026, 11, 16, tzinfo=UTC),
    tables={},
    at=lambda point: os.kill(os.getpid(), signal.SIGKILL) if point == last else None,
)
"""

WORK_TABLES = """
    create schema mart; create schema ops; create schema intermediate; create schema people;
    create table people.fct_visits as select $number as number, 'key' as person_key from range(9);
    create table people.fct_visits__dbt_tmp as select 1 as left_by_a_kill;
    create table mart.first_half as select $number as number from range(1000);
    create table mart.second_half as select $number as number from range(1000);
    create table mart.second_half__dbt_tmp as select 1 as left_by_a_kill;
    create table mart.dim_dates (
        county_code varchar, calendar_date date, holiday_name varchar
    );
    create table ops.batches (dataset varchar);
    create table intermediate.int_counties__as_of (
        county_code varchar, as_of_at timestamptz, as_of_date date, is_pinned boolean,
        county_name_zh varchar, county_name_en varchar, time_zone varchar, is_sample boolean
    );
"""


def work_file_of(home: Path, number: int) -> Path:
    """A work database whose tables all hold one number; no county, so no KPI value."""
    file = home / "work" / f"{number}.duckdb"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with duckdb.connect(str(file)) as con:
            for statement in WORK_TABLES.split(";")[:-1]:
                uses_number = "$number" in statement
                con.execute(statement, {"number": number} if uses_number else None)
            columns = ", ".join(f"{name} {kind}" for name, kind in FCT_CASES.items())
            con.execute(f"create table mart.fct_cases ({columns})")
    return file


def publish_number(settings: Settings, number: int) -> int:
    return publish(
        settings, work_file=work_file_of(settings.home, number), built_at=BUILT_AT, tables={}
    )


def numbers(published: Published) -> set[int]:
    """The number in every table, those about persons too, and the version each file tells."""
    served = published.sql(
        "select number from mart.first_half union select number from mart.second_half"
    )
    about_persons = published.people_sql("select distinct number from mart.fct_visits")
    return {*served["number"], *about_persons["number"]}


def names(settings: Settings) -> set[str]:
    return {file.name for file in settings.paths.published.iterdir()}


def store_of(settings: Settings) -> PublishedStore:
    return PublishedStore(settings, with_people=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_nothing_published_says_so(settings: Settings) -> None:
    with pytest.raises(NothingPublishedError, match="gridgov build"):
        PublishedStore(settings).current()


def test_the_version_counts_up_and_three_are_kept(settings: Settings) -> None:
    versions = [publish_number(settings, number) for number in range(1, 6)]
    assert versions == [1, 2, 3, 4, 5]
    kept = {f"{kind}_{version}.duckdb" for kind in ("serve", "people") for version in (3, 4, 5)}
    assert names(settings) == {"current", *kept}


def test_a_reader_keeps_its_version_after_the_file_is_gone(settings: Settings) -> None:
    store = store_of(settings)
    publish_number(settings, 1)
    first = store.current()
    for number in range(2, 6):
        publish_number(settings, number)
    assert not {"serve_1.duckdb", "people_1.duckdb"} & names(settings)
    assert (first.version, numbers(first)) == (1, {1})
    assert (store.current().version, numbers(store.current())) == (5, {5})


def test_readers_see_one_whole_version_while_others_are_published(settings: Settings) -> None:
    publish_number(settings, 1)
    store = store_of(settings)
    stopped = threading.Event()
    seen: list[tuple[int, set[int]]] = []
    errors: list[Exception] = []

    def read() -> None:
        while not stopped.is_set():
            try:
                published = store.current()
                seen.append((published.version, numbers(published)))
            except Exception as error:  # noqa: BLE001  (every failed read is a finding)
                errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(2, 12):
        publish_number(settings, number)
    stopped.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert all(found == {version} for version, found in seen)
    assert len({version for version, _ in seen}) > 1


@pytest.mark.parametrize("point", POINTS)
def test_a_publication_killed_at_any_point_leaves_a_whole_version(
    settings: Settings, point: str
) -> None:
    publish_number(settings, 1)
    command = [sys.executable, "-c", CHILD, str(settings.home), "2", point]
    killed = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    expected = 2 if point in SEEN_BY_READERS else 1
    current = store_of(settings).current()
    assert (current.version, numbers(current)) == (expected, {expected})

    version = publish_number(settings, 3)
    current = store_of(settings).current()
    assert (current.version, numbers(current)) == (version, {3})
    assert sweep(settings) == []
    assert not [name for name in names(settings) if name.startswith(".")]


def test_only_what_may_be_seen_is_published(settings: Settings) -> None:
    publish_number(settings, 1)
    tables = (
        PublishedStore(settings)
        .current()
        .sql("select table_schema || '.' || table_name as name from information_schema.tables")
    )
    assert not [name for name in tables["name"] if name.startswith(("staging", "intermediate"))]
    assert "mart.second_half__dbt_tmp" not in set(tables["name"])
    assert {"mart.first_half", "ops.build", "kpi.published_values"} <= set(tables["name"])


def test_rows_about_persons_are_in_their_own_file_for_its_owner_only(settings: Settings) -> None:
    old = os.umask(0)
    try:
        version = publish_number(settings, 1)
    finally:
        os.umask(old)
    file = settings.paths.published / people_file(version)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    published = store_of(settings).current()
    tables = "select table_schema || '.' || table_name as name from information_schema.tables"
    assert set(published.people_sql(tables)["name"]) == {
        "mart.fct_visits",
        "ops.batches",
        "ops.build",
    }
    assert not [name for name in published.sql(tables)["name"] if "visits" in name]


def test_rows_about_persons_are_opened_only_by_who_says_so(settings: Settings) -> None:
    publish_number(settings, 1)
    with pytest.raises(NothingPublishedError, match="without the rows about persons"):
        PublishedStore(settings).current().people_sql("select 1")


@pytest.mark.parametrize("key", ["person_key", "household_key"])
def test_a_table_that_tells_persons_apart_stops_the_publication(
    settings: Settings, key: str
) -> None:
    publish_number(settings, 1)
    with duckdb.connect(str(work_file_of(settings.home, 2))) as con:
        con.execute(f"create table mart.fct_leaks as select 'x' as {key}")
    with pytest.raises(BuildError, match=r"mart\.fct_leaks"):
        publish_number(settings, 2)
    assert PublishedStore(settings).current().version == 1
    assert publish_number(settings, 3) == 2


def test_published_values_are_handed_on_from_version_to_version(settings: Settings) -> None:
    publish_number(settings, 1)
    first = settings.paths.published / "serve_1.duckdb"
    with duckdb.connect(str(first)) as con:
        con.execute("insert into kpi.published_values (version, kpi_id) values (1, 'kept')")
    publish_number(settings, 2)
    values = (
        PublishedStore(settings).current().sql("select version, kpi_id from kpi.published_values")
    )
    assert values.rows() == [(1, "kept")]


def test_a_query_reaches_no_file_and_times_come_in_utc(settings: Settings, tmp_path: Path) -> None:
    publish_number(settings, 1)
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    published = PublishedStore(settings).current()
    with pytest.raises(duckdb.PermissionException):
        published.sql(f"select * from '{secret}'")
    built_at = published.sql("select timestamptz '2026-11-16 08:00:00+08' as at")
    assert built_at.schema["at"] == pl.Datetime("us", "UTC")
    assert built_at.item() == BUILT_AT
