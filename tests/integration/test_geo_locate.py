"""The build step that locates cases, on small staging tables in a real work database."""

from datetime import UTC, date, datetime

import duckdb
import polars as pl
import pytest
import shapely

from geo.locate import CASES, locate_cases
from warehouse.settings import Settings

OTHER_CASES = "create table staging.{} as from staging.stg_grid_centre__grid_events"
STAGING = """
create schema staging;
create table staging.stg_grid_centre__areas (
    source_id varchar, county_code varchar, area_level varchar, area_code varchar,
    parent_code varchar, valid_from_date date, valid_to_date date, geometry_wkb blob,
    updated_at timestamptz, batch_id varchar
);
create table staging.stg_grid_centre__grids (
    source_id varchar, county_code varchar, grid_code varchar, community_code varchar,
    valid_from_date date, valid_to_date date, geometry_wkb blob,
    updated_at timestamptz, batch_id varchar
);
create table staging.stg_grid_centre__grid_events (
    county_code varchar, longitude double, latitude double, reported_at timestamptz,
    is_fallback_point boolean
);
"""

LEFT = shapely.box(113.0, 28.0, 113.5, 29.0)
RIGHT = shapely.box(113.5, 28.0, 114.0, 29.0)
BOTH = shapely.box(113.0, 28.0, 114.0, 29.0)
IN_LEFT, IN_RIGHT, OUTSIDE = (113.2, 28.5), (113.8, 28.5), (120.0, 30.0)


class Work:
    """A work database with the staging tables and short ways to fill them."""

    def __init__(self, folder):
        self.con = duckdb.connect(str(folder / "warehouse.duckdb"))
        self.con.execute(STAGING)
        for table in CASES[1:]:
            self.con.execute(OTHER_CASES.format(table))
        self.settings = Settings(home=folder)

    def area(self, level, code, *, parent=None, shape=None, start=None, end=None, county="430181"):
        self.con.execute(
            "insert into staging.stg_grid_centre__areas values "
            "('s', ?, ?, ?, ?, ?, ?, ?, null, '20261122-0001')",
            [county, level, code, parent, start, end, shape and shapely.to_wkb(shape)],
        )

    def grid(self, code, *, community, shape, start=None, end=None, batch="20261122-0001"):
        self.con.execute(
            "insert into staging.stg_grid_centre__grids values "
            "('s', '430181', ?, ?, ?, ?, ?, null, ?)",
            [code, community, start, end, shape and shapely.to_wkb(shape), batch],
        )

    def case(
        self,
        point,
        *,
        at=datetime(2024, 6, 1, 4, tzinfo=UTC),
        table="stg_grid_centre__grid_events",
        county="430181",
        fallback=False,
    ):
        longitude, latitude = point or (None, None)
        self.con.execute(
            f"insert into staging.{table} values (?, ?, ?, ?, ?)",
            [county, longitude, latitude, at, fallback],
        )

    def located(self):
        """(longitude, edition, town, community, grid) of every located point, in order."""
        locate_cases(self.con, settings=self.settings)
        return self.con.sql(
            "select longitude, valid_on, town_code, community_code, grid_code "
            "from intermediate.located_points order by all"
        ).fetchall()

    def editions(self):
        return self.con.sql("from intermediate.boundary_editions order by all").fetchall()


@pytest.fixture
def work(tmp_path):
    opened = Work(tmp_path)
    yield opened
    opened.con.close()


ALWAYS = date(1900, 1, 1)


def test_a_point_gets_its_grid_and_the_areas_above(work):
    work.area("town", "t1")
    work.area("community", "c1", parent="t1")
    work.grid("g1", community="c1", shape=LEFT)
    work.case(IN_LEFT)
    assert work.located() == [(113.2, ALWAYS, "t1", "c1", "g1")]
    assert work.editions() == [("430181", ALWAYS, None)]


def test_a_point_outside_everything_has_a_row_without_codes(work):
    work.grid("g1", community="c1", shape=LEFT)
    work.case(OUTSIDE)
    assert work.located() == [(120.0, ALWAYS, None, None, None)]


def test_each_point_is_located_once_whichever_department_reported_there(work):
    work.grid("g1", community="c1", shape=LEFT)
    work.case(IN_LEFT)
    work.case(IN_LEFT)
    for table in CASES:
        work.case(IN_LEFT, table=table)
    assert len(work.located()) == 1


@pytest.mark.parametrize("table", CASES)
def test_cases_of_every_department_are_located(work, table):
    work.grid("g1", community="c1", shape=LEFT)
    work.case(IN_LEFT, table=table)
    assert len(work.located()) == 1


def test_fallback_points_and_cases_without_a_point_are_not_located(work):
    work.grid("g1", community="c1", shape=LEFT)
    work.case(IN_LEFT, fallback=True)
    work.case(None)
    assert work.located() == []


