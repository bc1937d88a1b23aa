"""A database source against a real PostgreSQL: every record once, whatever is cut off and when."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from etl.extraction import load_live
from etl.load import BatchReport, load_files
from tests.support.etl_files import rows_of
from tests.support.postgresql import PASSWORD, Server, running_server
from warehouse.errors import InputError, UsageError
from warehouse.ledger import read_ledger
from warehouse.settings import Settings

START = datetime(2024, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CUTS = 20


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for the module; each test has a table of its own."""
    with running_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _table(server: Server) -> None:
    """An empty table of cases."""
    server.execute("drop table if exists cases")
    server.execute(
        "create table cases (number text, kind text, opened timestamptz, visits numeric, "
        "updated timestamptz)"
    )


def _insert(server: Server, *rows: tuple[Any, ...]) -> None:
    server.execute(
        "insert into cases (number, kind, opened, visits, updated) values (%s, %s, %s, %s, %s)",
        many=rows,
    )


def _row(number: int, *, seconds: float | None = None, kind: str = "pothole") -> tuple[Any, ...]:
    """A case; its `updated` lies so many seconds after START, or as many as its number."""
    updated = START + timedelta(seconds=number if seconds is None else seconds)
    return (f"C-{number:04d}", kind, START, number % 7, updated)


def _settings(home: Path, **changes: Any) -> Settings:
    database = {
        "address_env": "CASES_DB",
        "table": "cases",
        "watermark": "updated",
        "keys": ["number"],
        "chunk_rows": 10,
        "overlap_seconds": 0,
        "retries": 0,
        **changes.pop("database", {}),
    }
    source = {
        "name": {"zh": "案件库", "en": "Case database"},
        "dataset": "city_cases",
        "county": "430181",
        "format": "database",
        "database": {name: value for name, value in database.items() if value is not None},
        "columns": {
            "case_number": "number",
            "category_code": "kind",
            "reported_at": "opened",
            "dispatch_count": "visits",
            "updated_at": "updated",
        },
        "codes": {"category_code": {"allowed": ["pothole", "graffiti"]}},
        "tolerance": 1.0,
        **changes,
    }
    settings = Settings(home=home)
    settings.paths.sources.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(source, allow_unicode=True)
    (settings.paths.sources / "cases.yml").write_text(text, encoding="utf-8")
    return settings


def _load(server: Server, settings: Settings, **options: Any) -> list[BatchReport]:
    options = {"received_at": NOW, **options}
    return load_live("cases", settings=settings, environ={"CASES_DB": server.address}, **options)


def _landed(settings: Settings) -> pl.DataFrame:
    return rows_of(settings, "landing")


def _counts(settings: Settings) -> Counter[str]:
    return Counter(_landed(settings)["case_number"].to_list())


def test_a_table_lands_in_chunks_and_then_there_is_nothing_new(
    server: Server, tmp_path: Path
) -> None:
    _insert(server, *map(_row, range(25)))
    settings = _settings(tmp_path)
    reports = _load(server, settings)
    assert [report.batch and report.batch.rows_read for report in reports] == [10, 10, 5]
    landed = _landed(settings)
    assert landed["case_number"].to_list() == [f"C-{number:04d}" for number in range(25)]
    assert landed["dispatch_count"].to_list() == [number % 7 for number in range(25)]
    assert landed["updated_at"].to_list() == [START + timedelta(seconds=one) for one in range(25)]
    assert _load(server, settings) == []


def test_a_query_is_asked_like_a_table(server: Server, tmp_path: Path) -> None:
    _insert(server, *map(_row, range(12)))
    query = "select *, upper(kind) as shout from cases where number <> 'C-0003';"
    settings = _settings(tmp_path, database={"table": None, "query": query}, ignored=["shout"])
    _load(server, settings)
    assert _landed(settings).height == 11


