"""Files as departments really send them: what is read, and what is said of the rest."""

import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import yaml

from etl.contract_files import get_contract
from etl.load import load_files
from tests.support.etl_files import FIXTURES, HEADER, load, make_settings, rows_of
from warehouse.settings import Settings

GOOD = FIXTURES / "good" / "harbour_cases.csv"
ROW = "B-1,pothole,2024-05-03 08:00:00,,,,,"


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_zipped_file_is_read_like_the_file(encoding: str, tmp_path: Path) -> None:
    text = GOOD.read_text().replace("A-1", "井-1")
    file = _zip(
        tmp_path / "cases.zip", {"cases.csv": text.encode(encoding), "__MACOSX/cases": b"\0"}
    )
    settings = make_settings(tmp_path, encoding=encoding)
    (report,) = load(settings, file)
    assert report.error is None
    assert rows_of(settings, "landing")["case_number"].to_list() == ["井-1", "A-2", "A-3"]


def test_nothing_of_a_zipped_file_has_a_name_on_disk_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    def look(*_: Any, **__: Any) -> None:
        seen.extend(file for file in (tmp_path / "work").rglob("*") if file.is_file())

    monkeypatch.setattr("etl.readers.csv_file._header", look)
    file = _zip(tmp_path / "cases.zip", {"cases.csv": GOOD.read_bytes()})
    with pytest.raises(TypeError):
        load(make_settings(tmp_path), file)
    assert [one.name for one in seen if one.name != "writer.lock"] == []


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({}, "it holds 0"),
        ({"a.csv": b"", "b.csv": b""}, "it holds 2: a.csv, b.csv"),
    ],
)
def test_an_archive_holds_one_file(members: dict[str, bytes], says: str, tmp_path: Path) -> None:
    (report,) = load(make_settings(tmp_path), _zip(tmp_path / "cases.zip", members))
    assert report.exit_code == 3
    assert says in str(report.error)


def _labelled(dataset: str, home: Path, **changes: Any) -> Settings:
    """A home with the source `own`, whose files are headed by the contract's labels."""
    source = {
        "name": {"zh": "自报", "en": "Own"},
        "dataset": dataset,
        "county": "430181",
        "format": "csv",
        "encoding": "utf-8",
        "is_labelled": True,
        "tolerance": 1.0,
        **changes,
    }
    settings = Settings(home=home)
    settings.paths.sources.mkdir(parents=True)
    text = yaml.safe_dump(source, allow_unicode=True)
    (settings.paths.sources / "own.yml").write_text(text, encoding="utf-8")
    return settings


def test_codes_are_read_as_codes_labels_or_short(tmp_path: Path) -> None:
    settings = _labelled(
        "divisions",
        tmp_path,
        date_formats=["%Y-%m-%d"],
        optional=["standard_ref", "updated_at"],
    )
    labels = [column.label for column in get_contract("divisions").columns]
    rows = [
        {"区划代码": "430181001", "级别": "乡镇街道", "上级代码": "430181"},
        {"区划代码": "430181001001", "级别": "community", "上级代码": "430181001000"},
    ]
    frame = pl.DataFrame(
        [{"版次": "2023-01-01", "区划名称": "淮川街道", **row} for row in rows],
    )
    frame = frame.select(name for name in labels if name in frame.columns)
    file = tmp_path / "divisions.csv"
    frame.write_csv(file)
    (report,) = load_files("own", [file], settings=settings)
    assert report.error is None, report
    landed = rows_of(settings, "landing")
    assert landed["division_code"].to_list() == ["430181001000", "430181001001"]
    assert landed["parent_code"].to_list() == ["430181000000", "430181001000"]
    assert landed["division_level"].to_list() == ["town", "community"]


def test_a_title_over_the_header_of_a_workbook_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.merge_range(0, 0, 0, 7, "港务局案件表")
        for place, line in enumerate((HEADER, ROW), start=1):
            sheet.write_row(place, 0, line.split(","))
    settings = make_settings(tmp_path, format="excel", header_row=2)
    (report,) = load(settings, file)
    assert report.error is None
    assert rows_of(settings, "landing")["case_number"].to_list() == ["B-1"]
