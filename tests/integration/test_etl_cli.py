"""What the commands print, and the codes they end with."""

from pathlib import Path

import polars as pl
import pytest

from tests.support.etl_files import FIXTURES, make_settings
from warehouse.cli import main

BAD = FIXTURES / "bad" / "several_faults_in_one_row.csv"
GOOD = FIXTURES / "good" / "harbour_cases.csv"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that knows the source `harbour`."""
    make_settings(tmp_path)
    return tmp_path


def _run(home: Path, *arguments: object) -> int:
    return main([str(one) for one in arguments], {"GRIDGOV_HOME": str(home)})


def test_a_load_tells_counts_reasons_and_the_next_command(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(home, "load", "harbour", BAD) == 0
    told = capsys.readouterr().out
    for part in (
        "harbour → city_cases",
        "3 rows read",
        "2 landed",
        "1 refused",
        "unknown category code 1",
        "not a date (reported_at) 1",
        "gridgov quarantine show ",
        "gridgov build",
    ):
        assert part in told


def test_the_worst_of_several_files_is_the_exit_code(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(home, "load", "harbour", GOOD, FIXTURES / "bad" / "empty.csv") == 3
    captured = capsys.readouterr()
    assert "3 landed" in captured.out
    assert "错误 / error: empty.csv" in captured.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("load", "harbor", GOOD), 2),
        (("load", "harbour"), 2),
        (("load", "harbour", "nowhere.csv"), 3),
        (("load", "harbour", BAD, "--strict"), 3),
        (("load", "harbour", FIXTURES / "bad" / "missing_column.csv"), 3),
        (("quarantine", "show", "20200101-0001"), 2),
    ],
)
def test_exit_codes(arguments: tuple[object, ...], code: int, home: Path) -> None:
    assert _run(home, *arguments) == code


def test_refused_rows_are_listed_shown_and_exported(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(home, "load", "harbour", BAD)
    capsys.readouterr()
    assert _run(home, "quarantine", "list") == 0
    listed = capsys.readouterr().out
    batch_id = listed.split()[0]
    assert "1 of 3" in listed
    day, number = batch_id.split("-")
    assert _run(home, "quarantine", "show", f"{day}-{int(number):02d}") == 0
    shown = capsys.readouterr().out
    assert "row 2, line 3: missing:case_number, unknown_category_code" in shown
    assert '"kind": "dragon"' in shown
    out = home / "refused.csv"
    assert _run(home, "quarantine", "export", batch_id, "--out", out) == 0
    assert pl.read_csv(out)["source_row_number"].to_list() == [2]
    assert _run(home, "quarantine", "export", batch_id, "--out", home / "refused.xlsx") == 0
    assert _run(home, "quarantine", "export", batch_id, "--out", home / "refused.pdf") == 2


def test_sources_lists_built_in_and_own_ones(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(home, "sources") == 0
    told = capsys.readouterr().out
    assert "harbour " in told
    assert "boston_311" in told