def test_without_a_row_for_the_community_no_town_is_derived(work):
    work.area("town", "t1")
    work.grid("g1", community="c1", shape=LEFT)
    work.case(IN_LEFT)
    assert work.located() == [(113.2, ALWAYS, None, "c1", "g1")]


@pytest.mark.parametrize(
    ("level", "expected"),
    [("community", ("t1", "a", None)), ("town", ("a", None, None))],
)
def test_the_lowest_level_with_polygons_is_taken(work, level, expected):
    work.area("town", "t1", shape=BOTH if level == "community" else None)
    work.area(level, "a", parent="t1", shape=LEFT)
    work.grid("g1", community="a", shape=None)
    work.case(IN_LEFT)
    assert work.located() == [(113.2, ALWAYS, *expected)]


def test_levels_beside_the_hierarchy_take_no_part(work):
    work.area("town", "t1", shape=RIGHT)
    work.area("police_district", "A1", shape=LEFT, start=date(2020, 1, 1))
    work.case(IN_LEFT)
    assert work.located() == [(113.2, ALWAYS, None, None, None)]
    assert len(work.editions()) == 1


def test_a_case_is_located_by_the_boundaries_of_its_local_day(work):
    work.grid("old", community="c1", shape=BOTH, end=date(2024, 6, 30))
    work.grid("new", community="c1", shape=BOTH, start=date(2024, 7, 1))
    # 23:59 and 00:00 in Liuyang, which both are the 30th of June in UTC.
    work.case(IN_LEFT, at=datetime(2024, 6, 30, 15, 59, tzinfo=UTC))
    work.case(IN_LEFT, at=datetime(2024, 6, 30, 16, 0, tzinfo=UTC))
    assert work.located() == [
        (113.2, ALWAYS, None, "c1", "old"),
        (113.2, date(2024, 7, 1), None, "c1", "new"),
    ]
    assert work.editions() == [
        ("430181", ALWAYS, date(2024, 7, 1)),
        ("430181", date(2024, 7, 1), None),
    ]


def test_a_version_ends_where_the_next_one_of_the_area_starts(work):
    work.grid("g1", community="c1", shape=BOTH)
    work.grid("g1", community="c1", shape=LEFT, start=date(2024, 1, 1))
    work.case(IN_RIGHT, at=datetime(2023, 5, 1, tzinfo=UTC))
    work.case(IN_RIGHT, at=datetime(2024, 5, 1, tzinfo=UTC))
    assert work.located() == [
        (113.8, ALWAYS, None, "c1", "g1"),
        (113.8, date(2024, 1, 1), None, None, None),
    ]


def test_a_parent_that_changes_starts_an_edition(work):
    work.area("community", "c1", parent="t1", end=date(2023, 12, 31))
    work.area("community", "c1", parent="t2", start=date(2024, 1, 1))
    work.grid("g1", community="c1", shape=BOTH)
    work.case(IN_LEFT, at=datetime(2023, 5, 1, tzinfo=UTC))
    work.case(IN_LEFT, at=datetime(2024, 5, 1, tzinfo=UTC))
    assert [row[2] for row in work.located()] == ["t1", "t2"]


def test_before_the_first_edition_and_after_the_last_nothing_is_located(work):
    work.grid("g1", community="c1", shape=BOTH, start=date(2024, 1, 1), end=date(2024, 12, 31))
    work.case(IN_LEFT, at=datetime(2023, 5, 1, tzinfo=UTC))
    work.case(IN_LEFT, at=datetime(2025, 5, 1, tzinfo=UTC))
    assert work.located() == []
    assert work.editions() == [("430181", date(2024, 1, 1), date(2025, 1, 1))]


def test_a_corrected_boundary_from_a_later_batch_counts(work):
    work.grid("g1", community="c1", shape=LEFT, batch="20261122-0001")
    work.grid("g1", community="c1", shape=RIGHT, batch="20261122-0002")
    work.case(IN_LEFT)
    assert work.located() == [(113.2, ALWAYS, None, None, None)]


def test_counties_do_not_mix(work):
    work.grid("g1", community="c1", shape=LEFT)
    work.area("town", "02108", shape=shapely.box(-72, 42, -71, 43), county="boston")
    work.case(IN_LEFT)
    work.case((-71.5, 42.5), county="boston")
    work.located()
    rows = work.con.sql(
        "select county_code, town_code, grid_code from intermediate.located_points order by all"
    ).fetchall()
    assert rows == [("430181", None, "g1"), ("boston", "02108", None)]


def test_the_second_run_replaces_the_first(work):
    work.grid("g1", community="c1", shape=LEFT)
    work.case(IN_LEFT)
    assert work.located() == work.located()


def test_without_boundaries_and_cases_the_tables_are_there_and_empty(work):
    assert work.located() == []
    assert work.editions() == []
    assert work.con.sql("from intermediate.located_points").pl().schema["valid_on"] == pl.Date