def test_ties_at_the_border_of_a_chunk_land_once_each(server: Server, tmp_path: Path) -> None:
    _insert(server, *(_row(number, seconds=number // 15) for number in range(45)))
    settings = _settings(tmp_path)
    _load(server, settings)
    assert _counts(settings) == Counter(f"C-{number:04d}" for number in range(45))
    _insert(server, _row(99, seconds=2))
    _load(server, settings)
    assert _counts(settings)["C-0099"] == 1
    assert _landed(settings).height == 46


def test_rows_committed_late_are_found_within_the_overlap(server: Server, tmp_path: Path) -> None:
    _insert(server, *map(_row, range(0, 40, 2)))
    settings = _settings(tmp_path, database={"overlap_seconds": 10})
    _load(server, settings)
    _insert(server, _row(31), _row(35), _row(3))
    reports = _load(server, settings)
    assert sum(report.batch.rows_landed for report in reports if report.batch) == 2
    counts = _counts(settings)
    assert (counts["C-0031"], counts["C-0035"], counts["C-0003"]) == (1, 1, 0)
    assert set(counts.values()) == {1}


def test_a_row_that_changes_while_it_is_read_lands_in_both_versions(
    server: Server, tmp_path: Path
) -> None:
    _insert(server, *map(_row, range(30)))
    settings = _settings(tmp_path)
    changed: list[str] = []

    def change(_: str) -> None:
        if not changed:
            changed.append("C-0002")
            server.execute(
                "update cases set kind = 'graffiti', updated = %s where number = 'C-0002'",
                [START + timedelta(hours=1)],
            )

    _load(server, settings, progress=change)
    versions = _landed(settings).filter(pl.col("case_number") == "C-0002").sort("updated_at")
    assert versions["category_code"].to_list() == ["pothole", "graffiti"]
    assert _landed(settings).height == 31


def test_times_without_a_zone_are_the_source_s(server: Server, tmp_path: Path) -> None:
    server.execute("alter table cases alter column updated type timestamp")
    _insert(server, ("C-1", "pothole", START, 1, datetime(2024, 5, 6, 14, 3)))  # noqa: DTZ001
    settings = _settings(tmp_path)
    _load(server, settings)
    assert _landed(settings)["updated_at"].to_list() == [datetime(2024, 5, 6, 6, 3, tzinfo=UTC)]
    assert _load(server, settings) == []


def test_a_number_may_be_the_watermark(server: Server, tmp_path: Path) -> None:
    server.execute("alter table cases add column sequence bigserial")
    insert = "insert into cases (number, kind, opened) values (%s, 'pothole', now())"
    server.execute(insert, many=[(f"C-{one}",) for one in range(15)])
    settings = _settings(tmp_path, database={"watermark": "sequence"})
    _load(server, settings)
    server.execute(insert, many=[("C-new",)])
    (report,) = _load(server, settings)
    assert report.batch is not None
    assert report.batch.rows_landed == 1
    assert _landed(settings).height == 16


def test_rows_without_a_watermark_are_told_and_the_others_land(
    server: Server, tmp_path: Path
) -> None:
    _insert(server, *map(_row, range(3)), ("C-9999", "pothole", START, 1, None))
    settings = _settings(tmp_path)
    *_, last = _load(server, settings)
    assert last.exit_code == 3
    assert "1 行读不到" in str(last.error)
    assert "updated, number is null" in str(last.error)
    assert _landed(settings).height == 3


def test_a_clock_that_is_wrong_does_not_hide_what_follows(server: Server, tmp_path: Path) -> None:
    _insert(server, _row(1), _row(2, seconds=1e9))
    settings = _settings(tmp_path)
    _load(server, settings)
    _insert(server, ("C-0003", "pothole", START, 1, NOW + timedelta(minutes=1)))
    _load(server, settings, received_at=NOW + timedelta(minutes=2))
    assert _counts(settings) == Counter(["C-0001", "C-0002", "C-0003"])


def test_a_refused_row_is_refused_once(server: Server, tmp_path: Path) -> None:
    _insert(server, _row(1), _row(2, kind="dragon"), _row(3))
    settings = _settings(tmp_path, database={"overlap_seconds": 3600})
    _load(server, settings)
    assert _load(server, settings) == []
    (batch,) = read_ledger(settings)
    assert batch.refused_by_reason == {"unknown_category_code": 1}


def test_a_batch_refused_whole_stops_the_extraction_and_is_tried_again(
    server: Server, tmp_path: Path
) -> None:
    _insert(server, *(_row(number, kind="dragon") for number in range(15)))
    (report,) = _load(server, _settings(tmp_path, tolerance=0.0))
    assert report.exit_code == 3
    allowed = {"category_code": {"allowed": ["dragon"]}}
    settings = _settings(tmp_path, tolerance=0.0, codes=allowed)
    _load(server, settings)
    assert _landed(settings).height == 15


def test_keys_that_do_not_tell_rows_apart_are_an_error(server: Server, tmp_path: Path) -> None:
    _insert(server, _row(1), _row(1))
    (report,) = _load(server, _settings(tmp_path))
    assert "updated, number = " in str(report.error)
    assert "add a column to keys" in str(report.error)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"keys": ["id"]}, '"id" does not exist'),
        ({"table": "nowhere"}, '"nowhere" does not exist'),
        ({"table": None, "query": "selec 1"}, "syntax error"),
    ],
)
def test_what_the_database_says_is_told(
    changes: dict[str, Any], says: str, server: Server, tmp_path: Path
) -> None:
    (report,) = _load(server, _settings(tmp_path, database=changes))
    assert report.exit_code == 3
    assert says in str(report.error)


