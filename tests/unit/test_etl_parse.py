"""Text to types: times, numbers, codes."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import etl.check
from etl.check import judge
from etl.parse import typed
from etl.readers.extract import ROW, Extract
from etl.source import Source, get_source
from tests.support.etl_files import make_settings
from warehouse.counties import get_county
from warehouse.settings import Settings

BOSTON = ZoneInfo("America/New_York")


def _source(home: Path, **changes: Any) -> Source:
    return get_source(make_settings(home, **changes), "harbour")


def _extract(**columns: list[Any]) -> Extract:
    given = {"case_number": ["1"], "category_code": ["pothole"], **columns}
    height = max(len(values) for values in given.values())
    full = {name: one if len(one) == height else one * height for name, one in given.items()}
    rows = pl.DataFrame(full, strict=False)
    return Extract(
        frame=rows.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)),
        spelled={"longitude": "lon"},
        originals=lambda records: ["{}"] * len(records),
        lines=lambda records: [None] * len(records),
    )


def _typed(source: Source, *, zone: ZoneInfo = BOSTON, **columns: list[Any]) -> pl.DataFrame:
    return typed(_extract(**columns).frame, source=source, zone=zone)


def test_a_repeated_hour_is_its_first_occurrence(tmp_path: Path) -> None:
    frame = _typed(_source(tmp_path), reported_at=["2011-11-06 01:30:00"])
    assert frame["reported_at"].item() == datetime(2011, 11, 6, 5, 30, tzinfo=UTC)


def test_a_time_in_the_skipped_hour_is_no_moment(tmp_path: Path) -> None:
    frame = _typed(_source(tmp_path), reported_at=["2011-03-13 02:30:00", "2011-03-13 03:30:00"])
    assert frame["reported_at"].is_null().to_list() == [True, False]


def test_summer_and_winter_of_one_file_have_their_own_offsets(tmp_path: Path) -> None:
    frame = _typed(_source(tmp_path), reported_at=["2011-07-01 12:00:00", "2011-12-01 12:00:00"])
    assert [moment.hour for moment in frame["reported_at"]] == [16, 17]


def test_the_quick_way_for_one_offset_gives_the_zone_s_moments(tmp_path: Path) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    texts = ["2024-01-01 00:00:00", "2026-06-30 23:59:59"]
    frame = _typed(_source(tmp_path), zone=zone, reported_at=texts)
    expected = [datetime.fromisoformat(text).replace(tzinfo=zone) for text in texts]
    assert frame["reported_at"].to_list() == expected


def test_clocks_of_china_s_summer_time_are_seen(tmp_path: Path) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    frame = _typed(_source(tmp_path), zone=zone, reported_at=["1988-07-01 12:00:00"])
    assert frame["reported_at"].item() == datetime(1988, 7, 1, 3, tzinfo=UTC)


def test_formats_are_tried_in_turn_and_a_day_is_its_midnight(tmp_path: Path) -> None:
    source = _source(tmp_path, date_formats=["%Y-%m-%d %H:%M:%S", "%d.%m.%Y"])
    frame = _typed(source, reported_at=["2024-05-01 08:00:00", "02.05.2024"])
    assert [moment.hour for moment in frame["reported_at"]] == [12, 4]


def test_an_offset_in_the_text_wins_over_the_zone(tmp_path: Path) -> None:
    source = _source(tmp_path, date_formats=["%Y-%m-%dT%H:%M:%S%z"])
    frame = _typed(source, reported_at=["2024-05-01T08:00:00+0800"])
    assert frame["reported_at"].item() == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), (" 7 ", 7), ("7.0", 7), ("7.5", None), ("seven", None), ("", None), ("1e3", 1000)],
)
def test_whole_numbers(text: str, value: int | None, tmp_path: Path) -> None:
    frame = _typed(_source(tmp_path), dispatch_count=[text])
    assert frame["dispatch_count"].item() == value


@pytest.mark.parametrize("text", ["inf", "nan", "1,5", "4 2"])
def test_what_is_no_finite_number_is_refused(text: str, tmp_path: Path) -> None:
    moment = "2024-01-01 00:00:00"
    extract = _extract(longitude=[text], latitude=["42.3"], reported_at=[moment])
    county = get_county(Settings(home=tmp_path), "boston")
    judged = judge(extract, source=_source(tmp_path), county=county)
    assert judged.refused["reasons"].to_list() == [["not_a_number:longitude"]]
    assert f'lon (longitude): "{text}"' in judged.refused["details"][0][0]


def test_a_repeat_is_seen_across_the_parts_a_file_is_judged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(etl.check, "PART_ROWS", 2)
    extract = _extract(case_number=["1", "2", "3", "1"], reported_at=["2024-01-01 00:00:00"])
    county = get_county(Settings(home=tmp_path), "boston")
    judged = judge(extract, source=_source(tmp_path), county=county)
    assert judged.landed[ROW].to_list() == [1, 2, 3]
    assert judged.refused.select(ROW, "reasons").rows() == [(4, ["duplicate_key"])]


def test_codes_are_mapped_before_they_are_held_against_the_list(tmp_path: Path) -> None:
    codes = {"category_code": {"map": {"坑": "pothole"}, "allowed": ["pothole"]}}
    frame = _typed(_source(tmp_path, codes=codes), category_code=["坑", "pothole"])
    assert frame["category_code"].to_list() == ["pothole", "pothole"]


def test_texts_that_mean_nothing_are_null(tmp_path: Path) -> None:
    frame = _typed(_source(tmp_path, nulls=["无", "NULL"]), severity_code=["无", " NULL", "2"])
    assert frame["severity_code"].to_list() == [None, None, "2"]


def test_a_department_of_the_source_fills_only_the_gaps(tmp_path: Path) -> None:
    frame = _typed(_source(tmp_path), department_code=["parks", " ", None])
    assert frame["department_code"].to_list() == ["parks", "harbour", "harbour"]


def test_typed_columns_of_a_file_keep_their_values(tmp_path: Path) -> None:
    moment = datetime(2024, 7, 1, 8)  # noqa: DTZ001 - a local time without a zone
    frame = _typed(_source(tmp_path), reported_at=[moment], dispatch_count=[3], closed_at=[None])
    assert frame["reported_at"].item() == datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert frame["dispatch_count"].item() == 3
    assert frame["closed_at"].item() is None


def test_days_are_read_as_days(tmp_path: Path) -> None:
    source = get_source(Settings(home=tmp_path), "sample_grids")
    frame = _typed(source, valid_from_date=["2024-11-01"], updated_at=["2024-11-01"])
    assert frame["valid_from_date"].item() == date(2024, 11, 1)
