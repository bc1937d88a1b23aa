"""Build step: which area every reported point lies in, by the boundaries of the reported day."""

import duckdb
import polars as pl
import shapely

from geo.assign import GridIndex, code_column
from geo.editions import boundary_versions, editions_of
from warehouse.counties import County, load_counties
from warehouse.settings import Settings
from warehouse.validity import holding

LEVELS = ("grid", "community", "town")
"""Lowest first. Other levels (police districts …) take no part in locating."""

TABLES = """
create schema if not exists intermediate;
create or replace table intermediate.boundary_editions (
    county_code varchar, valid_from_date date, valid_to_date date
);
create or replace table intermediate.located_points (
    county_code varchar, longitude double, latitude double, valid_on date,
    town_code varchar, community_code varchar, grid_code varchar
);
"""

CASES = (
    "stg_grid_centre__grid_events",
    "stg_urban_management__city_cases",
    "stg_public_security__police_incidents",
    "stg_urban_management__device_alerts",
    "stg_health__wristband_alerts",
)
"""Staging tables of every dataset of cases."""

COLUMNS = "county_code, longitude, latitude, reported_at, is_fallback_point"
POINTS = f"""
with cases as (
    {" union all ".join(f"select {COLUMNS} from staging.{table}" for table in CASES)}
),

points as (
    select
        longitude, latitude, cast(timezone($time_zone, reported_at) as date) as reported_date
    from cases
    where
        county_code = $county_code
        and longitude is not null
        and latitude is not null
        and not coalesce(is_fallback_point, false)
),

editions as (
    select valid_from_date, valid_to_date
    from intermediate.boundary_editions
    where county_code = $county_code
)

select distinct points.longitude, points.latitude, editions.valid_from_date as valid_on
from points
asof join editions on points.reported_date >= editions.valid_from_date
where editions.valid_to_date is null or points.reported_date < editions.valid_to_date
"""


def locate_cases(con: duckdb.DuckDBPyConnection, *, settings: Settings) -> None:
    """Write `intermediate.boundary_editions` and `intermediate.located_points`.

    An edition is a stretch of days on which no boundary of the county starts or ends:
    `valid_from_date` up to but not including `valid_to_date` (null: still). What holds always
    starts on 1900-01-01.

    Located points: one row per county, point and edition in which a case was reported there
    (`valid_on` is the edition's first day). The point is looked for in the polygons of the lowest
    level that has any in that edition; the codes above come from the areas' parents and are null
    where there is no such parent, and all codes are null outside every polygon. Points on a shared
    border go to the lowest code. Fallback points and cases of days before the first edition have
    no row.

    Args:
        con: open work database with the staging tables.
        settings: for the counties and their time zones.
    """
    con.execute(TABLES)
    for county in load_counties(settings).values():
        _locate_county(con, county)


def _locate_county(con: duckdb.DuckDBPyConnection, county: County) -> None:
    versions = boundary_versions(con, county.code)
    if versions.is_empty():
        return
    _insert(con, "boundary_editions", editions_of(versions), county=county)
    points = con.sql(
        POINTS, params={"county_code": county.code, "time_zone": county.time_zone}
    ).pl()
    for valid_on in points["valid_on"].unique().sort():
        located = _located(
            points.filter(pl.col("valid_on") == valid_on), holding(versions, valid_on)
        )
        _insert(con, "located_points", located, county=county)


def _insert(
    con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, *, county: County
) -> None:
    con.register("new_rows", rows.with_columns(county_code=pl.lit(county.code)))
    con.execute(f"insert into intermediate.{table} by name select * from new_rows")
    con.unregister("new_rows")


def _located(points: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Points of one edition with the codes of its areas."""
    with_polygon = areas.filter(pl.col("geometry_wkb").is_not_null())
    levels = set(with_polygon["area_level"])
    level = next((level for level in LEVELS if level in levels), None)
    lowest = with_polygon.filter(pl.col("area_level") == level)
    index = GridIndex.build(
        lowest["area_code"].to_list(), shapely.from_wkb(lowest["geometry_wkb"].to_list())
    )
    places = index.places(points["longitude"].to_numpy(), points["latitude"].to_numpy())
    lineages = _lineages(areas, level=level)
    return points.with_columns(
        code_column(f"{name}_code", [lineages[code].get(name) for code in index.codes], places)
        for name in LEVELS
    )


def _lineages(areas: pl.DataFrame, *, level: str | None) -> dict[str, dict[str, str | None]]:
    """For every area of a level its code at that level and its ancestors' at the levels above."""
    parents: dict[str, dict[str, str | None]] = {name: {} for name in LEVELS}
    for row in areas.select("area_level", "area_code", "parent_code").iter_rows():
        parents[row[0]][row[1]] = row[2]
    if level is None:
        return {}
    lineages = {}
    for code in parents[level]:
        lineage: dict[str, str | None] = {}
        at: str | None = code
        for name in LEVELS[LEVELS.index(level) :]:
            lineage[name] = at
            at = parents[name].get(at) if at is not None else None
        lineages[code] = lineage
    return lineages