def test_no_message_and_no_file_has_the_address_in_it(server: Server, tmp_path: Path) -> None:
    _insert(server, *map(_row, range(3)))
    settings = _settings(tmp_path)
    _load(server, settings)
    messages = []
    for address in (
        server.address.replace(PASSWORD, "wrong-pa55word"),
        f"postgresql+psycopg://collector:{PASSWORD}@127.0.0.1:1/postgres",
        f"nonsense://collector:{PASSWORD}@127.0.0.1/postgres",
        f"collector:{PASSWORD}",
    ):
        try:
            reports = load_live("cases", settings=settings, environ={"CASES_DB": address})
            messages += [str(report.error) for report in reports]
        except InputError as error:
            messages.append(str(error))
    assert len(messages) == 4
    hidden = (PASSWORD, "wrong-pa55word", "collector", "127.0.0.1", str(server.port))
    assert [part for part in hidden for message in messages if part in message] == []
    assert all("CASES_DB" in message for message in messages)
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert not any(PASSWORD.encode() in content for content in written)


def test_rows_about_persons_are_taken_apart_and_their_prints_tell_nothing(
    server: Server, tmp_path: Path
) -> None:
    server.execute("drop table if exists roll")
    server.execute(
        "create table roll as select '99000119600101001X' as id_number, '甲某' as person_name, "
        "'disabled' as group_code, 'weekly' as need_level_code, date '2023-05-06' as "
        "roll_from_date, timestamptz '2024-05-06 14:03:00+08' as updated_at"
    )
    columns = ["id_number", "person_name", "group_code", "need_level_code", "roll_from_date"]
    prints = set()
    for home in (tmp_path / "a", tmp_path / "b"):
        settings = _settings(
            home,
            dataset="special_group_roll",
            columns={name: name for name in (*columns, "updated_at")},
            codes={},
            database={
                "table": "roll",
                "watermark": "updated_at",
                "keys": ["id_number", "group_code"],
                "overlap_seconds": 3600,
            },
        )
        _load(server, settings)
        assert _load(server, settings) == []
        (batch,) = read_ledger(settings)
        assert batch.rows_landed == 1
        assert _landed(settings)["roll_from_date"].to_list() == [date(2023, 5, 6)]
        prints.add((batch.extraction or {})["prints"])
        written = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
        for clear in ("99000119600101001X", "甲某"):
            assert not any(clear.encode() in content for content in written)
    # Each home has a key of its own.
    assert len(prints) == 2


def test_an_address_that_is_not_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="CASES_DB is not set"):
        load_live("cases", settings=_settings(tmp_path), environ={})


def test_files_and_live_sources_are_not_mixed_up(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    file = tmp_path / "x.csv"
    file.write_text("a\n")
    (report,) = load_files("cases", [file], settings=settings)
    assert "gridgov load cases" in str(report.error)
    with pytest.raises(UsageError, match="takes files"):
        load_live("boston_311", settings=settings, environ={})


def test_a_connection_cut_in_passing_is_made_again(server: Server, tmp_path: Path) -> None:
    _insert(server, *map(_row, range(25)))
    settings = _settings(tmp_path, database={"retries": 2})
    reports = _load(server, settings, progress=lambda _: server.cut_others())
    assert [report.error for report in reports] == [None, None, None]
    assert _landed(settings).height == 25


CUT_IN_THE_MIDDLE = """
create table if not exists armed (number text);
truncate armed;
create or replace function passes(wanted text) returns boolean language plpgsql as $$
begin
    if exists (select from armed where armed.number = wanted) then
        perform pg_terminate_backend(pg_backend_pid());
        perform pg_sleep(10);
    end if;
    return true;
end $$;
"""


def test_twenty_cuts_lose_and_double_nothing(server: Server, tmp_path: Path) -> None:
    """In the middle of a query, of the server or of this process, while more rows come in."""
    more = 500
    _insert(server, *(_row(number, seconds=number // 7) for number in range(more)))
    server.execute(CUT_IN_THE_MIDDLE)
    query = {"table": None, "query": "select * from cases where passes(number)"}
    settings = _settings(tmp_path, database={**query, "chunk_rows": 9, "overlap_seconds": 2})
    cuts, in_call, errors, is_down = 0, 0, 0, False

    def cut(_: str) -> None:
        nonlocal cuts, in_call, more, is_down
        in_call += 1
        if cuts == CUTS or in_call != 2:
            return
        cuts += 1
        _insert(server, *(_row(one, seconds=499 // 7) for one in range(more, more + 2)))
        more += 2
        if cuts % 5 == 0:
            server.kill()
            is_down = True
        elif cuts % 5 == 1:
            raise KeyboardInterrupt
        else:
            server.execute("insert into armed values ('C-0499')")

    for _ in range(3 * CUTS):
        in_call = 0
        try:
            reports = _load(server, settings, progress=cut)
        except KeyboardInterrupt:
            continue
        if not in_call:
            break
        errors += sum(report.error is not None for report in reports)
        if is_down:
            server.start()
            is_down = False
        server.execute("truncate armed")
    assert (cuts, errors) == (CUTS, CUTS - CUTS // 5)
    assert _counts(settings) == Counter(f"C-{number:04d}" for number in range(more))
    batches = [batch for batch in read_ledger(settings) if batch.status == "landed"]
    assert sum(batch.rows_read for batch in batches) == more
