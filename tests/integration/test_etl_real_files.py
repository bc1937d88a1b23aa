"""Files that nobody here made. Each test is skipped, saying so, where its file is not at hand."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from etl.load import load_files
from tests.support.etl_files import rows_of
from tests.support.shared_data import shared_data
from warehouse.settings import Settings

REQUESTS = "boston_311_2011h2/311_service_requests_2011.csv"


@pytest.fixture(scope="module")
def boston(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Landed requests of Boston."""
    settings = Settings(home=tmp_path_factory.mktemp("boston"))
    (report,) = load_files("boston_311", [shared_data(REQUESTS)], settings=settings)
    assert report.batch is not None
    assert report.batch.rows_read == 58_251
    assert report.batch.rows_refused == 0
    return rows_of(settings, "landing")


def test_every_request_of_boston_lands(boston: pl.DataFrame) -> None:
    assert boston.height == 58_251
    assert boston["source_row_number"].to_list() == list(range(1, 58_252))


def test_what_boston_leaves_open_stays_open(boston: pl.DataFrame) -> None:
    assert boston["closed_at"].null_count() == 3_681
    assert boston["due_at"].null_count() == 10_981


def test_boston_s_fallback_point_is_flagged(boston: pl.DataFrame) -> None:
    assert boston["is_fallback_point"].sum() == 4_775


def test_boston_s_local_times_are_the_file_s(boston: pl.DataFrame) -> None:
    raw = pl.read_csv(shared_data(REQUESTS), infer_schema_length=0)
    local = boston["reported_at"].dt.convert_time_zone("America/New_York")
    assert local.dt.strftime("%Y-%m-%d %H:%M:%S").to_list() == raw["open_dt"].to_list()


def test_values_are_the_file_s(boston: pl.DataFrame) -> None:
    raw = pl.read_csv(shared_data(REQUESTS), infer_schema_length=0)
    assert boston["case_number"].to_list() == raw["case_enquiry_id"].to_list()
    assert boston["category_code"].to_list() == raw["type"].str.strip_chars().to_list()
    assert boston["department_code"].to_list() == raw["department"].to_list()


@pytest.mark.parametrize(
    ("source", "file", "count"),
    [
        ("boston_zipcodes", "boston_zipcodes.geojson", 32),
        ("boston_police_districts", "boston_police_districts_shp.zip", 12),
    ],
)
def test_areas_of_boston_land_with_their_boundaries(
    source: str, file: str, count: int, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    load_files(source, [shared_data(f"boston_311_2011h2/{file}")], settings=settings)
    areas = rows_of(settings, "landing")
    assert areas["area_code"].n_unique() == count
    assert areas["geometry_wkb"].null_count() == 0


def _messages(encoding: str, home: Path, **columns: str) -> Settings:
    source = {
        "name": {"zh": "留言", "en": "Messages"},
        "dataset": "grid_events",
        "county": "430181",
        "format": "csv",
        "encoding": encoding,
        "columns": columns,
        "constants": {"category_code": "message"},
        "date_formats": ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d"],
        "tolerance": 1.0,
    }
    settings = Settings(home=home)
    settings.paths.sources.mkdir(parents=True)
    text = yaml.safe_dump(source, allow_unicode=True)
    (settings.paths.sources / "messages.yml").write_text(text, encoding="utf-8")
    return settings


def test_gb18030_declared_as_gbk_is_refused_at_the_byte_where_it_shows(tmp_path: Path) -> None:
    file = shared_data("dirty_files/messages_gb18030.csv")
    settings = _messages("gbk", tmp_path, case_number="留言编号", reported_at="first")
    (report,) = load_files("messages", [file], settings=settings)
    with pytest.raises(UnicodeDecodeError) as first:
        file.read_bytes().decode("gbk")
    assert report.exit_code == 3
    assert f"byte {first.value.start:,} " in str(report.error)
    assert "gbk" in str(report.error)


def test_gb18030_declared_as_such_is_read_to_the_last_row(tmp_path: Path) -> None:
    file = shared_data("dirty_files/messages_gb18030.csv")
    settings = _messages("gb18030", tmp_path, case_number="留言编号", reported_at="first")
    (report,) = load_files("messages", [file], settings=settings)
    assert report.batch is not None
    assert report.batch.rows_read == 2_816


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_korean_that_decodes_as_gbk_is_refused_at_its_first_letter(
    encoding: str, tmp_path: Path
) -> None:
    file = shared_data("dirty_files/korean_cp949_looks_like_gbk.csv")
    header = file.read_bytes().decode(encoding).splitlines()[0]
    number, moment = (name.strip('"') for name in header.split(",")[:2])
    settings = _messages(encoding, tmp_path, case_number=number, reported_at=moment)
    (report,) = load_files("messages", [file], settings=settings)
    assert report.exit_code == 3
    assert "byte 1 " in str(report.error)
    assert "cp949" in str(report.error)


def test_a_gbk_file_is_read_to_the_last_row(tmp_path: Path) -> None:
    file = shared_data("dirty_files/quarter_gbk.csv")
    settings = _messages("gbk", tmp_path, case_number="国家", reported_at="年度")
    (report,) = load_files("messages", [file], settings=settings)
    assert report.batch is not None
    text = file.read_bytes().decode("gbk")
    assert report.batch.rows_read == len(text.splitlines()) - 1
    # A year alone is no day: nothing is guessed.
    assert report.batch.refused_by_reason["not_a_date:reported_at"] == report.batch.rows_read


@pytest.mark.parametrize(
    ("file", "columns", "level", "count"),
    [
        ("towns.csv", {"division_code": "code12_nbs2023", "division_name": "name"}, "town", 32),
        ("villages.csv", {"division_code": "code12", "division_name": "name"}, "community", 326),
    ],
)
def test_divisions_of_liuyang_land_with_their_codes(
    file: str, columns: dict[str, str], level: str, count: int, tmp_path: Path
) -> None:
    path = shared_data(f"liuyang_codes/{file}")
    source = {
        "name": {"zh": "区划", "en": "Divisions"},
        "dataset": "divisions",
        "county": "430181",
        "format": "csv",
        "encoding": "utf-8",
        "columns": columns,
        "constants": {"edition_date": "2023-01-01", "division_level": level},
    }
    settings = Settings(home=tmp_path)
    settings.paths.sources.mkdir(parents=True)
    (settings.paths.sources / "own.yml").write_text(yaml.safe_dump(source, allow_unicode=True))
    (report,) = load_files("own", [path], settings=settings)
    assert report.error is None
    landed = rows_of(settings, "landing")
    assert landed.height == count
    assert landed["division_code"].str.len_bytes().unique().to_list() == [12]
    raw = pl.read_csv(path, infer_schema_length=0)
    assert landed["division_name"].to_list() == raw["name"].to_list()
