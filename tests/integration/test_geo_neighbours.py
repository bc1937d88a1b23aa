"""Neighbours of grids: the build step on small staging tables, and the mart of the sample."""

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
import shapely

from geo.hotspots.reading import find_hot_spots
from geo.neighbours import find_neighbours
from tests.support.recomputed.county import COUNTY, published_sample
from warehouse.build import GEOGRAPHY
from warehouse.published import Published
from warehouse.settings import Settings

STAGING = """
create schema staging;
create table staging.stg_grid_centre__areas (
    county_code varchar, area_level varchar, area_code varchar, parent_code varchar,
    valid_from_date date, valid_to_date date, geometry_wkb blob, updated_at timestamptz,
    batch_id varchar
);
create table staging.stg_grid_centre__grids (
    county_code varchar, grid_code varchar, community_code varchar, valid_from_date date,
    valid_to_date date, geometry_wkb blob, updated_at timestamptz, batch_id varchar
);
"""
FOUND = "select rowid, * from intermediate.grid_neighbours order by rowid"


@pytest.fixture
def work() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three grids in a row; the third comes on 1 March 2025."""
    with duckdb.connect() as con:
        con.execute(STAGING)
        con.execute(GEOGRAPHY)
        for place, (code, first_day) in enumerate([("A", None), ("B", None), ("C", "2025-03-01")]):
            shape = shapely.box(113 + place / 100, 28.0, 113.01 + place / 100, 28.01)
            con.execute(
                "insert into staging.stg_grid_centre__grids values "
                "('430181', ?, 'v', ?, null, ?, null, '20261122-0001')",
                [code, first_day, shapely.to_wkb(shape)],
            )
        yield con


def pairs(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = con.sql(
        "select valid_on::varchar, grid_code || neighbour_code from intermediate.grid_neighbours"
    )
    return set(rows.fetchall())


def test_each_edition_has_its_neighbours_and_what_has_not_changed_is_left(
    work: duckdb.DuckDBPyConnection,
) -> None:
    settings = Settings()
    find_neighbours(work, settings=settings)
    always = {("1900-01-01", "AB"), ("1900-01-01", "BA")}
    assert pairs(work) == always | {("2025-03-01", pair) for pair in ("AB", "BA", "BC", "CB")}
    before = work.sql(FOUND).fetchall()
    find_neighbours(work, settings=settings)
    assert work.sql(FOUND).fetchall() == before
    work.execute("update staging.stg_grid_centre__grids set grid_code = 'X' where grid_code = 'C'")
    find_neighbours(work, settings=settings)
    assert pairs(work) == always | {("2025-03-01", pair) for pair in ("AB", "BA", "BX", "XB")}
    kept = [row for row in work.sql(FOUND).fetchall() if str(row[2]) == "1900-01-01"]
    assert kept == [row for row in before if str(row[2]) == "1900-01-01"]
    work.execute("delete from staging.stg_grid_centre__grids")
    find_neighbours(work, settings=settings)
    assert pairs(work) == set()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return published_sample(tmp_path_factory, scale="town").published


def test_neighbours_of_the_sample_are_grids_that_hold_and_know_each_other(
    published: Published,
) -> None:
    rows = published.sql("select * from mart.dim_grid_neighbours")
    codes = published.sql("select grid_code from mart.dim_grids where is_current")["grid_code"]
    both = set(rows.select("grid_code", "neighbour_code").iter_rows())
    assert both == {(other, one) for one, other in both}
    assert {one for one, _ in both} == set(codes)
    assert rows.filter(pl.col("contact_code") == "edge")["shared_m"].min() > 0


def test_every_case_of_the_sample_is_counted_once_among_hot_spots(published: Published) -> None:
    found = find_hot_spots(published, COUNTY)
    assert found.exposure == "residents"
    counted = published.sql(
        "select count(*) from mart.fct_cases where not is_void and not is_duplicate"
        " and dataset <> 'wristband_alerts' and reported_date >= ? and reported_date < ?",
        [found.start, found.end],
    ).item()
    assert found.spots.rows["case_count"].sum() + found.unplaced_count == counted > 0
