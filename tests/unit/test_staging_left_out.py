"""What a build need not stage again."""

from collections.abc import Iterator

import duckdb
import pytest

from warehouse.staging import left_out, remember

CITY_CASES = "path:models/staging/urban_management/stg_urban_management__city_cases.yml"
RESIDENTS = "path:models/staging/public_security/stg_public_security__residents.yml"
TESTS = ",resource_type:test"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("create schema control; create schema staging")
        for table in ("landing_files", "staged_batches"):
            con.execute(f"create table control.{table} (dataset varchar, batch_id varchar)")
        con.execute("insert into control.landing_files values ('city_cases', '1')")
        yield con


def _stage(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table staging.stg_urban_management__city_cases (x int)")
    con.execute("create table staging.stg_public_security__residents (x int)")
    con.execute("insert into control.staged_batches from control.landing_files")


def test_a_first_build_stages_all_and_tests_what_has_files(
    con: duckdb.DuckDBPyConnection,
) -> None:
    found = left_out(con, is_stale=False)
    assert CITY_CASES not in found
    assert RESIDENTS not in found
    assert RESIDENTS + TESTS in found
    assert CITY_CASES + TESTS not in found
    assert "path:seeds" not in found


def test_what_is_built_and_got_nothing_new_is_left_alone(con: duckdb.DuckDBPyConnection) -> None:
    _stage(con)
    remember(con)
    found = left_out(con, is_stale=False)
    assert {CITY_CASES, RESIDENTS, "path:seeds"} <= set(found)


def test_a_new_batch_is_staged(con: duckdb.DuckDBPyConnection) -> None:
    _stage(con)
    remember(con)
    con.execute("insert into control.landing_files values ('city_cases', '2')")
    found = left_out(con, is_stale=False)
    assert CITY_CASES not in found
    assert RESIDENTS in found


def test_what_a_failed_build_staged_is_tested_again(con: duckdb.DuckDBPyConnection) -> None:
    _stage(con)
    assert CITY_CASES not in left_out(con, is_stale=False)


def test_staging_that_is_defined_anew_is_read_whole(con: duckdb.DuckDBPyConnection) -> None:
    _stage(con)
    remember(con)
    found = left_out(con, is_stale=True)
    assert CITY_CASES not in found
    assert RESIDENTS not in found
