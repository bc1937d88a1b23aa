"""Label points, boxes and sizes of areas, measured from their boundaries."""

import duckdb
import numpy as np
import polars as pl
import shapely
from pyproj import Geod

ELLIPSOID = Geod(ellps="GRS80")
"""CGCS2000 differs from GRS 80 in the last digits of its flattening only."""

COLUMNS = """
    county_code varchar, area_level varchar, area_code varchar, valid_from_date date,
    longitude double, latitude double,
    west double, south double, east double, north double, area_km2 double
"""

BOUNDARIES = """
    select county_code, area_level, area_code, valid_from_date, geometry_wkb
    from staging.stg_grid_centre__areas
    where geometry_wkb is not null
    union all
    select county_code, 'grid', grid_code, valid_from_date, geometry_wkb
    from staging.stg_grid_centre__grids
    where geometry_wkb is not null
"""


def measure_areas(con: duckdb.DuckDBPyConnection) -> None:
    """Write `intermediate.area_geometry`: one row per area version that has a boundary.

    A county that no file delivers is the union of the areas of the highest level that does come
    with boundaries; its version holds always. Degrees are CGCS2000, areas are on the ellipsoid.
    """
    boundaries = (
        con.sql(BOUNDARIES)
        .pl()
        .unique(subset=["county_code", "area_level", "area_code", "valid_from_date"], keep="last")
    )
    geometries = shapely.from_wkb(boundaries["geometry_wkb"].to_numpy())
    keys = boundaries.drop("geometry_wkb")
    county_keys, county_geometries = _missing_counties(keys, geometries)
    measured = pl.concat(
        [_measure(keys, geometries), _measure(county_keys, county_geometries)], how="vertical"
    )
    con.execute(f"create or replace table intermediate.area_geometry ({COLUMNS})")
    con.register("measured", measured)
    con.execute("insert into intermediate.area_geometry by name select * from measured")
    con.unregister("measured")


def _missing_counties(
    keys: pl.DataFrame, geometries: np.ndarray
) -> tuple[pl.DataFrame, np.ndarray]:
    numbered = keys.with_row_index("row")
    rows: list[dict[str, object]] = []
    unions: list[shapely.Geometry] = []
    for (county_code,), areas in numbered.group_by("county_code", maintain_order=True):
        if not areas.filter(pl.col("area_level") == "county").is_empty():
            continue
        for level in ("town", "community", "grid"):
            parts = areas.filter(pl.col("area_level") == level)
            if not parts.is_empty():
                # Every version: a county does not shrink because its towns were merged.
                unions.append(shapely.union_all(geometries[parts["row"].to_numpy()]))
                rows.append({"county_code": county_code, "area_code": county_code})
                break
    columns = {"county_code": pl.String, "area_code": pl.String}
    county_keys = pl.DataFrame(rows, schema=columns).select(
        "county_code",
        pl.lit("county").alias("area_level"),
        "area_code",
        pl.date(1900, 1, 1).alias("valid_from_date"),
    )
    return county_keys, np.array(unions, dtype=object)


def _measure(keys: pl.DataFrame, geometries: np.ndarray) -> pl.DataFrame:
    points = shapely.point_on_surface(geometries)
    bounds = shapely.bounds(geometries).reshape(-1, 4)
    square_metres = [
        abs(ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(geometry))[0])
        for geometry in geometries
    ]
    return keys.with_columns(
        pl.Series("longitude", shapely.get_x(points), dtype=pl.Float64),
        pl.Series("latitude", shapely.get_y(points), dtype=pl.Float64),
        *(
            pl.Series(side, bounds[:, number], dtype=pl.Float64)
            for number, side in enumerate(("west", "south", "east", "north"))
        ),
        pl.Series("area_km2", square_metres, dtype=pl.Float64) / 1e6,
    )
