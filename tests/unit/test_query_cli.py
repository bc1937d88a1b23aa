"""`gridgov kpi`, `receipt` and `sql` over a small published file."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.marts import COUNTY, ZONE, area, case, marts
from tests.support.random_facts import AREAS, random_facts
from warehouse.catalogue import Kpi, load_catalogue
from warehouse.cli import main
from warehouse.published import people_file
from warehouse.query import COLUMNS

ON_TIME = {"is_due_to_close": True, "is_closed": True, "is_closed_on_time": True}
LATE = {"is_due_to_close": True, "is_closed": True}
ONE_OF_EACH_KIND = {(kpi.kind, kpi.counted): kpi for kpi in load_catalogue().values()}
KEYS_OF_THE_DESIGN = [
    "kpi_id",
    "area_code",
    "area_level",
    "department_code",
    "category_code",
    "channel_code",
    "period_start_date",
    "period_end_date",
    "value",
    "numerator",
    "denominator",
    "excluded_count",
    "not_yet_due_count",
    "interval_low",
    "interval_high",
    "is_provisional",
    "target",
    "status",
    "as_of_at",
    "version",
]


def at(day: int) -> datetime:
    return datetime(2026, 10, day, 9, tzinfo=ZONE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    folder.mkdir()
    marts(
        folder,
        cases=[
            case("a", at(1), town_code="A", department_code="x", **ON_TIME),
            case("b", at(2), town_code="A", department_code="y", **LATE),
            case("c", at(31), town_code="B", department_code="x", **ON_TIME),
            case("d", at(5), town_code="B", department_code="x", is_void=True),
        ],
        areas=[area("town", "A"), area("town", "B")],
        batches=[
            {
                "batch_id": "20261115-0001",
                "source_id": "sample_city_cases",
                "file_name": "案件.csv",
            }
        ],
    )
    (folder / "current").symlink_to("serve_1.duckdb")
    return tmp_path


class Run:
    """One command: exit code and what it printed."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], *args: str) -> None:
        capsys.readouterr()
        self.code = main(list(args), {"GRIDGOV_HOME": str(home)})
        printed = capsys.readouterr()
        self.out, self.error = printed.out, printed.err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def test_the_json_has_the_keys_of_the_design_first(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(home, capsys, "kpi", "on_time_resolution_rate", "--format", "json")
    assert run.code == 0
    [row] = run.json
    assert list(row) == list(COLUMNS)
    assert list(row)[: len(KEYS_OF_THE_DESIGN)] == KEYS_OF_THE_DESIGN
    assert (row["numerator"], row["denominator"], row["excluded_count"]) == (2, 3, 1)
    assert row["value"] == 2 / 3
    assert row["as_of_at"] == "2026-11-15T18:00:00+08:00"


def test_both_days_are_in_the_period(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    period = ("--from", "2026-10-02", "--to", "2026-10-31", "--format", "json")
    [row] = Run(home, capsys, "kpi", "on_time_resolution_rate", *period).json
    assert (row["period_start_date"], row["period_end_date"]) == ("2026-10-02", "2026-11-01")
    assert row["denominator"] == 2


@pytest.mark.parametrize(
    "by",
    [
        ("--by", "town", "--by", "department"),
        ("--by", "town,department"),
        ("--by", "town_code,department_code"),
        ("--by", "乡镇街道,department"),
    ],
)
def test_slices_have_several_spellings(
    home: Path, capsys: pytest.CaptureFixture[str], by: tuple[str, ...]
) -> None:
    run = Run(home, capsys, "kpi", "on_time_resolution_rate", *by, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert [(row["area_code"], row["department_code"]) for row in rows] == [
        ("A", "x"),
        ("A", "y"),
        ("B", "x"),
        ("B", "y"),
    ]
    assert [row["value"] for row in rows] == ["1", "0", "1", ""]


def test_where_may_be_repeated(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--where", "town_code=A", "--where", "town=B", "--where", "department=x")
    [row] = Run(home, capsys, "kpi", "on_time_resolution_rate", *where, "--format", "json").json
    assert row["denominator"] == 2


def test_the_table_says_what_is_shown_and_leaves_out_what_is_empty(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(home, capsys, "kpi", "on_time_resolution_rate", "--by", "town")
    assert run.out.startswith("按期结案率 On-time resolution rate · 430181 · 截至 as of 2026-11-15")
    assert "channel_code" not in run.out
    assert len(run.out.splitlines()) == 5


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("kpi", "backlog"), "open_backlog"),
        (("kpi", "open_backlog", "--by", "street"), "town"),
        (("kpi", "open_backlog", "--where", "town"), "NAME=CODE"),
        (("kpi", "open_backlog", "--where", "town=Z"), "A, B"),
        (("kpi", "open_backlog", "--county", "boston"), COUNTY),
        (("kpi", "open_backlog", "--from", "1 October"), "YYYY-MM-DD"),
        (("kpi", "open_backlog", "--from", "2027-01-01"), "2026-11-15"),
        (("receipt", "open_backlog", "--by", "town"), "where"),
        (("receipt", "open_backlog", "--role", "guilty"), "numerator"),
        (("sql", "select nothing"), "nothing"),
        (("sql", "drop table mart.fct_cases"), "read-only"),
        (("sql", "select * from read_csv('/etc/passwd')"), "disabled"),
        (("sql", "set enable_external_access = true"), "onfiguration"),
        (("sql", "copy (select 1) to '/tmp/leak.csv'"), "disabled"),
        (("sql", ""), "查询 / query"),
    ],
)
def test_what_cannot_be_asked_exits_2_and_says_why(
    home: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], message: str
) -> None:
    run = Run(home, capsys, *args)
    assert run.code == 2
    assert message in run.error
    assert run.out == ""


def test_a_receipt_leads_from_the_value_to_the_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = Run(home, capsys, "receipt", "on_time_resolution_rate", "--format", "json").json
    assert receipt["kpi"]["numerator"] == "is_closed_on_time"
    assert receipt["value"]["denominator"] == 3
    assert [row["role"] for row in receipt["rows"]] == [
        "numerator",
        "numerator",
        "denominator",
        "excluded",
    ]
    first = receipt["rows"][0]
    assert (first["batch_id"], first["file_name"], first["source_row_number"]) == (
        "20261115-0001",
        "案件.csv",
        1,
    )


def test_a_receipt_shows_the_definition(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(home, capsys, "receipt", "on_time_resolution_rate", "--limit", "1")
    for text in ("公式 formula", "is_duplicate", "numerator", "案件.csv"):
        assert text in run.out
    rows = Run(home, capsys, "receipt", "open_backlog", "--role", "numerator", "--format", "csv")
    assert len(rows.out.splitlines()) == 1 + 4


@pytest.fixture(scope="module")
def home_with_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    folder = home / "published"
    folder.mkdir()
    facts = random_facts(rows=30)
    marts(folder, cases=facts.pop("fct_cases"), facts=facts, areas=AREAS)
    (folder / "current").symlink_to("serve_1.duckdb")
    return home


def test_persons_are_counted_where_their_file_can_be_read(
    home_with_people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kpi_id in ("volunteer_hours", "file_rate", "visit_coverage_rate"):
        [row] = Run(home_with_people, capsys, "kpi", kpi_id, "--format", "json").json
        assert row["kpi_id"] == kpi_id
        assert list(row)[: len(KEYS_OF_THE_DESIGN)] == KEYS_OF_THE_DESIGN


def test_without_the_file_about_persons_their_kpis_say_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(home, capsys, "kpi", "file_rate")
    assert (run.code, run.out) == (2, "")
    assert people_file(1) in run.error
    assert Run(home, capsys, "kpi", "open_backlog").code == 0


def test_a_slice_that_a_kpi_lacks_names_the_ones_it_has(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(home, capsys, "kpi", "turnout_rate", "--by", "channel")
    assert run.code == 2
    assert run.error.rstrip().endswith("allowed: category, community, department, stage, town")


@pytest.mark.parametrize("kpi", ONE_OF_EACH_KIND.values(), ids=lambda kpi: kpi.kind)
def test_every_kind_has_a_table_and_those_with_rows_a_definition(
    home_with_people: Path, capsys: pytest.CaptureFixture[str], kpi: Kpi
) -> None:
    table = Run(home_with_people, capsys, "kpi", kpi.kpi_id, "--by", "year").out
    assert table.startswith(f"{kpi.name.zh} {kpi.name.en} · {COUNTY} · 截至 as of 2026-11-15")
    receipt = Run(home_with_people, capsys, "receipt", kpi.kpi_id, "--limit", "1")
    if kpi.kind == "score" or kpi.is_personal:
        assert receipt.code == 2
        assert kpi.kpi_id in receipt.error
    else:
        assert "公式 formula" in receipt.out
        assert "None" not in receipt.out


def test_sql_answers_in_three_formats(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = (
        "select case_id, reported_at, null as nothing, [1, 2] as pair from mart.fct_cases limit 1"
    )
    [row] = Run(home, capsys, "sql", query, "--format", "json").json
    assert row == {
        "case_id": "a",
        "reported_at": "2026-10-01T01:00:00+00:00",
        "nothing": None,
        "pair": [1, 2],
    }
    run = Run(home, capsys, "sql", query, "--format", "csv")
    assert run.out.splitlines()[1] == 'a,2026-10-01T01:00:00+00:00,,"[1, 2]"'
    table = Run(home, capsys, "sql", "select '浏阳' as 名称, 1 as n")
    assert table.out.splitlines() == ["名称  n", "────  ─", "浏阳  1"]
