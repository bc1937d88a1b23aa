"""Builds over landing: what is read, what is kept, what a failure or a kill leaves behind."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from tests.support.records import land
from warehouse.build import build
from warehouse.cli import main
from warehouse.errors import BuildError, BusyError, InputError, UsageError
from warehouse.lock import writer_lock
from warehouse.published import PublishedStore
from warehouse.settings import Settings
from warehouse.transform import WORK_FILE

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
CHILD = """
import os, signal, sys
from pathlib import Path
import warehouse.build
from tests.support.parsed import FOLDER, share
from warehouse.settings import Settings
from warehouse.transform import Transform

share(Path(os.environ[FOLDER]))

home, last = Path(sys.argv[1]), sys.argv[2]

def stop(name):
    if name.startswith(last):
        os.kill(os.getpid(), signal.SIGKILL)

warehouse.build.Transform = lambda settings: Transform(settings=settings, on_model=stop)
warehouse.build.build(settings=Settings(home=home), progress=stop)
"""


def case(number: str, **values: object) -> dict[str, object]:
    return {"case_number": number, "category_code": "x", "reported_at": NOON, **values}


def cases(settings: Settings, columns: str = "case_id, rework_count, batch_id") -> list[tuple]:
    query = f"select {columns} from mart.fct_cases order by case_id"
    return PublishedStore(settings).current().sql(query).rows()


def build_log(settings: Settings) -> list[str]:
    log = PublishedStore(settings).current().sql("select note from ops.build_log")
    return [note for note in log["note"] if note]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture(scope="module")
def home_with_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the cases 1 and 2 of the city, published as version 1."""
    home: Path = tmp_path_factory.mktemp("built") / "home"
    settings = Settings(home=home)
    land(settings, "city_cases", [case("1", due_at=NOON, closed_at=NOON), case("2")])
    assert build(settings=settings) == 1
    return home


