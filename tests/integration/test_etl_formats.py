"""Workbooks, Parquet and boundary files, and coordinates of other datums."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.load import load_files
from tests.support.etl_files import HEADER, load, make_settings, rows_of
from warehouse.settings import Settings

ROW = "B-1,pothole,2024-05-03 08:00:00,,-71.06,42.36,2,"
NAMES = HEADER.split(",")


def _workbook(path: Path, *rows: list[Any], sheet: str = "cases") -> None:
    frame = pl.DataFrame([dict(zip(NAMES, row, strict=True)) for row in rows], strict=False)
    frame.write_excel(path, worksheet=sheet)


def test_a_workbook_s_numbers_and_days_are_read(tmp_path: Path) -> None:
    file = tmp_path / "cases.xlsx"
    opened = datetime(2024, 5, 3, 8)  # noqa: DTZ001 - a workbook knows no zones
    _workbook(file, ["B-1", "pothole", opened, None, -71.06, 42.36, 2, None])
    settings = make_settings(tmp_path, format="excel")
    (report,) = load(settings, file)
    assert report.error is None
    landed = rows_of(settings, "landing")
    assert landed["reported_at"].to_list() == [datetime(2024, 5, 3, 12, tzinfo=UTC)]
    assert landed["dispatch_count"].to_list() == [2]
    assert landed["longitude"].to_list() == [-71.06]


def test_refused_rows_of_a_workbook_keep_their_cells_and_line(tmp_path: Path) -> None:
    file = tmp_path / "cases.xlsx"
    good = ["B-1", "pothole", "2024-05-03 08:00:00", None, None, None, None, None]
    bad = ["B-2", "dragon", "2024-05-03 08:00:00", None, None, None, None, None]
    _workbook(file, good, bad)
    settings = make_settings(tmp_path, format="excel")
    load(settings, file)
    refused = rows_of(settings, "quarantine")
    assert json.loads(refused["raw"].item())["kind"] == "dragon"
    assert (refused["source_row_number"].item(), refused["line_number"].item()) == (2, 3)


def test_a_sheet_that_is_not_there_is_named_with_those_there_are(tmp_path: Path) -> None:
    file = tmp_path / "cases.xlsx"
    _workbook(file, ["B-1"] + [None] * 7)
    (report,) = load(make_settings(tmp_path, format="excel", sheet="May"), file)
    assert report.exit_code == 3
    assert '"May"' in str(report.error)
    assert "cases" in str(report.error)


@pytest.mark.parametrize("format_", ["excel", "parquet", "geojson", "shapefile"])
def test_a_file_of_another_format_than_declared_is_an_error(format_: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(f"{HEADER}\n{ROW}\n")
    (report,) = load(make_settings(tmp_path, format=format_), file)
    assert report.exit_code == 3
    assert "cases.csv" in str(report.error)


def test_parquet_keeps_its_types_and_its_instants(tmp_path: Path) -> None:
    file = tmp_path / "cases.parquet"
    moment = datetime(2024, 5, 3, 12, tzinfo=UTC)
    row = ["B-1", "pothole", moment, None, -71.06, 42.36, 2, moment]
    pl.DataFrame([dict(zip(NAMES, row, strict=True))]).write_parquet(file)
    settings = make_settings(tmp_path, format="parquet")
    (report,) = load(settings, file)
    assert report.error is None
    landed = rows_of(settings, "landing")
    assert landed["reported_at"].to_list() == [moment]
    assert landed["closed_at"].to_list() == [None]


def test_points_of_another_datum_land_as_cgcs2000(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(f"{HEADER}\nB-1,pothole,2024-05-03 08:00:00,,113.64,28.16,,\n")
    settings = make_settings(tmp_path, county="430181", datum="gcj02")
    load(settings, file)
    landed = rows_of(settings, "landing")
    # In Hunan the shift is about 0.0055 degrees east and 0.003 degrees south of true.
    assert landed["longitude"].item() == pytest.approx(113.6345, abs=0.002)
    assert landed["latitude"].item() == pytest.approx(28.163, abs=0.002)


def test_a_fallback_point_is_known_as_the_file_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    other = "B-2,pothole,2024-05-03 08:00:00,,113.64,28.17,,"
    file.write_text(f"{HEADER}\nB-1,pothole,2024-05-03 08:00:00,,113.64,28.16,,\n{other}\n")
    settings = make_settings(
        tmp_path,
        county="430181",
        datum="gcj02",
        fallback_points=[{"longitude": 113.64, "latitude": 28.16}],
    )
    (report,) = load(settings, file)
    assert rows_of(settings, "landing")["is_fallback_point"].to_list() == [True, False]
    assert report.batch is not None
    assert any("fallback point: 1" in note for note in report.batch.notes)


def _square(**properties: Any) -> dict[str, Any]:
    corners = [[113.1, 28.0], [113.2, 28.0], [113.2, 28.1], [113.1, 28.1], [113.1, 28.0]]
    geometry = {"type": "Polygon", "coordinates": [corners]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_features_land_with_their_boundary_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    good = _square(grid_code="g1", community_code="c1", population=120)
    bad = _square(grid_code=None, community_code="c1", population=-1)
    file = tmp_path / "grids.geojson"
    file.write_text(
        json.dumps({"type": "FeatureCollection", "features": [*[good] * 1, bad]}), encoding="utf-8"
    )
    source = tmp_path / "sources" / "sample_grids.yml"
    source.parent.mkdir()
    source.write_text("extends: sample_grids\ntolerance: 1\n")
    settings = Settings(home=tmp_path)
    (report,) = load_files("sample_grids", [file], settings=settings)
    assert report.error is None
    landed = rows_of(settings, "landing")
    assert landed["population"].to_list() == [120]
    assert landed["geometry_wkb"].null_count() == 0
    assert report.batch is not None
    assert report.batch.refused_by_reason == {"missing:grid_code": 1, "out_of_range:population": 1}
