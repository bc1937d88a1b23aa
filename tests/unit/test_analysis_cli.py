"""`gridgov analyse` on a made county: sentences above a table, fields in JSON, clear refusals."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.county import publish_county
from warehouse.cli import main

RATE = "on_time_resolution_rate"
OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    home = tmp_path_factory.mktemp("home")
    publish_county(home)
    return {"GRIDGOV_HOME": str(home)}


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        ((RATE, "--as", "funnel", "--by", "town"), "控制限", "limits"),
        ((RATE, "--as", "smoothed", "--by", "town"), "收缩", "drawn to"),
        ((RATE, "--as", "trend"), "个完整月份", "whole months"),
        ((RATE, "--as", "change", *OCTOBER), "环比:", "Against the period before:"),
        ((RATE, "--as", "change", "--by", "town", *OCTOBER), "其中", "percentage points,"),
        ((RATE, "--as", "effect"), "结论:", "Conclusion:"),
    ],
)
def test_an_analysis_speaks_both_languages(
    environ: Mapping[str, str],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    zh: str,
    en: str,
) -> None:
    assert main(["analyse", *arguments], environ) == 0
    printed = capsys.readouterr().out
    assert zh in printed
    assert en in printed
    assert main(["analyse", *arguments, "--format", "json"], environ) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["kpi_id"] == RATE
    assert set(content["sentences"][0]) == {"zh", "en"}
    assert content["rows"]


def test_what_cannot_be_analysed_is_said(
    environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", RATE, "--as", "funnel"], environ) == 2
    assert "exactly one dimension" in capsys.readouterr().err
    assert main(["analyse", RATE, "--as", "contributions"], environ) == 2
    assert "is not a score" in capsys.readouterr().err
    assert main(["analyse", RATE, "--as", "trend", "--by", "town"], environ) == 2
    assert "use --where" in capsys.readouterr().err


def test_rows_alone_are_csv(environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["analyse", RATE, "--as", "funnel", "--by", "town", "--format", "csv"]
    assert main(arguments, environ) == 0
    assert capsys.readouterr().out.startswith("area_code,value,numerator,denominator,low_95,")


def test_the_folder_of_the_county_is_not_written_to(environ: Mapping[str, str]) -> None:
    assert {file.name for file in Path(environ["GRIDGOV_HOME"]).iterdir()} == {"published"}