@pytest.fixture
def built(home_with_cases: Path, tmp_path: Path) -> Settings:
    """A copy of that home, to build in again."""
    shutil.copytree(home_with_cases, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home")


def test_nothing_landed_is_bad_input(settings: Settings) -> None:
    with pytest.raises(InputError, match="nothing has landed"):
        build(settings=settings)


def test_only_new_batches_are_read_and_the_latest_version_of_a_record_stays(
    settings: Settings,
) -> None:
    at = [NOON + timedelta(hours=hours) for hours in range(4)]
    first = land(settings, "city_cases", [case("1", updated_at=at[1]), case("2", updated_at=at[1])])
    assert build(settings=settings) == 1
    late = land(
        settings,
        "city_cases",
        [
            case("1", updated_at=at[2], rework_count=2),
            case("2", updated_at=at[0], rework_count=9),
            case("3", updated_at=at[0]),
        ],
    )
    with duckdb.connect(str(settings.paths.work / WORK_FILE)) as con:
        staged = con.execute("select dataset, batch_id from control.staged_batches").fetchall()
    assert staged == [("city_cases", first)]
    assert build(settings=settings) == 2
    assert cases(settings) == [
        ("test_source:1", 2, late),
        ("test_source:2", 0, first),
        ("test_source:3", 0, late),
    ]
    assert build(settings=settings) == 3
    assert len(cases(settings)) == 3


def test_equal_update_times_are_decided_by_the_receipt(settings: Settings) -> None:
    land(settings, "city_cases", [case("1", rework_count=1)])
    land(settings, "city_cases", [case("1", rework_count=2), case("1", rework_count=3)])
    build(settings=settings)
    assert [count for _, count, _ in cases(settings)] == [3]


def test_a_full_refresh_gives_the_same_totals(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "the mayor's 数据")
    land(settings, "grid_events", [case("1"), case("2", closed_at=NOON)])
    build(settings=settings)
    before = cases(settings, "*")
    assert build(settings=settings, full_refresh=True) == 2
    assert cases(settings, "*") == before


def test_a_column_that_an_older_file_lacks_reads_as_null(settings: Settings) -> None:
    land(settings, "city_cases", [case("1")], leave_out=["severity_code"])
    land(settings, "city_cases", [case("2", severity_code="high")])
    build(settings=settings)
    assert cases(settings, "case_id, severity_code") == [
        ("test_source:1", None),
        ("test_source:2", "high"),
    ]


def test_a_batch_gone_from_landing_is_gone_from_the_totals(settings: Settings) -> None:
    gone = land(settings, "city_cases", [case("1")])
    land(settings, "city_cases", [case("2")])
    build(settings=settings)
    folder = settings.paths.landing / "city_cases" / f"batch={gone}"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    build(settings=settings)
    assert [row[0] for row in cases(settings)] == ["test_source:2"]
    assert any("gone from landing" in note for note in build_log(settings))


def test_a_work_file_that_cannot_be_read_is_rebuilt_from_landing(built: Settings) -> None:
    (built.paths.work / WORK_FILE).write_bytes(b"no database" * 1000)
    assert build(settings=built) == 2
    assert len(cases(built)) == 2
    assert any("rebuilt from landing" in note for note in build_log(built))


def test_each_county_has_its_own_now_and_a_pin_holds_for_one_build(settings: Settings) -> None:
    land(settings, "grid_events", [case("1"), case("2", reported_at=NOON + timedelta(days=1))])
    land(
        settings,
        "city_cases",
        [case("1", closed_at=NOON + timedelta(hours=1), updated_at=NOON + timedelta(hours=1))],
        source_id="boston_311",
        county_code="boston",
    )
    query = "select county_code, as_of_at, as_of_date, is_pinned from ops.build order by all"
    build(settings=settings, as_of={"boston": datetime(2026, 11, 2, 7, 30)})  # noqa: DTZ001  (local)
    eastern = timezone(timedelta(hours=-5))
    assert PublishedStore(settings).current().sql(query).rows() == [
        ("430181", NOON + timedelta(days=1), date(2026, 11, 3), False),
        ("boston", datetime(2026, 11, 2, 7, 30, tzinfo=eastern), date(2026, 11, 2), True),
    ]
    columns = "case_id, is_closed, reported_date"
    assert cases(settings, columns) == [
        ("boston_311:1", False, date(2026, 11, 2)),
        ("test_source:1", False, date(2026, 11, 2)),
        ("test_source:2", False, date(2026, 11, 3)),
    ]
    build(settings=settings)
    assert cases(settings, columns)[0] == ("boston_311:1", True, date(2026, 11, 2))
    with pytest.raises(UsageError, match="bostn"):
        build(settings=settings, as_of={"bostn": NOON})


def test_a_failing_test_stops_publication_and_names_itself(built: Settings) -> None:
    land(built, "city_cases", [case("3", closed_at=NOON - timedelta(hours=1))])
    with pytest.raises(BuildError, match=r"milestones_follow_the_report_fct_cases_: 1 ") as caught:
        build(settings=built)
    assert caught.value.exit_code == 5
    assert PublishedStore(built).current().version == 1
    assert len(cases(built)) == 2


def test_another_writer_is_told_apart(settings: Settings) -> None:
    land(settings, "city_cases", [case("1")])
    with writer_lock(settings, doing="load"), pytest.raises(BusyError, match="load"):
        build(settings=settings)


def test_a_work_file_open_in_another_process_is_left_alone(built: Settings) -> None:
    file = built.paths.work / WORK_FILE
    code = f"import duckdb; c = duckdb.connect({str(file)!r}); print(1, flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(BusyError, match="another process has it open"):
            build(settings=built)
    finally:
        other.communicate(b"\n")
    assert build(settings=built) == 2


@pytest.mark.parametrize(
    "last", ["prepare", "stg_urban_management__city_cases", "int_cases__unified", "fct_cases"]
)
def test_a_build_killed_anywhere_is_continued_by_the_next(built: Settings, last: str) -> None:
    land(built, "city_cases", [case("2", updated_at=NOON, rework_count=1), case("3")])
    killed = subprocess.run(
        [sys.executable, "-c", CHILD, str(built.home), last],
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ},
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(cases(built)) == 2
    build(settings=built)
    assert [row[:2] for row in cases(built)] == [
        ("test_source:1", 0),
        ("test_source:2", 1),
        ("test_source:3", 0),
    ]


def test_the_command_line_builds_and_tells_the_status(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"GRIDGOV_HOME": str(settings.home)}
    assert main(["status"], environ) == 0
    assert "published version: —" in capsys.readouterr().out
    land(settings, "city_cases", [case("1")], refused={"closed_before_reported": 2})
    assert main(["build", "--as-of", "2026-11-03T00:00:00"], environ) == 0
    out = capsys.readouterr().out
    assert "published version 1" in out
    assert "2026-11-03T00:00:00+08:00, 固定 / pinned" in out
    (settings.paths.published / ".build_9.duckdb").touch()
    assert main(["status", "--format", "json"], environ) == 0
    out = capsys.readouterr().out
    assert '"leftovers": [\n  ".build_9.duckdb"\n ]' in out
    assert '"closed_before_reported",\n   "row_count": 2' in out
    assert main(["build", "--county", "430181"], environ) == 2
    assert main(["build", "--as-of", "yesterday"], environ) == 2


def test_every_published_version_keeps_its_values(built: Settings) -> None:
    build(settings=built)
    query = """
        select version, value from kpi.published_values
        where kpi_id = 'on_time_resolution_rate' and area_level = 'county'
        order by version
    """
    assert PublishedStore(built).current().sql(query).rows() == [(1, 1.0), (2, 1.0)]


def test_the_work_file_is_free_after_a_build(built: Settings) -> None:
    land(built, "city_cases", [case("3")])
    build(settings=built)
    code = f"import duckdb; duckdb.connect({str(built.paths.work / WORK_FILE)!r})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with duckdb.connect(str(built.paths.work / WORK_FILE)) as con:
        leftovers = con.execute(
            "select table_name from information_schema.tables where table_name like '%__dbt_%'"
        ).fetchall()
    assert leftovers == []
