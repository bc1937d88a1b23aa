"""The ledger as the build reads it, and the control tables made of it."""

import json
from datetime import UTC, datetime, time
from pathlib import Path

import duckdb
import pytest

from tests.support.records import land
from warehouse.control import World, lost_batches, write_control_tables
from warehouse.counties import County, WorkCalendar, load_counties
from warehouse.errors import InputError
from warehouse.ledger import landed_files, read_ledger
from warehouse.publish import next_version
from warehouse.published import version_of
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def world(settings: Settings, **counties: County) -> World:
    return World(
        counties=counties or load_counties(settings),
        batches=read_ledger(settings),
        files=landed_files(settings),
        as_of={},
    )


def test_no_landing_is_an_empty_ledger(settings: Settings) -> None:
    assert read_ledger(settings) == []
    assert landed_files(settings) == []


def test_a_folder_without_its_entry_is_no_batch(settings: Settings) -> None:
    land(settings, "areas", [], batch_id="20261122-0001")
    unfinished = settings.paths.landing / "areas" / "batch=20261122-0002"
    unfinished.mkdir()
    (unfinished / "rows.parquet").touch()
    assert [file.batch_id for file in landed_files(settings)] == ["20261122-0001"]


def test_a_batch_refused_whole_is_in_the_ledger_and_not_in_landing(settings: Settings) -> None:
    land(settings, "areas", [], batch_id="20261122-0001", refused={"unknown_code": 3})
    (settings.paths.quarantine / "areas").mkdir(parents=True)
    folder = settings.paths.landing / "areas" / "batch=20261122-0001"
    folder.rename(settings.paths.quarantine / "areas" / folder.name)
    (batch,) = read_ledger(settings)
    assert (batch.rows_refused, batch.refused_by_reason) == (3, {"unknown_code": 3})
    assert landed_files(settings) == []


def test_an_entry_that_is_none_is_named(settings: Settings) -> None:
    batch_id = land(settings, "areas", [])
    entry = settings.paths.landing / "areas" / f"batch={batch_id}" / "batch.json"
    entry.write_text(json.dumps({"batch_id": batch_id}), encoding="utf-8")
    with pytest.raises(InputError, match=r"batch\.json"):
        read_ledger(settings)


def test_control_tables_tell_milestones_shifts_and_lost_batches(settings: Settings) -> None:
    land(settings, "city_cases", [], milestones=["reported", "closed"], batch_id="b1")
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        write_control_tables(con, world(settings))
        milestones = ("first_response", "filed", "dispatched", "handled", "closed")
        flags = f"select has_{', has_'.join(milestones)} from control.batches"
        assert con.execute(flags).fetchall() == [(False, False, False, False, True)]
        shifts = """
            select hours_number, first_month_day, last_month_day, shift_1_start_seconds,
                shift_2_end_seconds, shift_3_end_seconds
            from control.county_hours where county_code = '430181'
        """
        assert con.execute(shifts).fetchall() == [(1, 101, 1231, 30600, 63000, 0)]
        assert lost_batches(con) == 0
        con.execute("insert into control.staged_batches values ('city_cases', 'b0')")
        write_control_tables(con, world(settings))
        assert lost_batches(con) == 1


def test_a_county_with_more_shifts_than_the_models_know_is_refused(settings: Settings) -> None:
    county = load_counties(settings)["430181"]
    shifts = tuple((time(hour), time(hour + 1)) for hour in (8, 10, 14, 16))
    calendar = WorkCalendar(holiday_calendar="CN", shifts=shifts)
    busy = county.model_copy(update={"work_calendar": calendar})
    with duckdb.connect() as con, pytest.raises(InputError, match=r"430181.*4"):
        write_control_tables(con, world(settings, busy=busy))


@pytest.mark.parametrize(
    ("name", "version"),
    [("serve_7.duckdb", 7), ("serve_07.duckdb", None), ("serve_7.duckdb.wal", None)],
)
def test_only_whole_names_are_versions(name: str, version: int | None) -> None:
    assert version_of(name) == version


def test_a_half_published_number_is_not_used_again(settings: Settings) -> None:
    assert next_version(settings) == 1
    settings.paths.published.mkdir(parents=True)
    (settings.paths.published / "serve_4.duckdb").touch()
    (settings.paths.published / ".build_5.duckdb").touch()
    assert next_version(settings) == 6


def test_times_of_receipt_are_instants(settings: Settings) -> None:
    received_at = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    land(settings, "areas", [], received_at=received_at)
    assert read_ledger(settings)[0].received_at == received_at
