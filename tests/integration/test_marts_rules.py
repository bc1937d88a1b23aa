"""The marts of one small build, and the unit tests that stand beside the models."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import shapely

from tests.support.records import land
from warehouse.build import build
from warehouse.catalogue.facts import load_facts
from warehouse.published import Published, PublishedStore
from warehouse.query.question import AREA_LEVELS, OTHER_SLICES
from warehouse.settings import Settings
from warehouse.transform import Transform

ZONE = ZoneInfo("Asia/Shanghai")
TOWN, COMMUNITY = "430181100000", "430181100001"
GRIDS = ("430181100001001", "430181100001002")
WEST, SOUTH = 113.5, 28.1


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def square(column: int, *, columns: int = 1) -> bytes:
    west = WEST + column / 100
    box = shapely.box(west, SOUTH, west + columns / 100, SOUTH + 0.01)
    return bytes(shapely.to_wkb(box))


AREAS = [
    {
        "area_code": TOWN,
        "area_level": "town",
        "area_name": "镇",
        "parent_code": "430181",
        "geometry_wkb": square(0, columns=2),
    },
    {
        "area_code": COMMUNITY,
        "area_level": "community",
        "area_name": "村",
        "parent_code": TOWN,
        "geometry_wkb": square(0, columns=2),
    },
]
GRID_ROWS = [
    {
        "grid_code": code,
        "community_code": COMMUNITY,
        "population": 100 * (number + 1),
        "geometry_wkb": square(number),
    }
    for number, code in enumerate(GRIDS)
]
CASES = [
    {"case_number": "in_a_grid", "longitude": WEST + 0.015, "latitude": SOUTH + 0.005},
    {
        "case_number": "on_the_fallback_point",
        "longitude": WEST + 0.005,
        "latitude": SOUTH + 0.005,
        "is_fallback_point": True,
    },
    {"case_number": "at_midnight", "reported_at": local(3), "grid_code": GRIDS[0]},
    {
        # Friday 17:00 to Monday 9:00: half an hour of Friday's shift and half an hour of Monday's.
        "case_number": "suspended_over_a_weekend",
        "reported_at": local(6, 9),
        "suspended_at": local(6, 17),
        "resumed_at": local(9, 9),
        "due_at": local(6, 17, 15),
        "closed_at": local(9, 9, 45),
        "community_code": COMMUNITY,
    },
    {
        "case_number": "limited_by_its_category",
        "category_code": "4301810701",
        "reported_at": local(2, 8),
    },
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("marts"))
    land(settings, "areas", AREAS)
    land(settings, "grids", GRID_ROWS)
    defaults = {"category_code": "x", "reported_at": local(2, 9)}
    land(settings, "grid_events", [{**defaults, **row} for row in CASES])
    build(settings=settings, as_of={"430181": local(16, 9)})
    return settings


@pytest.fixture(scope="module")
def published(home: Settings) -> Published:
    return PublishedStore(home, with_people=True).current()


def case(published: Published, number: str) -> dict[str, object]:
    query = "select * from mart.fct_cases where case_id = ?"
    return published.sql(query, [f"test_source:{number}"]).row(0, named=True)


def test_every_unit_test_beside_a_model_passes(home: Settings) -> None:
    outcome = Transform(settings=home).invoke("test", "--select", "test_type:unit")
    assert len(outcome.result.results) >= 36


@pytest.mark.parametrize("name", load_facts())
def test_a_fact_has_the_columns_that_kpis_may_name(published: Published, name: str) -> None:
    fact = load_facts()[name]
    ask = published.people_sql if fact.is_in_people_file else published.sql
    columns = ask(
        "select column_name, data_type from information_schema.columns "
        "where table_schema = 'mart' and table_name = ? order by ordinal_position",
        [name],
    ).rows()
    assert [(name, kind.lower()) for name, kind in columns] == list(fact.columns.items())
    named = [fact.column_of(name) for name in (*AREA_LEVELS, *OTHER_SLICES)]
    assert {fact.key, *fact.excluded, *filter(None, named)} <= set(fact.columns)


def test_a_point_is_in_the_grid_that_holds_it(published: Published) -> None:
    found = case(published, "in_a_grid")
    assert (found["location_method"], found["grid_code"]) == ("point_in_grid", GRIDS[1])
    assert (found["community_code"], found["town_code"]) == (COMMUNITY, TOWN)


def test_a_fallback_point_is_on_no_account_but_counted(published: Published) -> None:
    found = case(published, "on_the_fallback_point")
    assert (found["grid_code"], found["community_code"], found["town_code"]) == (None, None, None)
    counts = dict(
        published.sql("select location_method, case_count from ops.location_counts").iter_rows()
    )
    assert counts == {
        "point_in_grid": 1,
        "fallback_point": 1,
        "reported": 1,
        "community_only": 1,
        "none": 1,
    }


def test_midnight_belongs_to_the_new_local_day(published: Published) -> None:
    found = case(published, "at_midnight")
    assert found["reported_date"] == date(2026, 11, 3)
    assert (found["location_method"], found["town_code"]) == ("reported", TOWN)


def test_a_suspension_moves_the_deadline_by_working_time(published: Published) -> None:
    found = case(published, "suspended_over_a_weekend")
    assert found["suspended_minutes"] == 64 * 60
    # A quarter of an hour of Friday's shift is left and as much of Monday's is needed besides.
    assert found["due_at"] == local(9, 9, 15)
    assert found["is_closed_on_time"] is False
    # 3 hours before noon, 3.5 after it, 0.75 after resuming; the hour suspended is left out.
    assert found["working_hours"] == pytest.approx(7.25)
    assert found["resolution_hours"] == 72.75


def test_a_limit_stands_in_for_a_missing_deadline(published: Published) -> None:
    found = case(published, "limited_by_its_category")
    assert found["due_at"] == local(2, 8) + timedelta(hours=120)
    assert (found["is_without_due"], found["is_overdue"]) == (False, True)
    assert case(published, "in_a_grid")["is_without_due"] is True


def test_areas_know_their_place_size_and_residents(published: Published) -> None:
    areas = published.sql("select * from mart.dim_areas order by area_level, area_code").filter(
        pl.col("county_code") == "430181"
    )
    assert dict(zip(areas["area_code"], areas["population"], strict=True)) == {
        "430181": 300,
        TOWN: 300,
        COMMUNITY: 300,
        GRIDS[0]: 100,
        GRIDS[1]: 200,
    }
    county = areas.row(by_predicate=pl.col("area_level") == "county", named=True)
    assert (county["west"], county["north"]) == (WEST, SOUTH + 0.01)
    # 0.02° by 0.01° at 28.1° north.
    assert county["area_km2"] == pytest.approx(1.966 * 1.108, rel=0.002)
    grids = areas.filter(pl.col("area_level") == "grid")
    assert grids["feature_id"].to_list() == [1, 2]
    assert grids["town_code"].to_list() == [TOWN, TOWN]
    assert areas["is_synthetic"].all()


def test_holidays_and_make_up_days_are_in_the_calendar(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    reported = datetime(2026, 2, 1, tzinfo=ZONE)
    row = {"case_number": "1", "category_code": "x", "reported_at": reported}
    land(settings, "city_cases", [row], received_at=datetime(2026, 3, 1, tzinfo=UTC))
    build(settings=settings)
    days = dict(
        PublishedStore(settings)
        .current()
        .sql("select calendar_date, is_workday from mart.dim_dates")
        .iter_rows()
    )
    assert days[date(2026, 2, 13)] is True  # a Friday
    assert days[date(2026, 2, 14)] is True  # a Saturday worked for the Spring Festival
    assert days[date(2026, 2, 17)] is False  # its Tuesday
    assert days[date(2026, 2, 28)] is True
    assert days[date(2026, 3, 1)] is False  # a Sunday like any other
