"""Shapes of a county's areas as they are today, at every level."""

from collections import defaultdict
from typing import Any

import duckdb
import geopandas
import numpy as np
import polars as pl
import shapely

CRS = "EPSG:4490"
LEVELS = ("county", "town", "community", "grid")
"""Top first."""

# The geometry of the version itself: dim_areas fills a missing first day as staging does.
AREAS = """
with boundaries as (
    select
        county_code, area_level, area_code, geometry_wkb, updated_at, batch_id,
        coalesce(valid_from_date, date '1900-01-01') as valid_from_date
    from staging.stg_grid_centre__areas
    union all
    select
        county_code, 'grid', grid_code, geometry_wkb, updated_at, batch_id,
        coalesce(valid_from_date, date '1900-01-01')
    from staging.stg_grid_centre__grids
),

one_boundary_per_version as (
    select *
    from boundaries
    qualify row_number() over (
        partition by county_code, area_level, area_code, valid_from_date
        order by updated_at desc nulls last, batch_id desc
    ) = 1
)

select
    dim_areas.area_level,
    dim_areas.area_code,
    case dim_areas.area_level
        when 'grid' then dim_areas.community_code
        when 'community' then dim_areas.town_code
        when 'town' then dim_areas.county_code
    end as parent_code,
    dim_areas.feature_id,
    one_boundary_per_version.geometry_wkb
from mart.dim_areas as dim_areas
left join one_boundary_per_version
    on one_boundary_per_version.county_code = dim_areas.county_code
    and one_boundary_per_version.area_level = dim_areas.area_level
    and one_boundary_per_version.area_code = dim_areas.area_code
    and one_boundary_per_version.valid_from_date
        = coalesce(dim_areas.valid_from_date, date '1900-01-01')
where
    dim_areas.county_code = $county_code
    and dim_areas.is_current
    and dim_areas.area_level in ('county', 'town', 'community', 'grid')
order by dim_areas.area_level, dim_areas.feature_id
"""


def current_areas(con: duckdb.DuckDBPyConnection, county_code: str) -> pl.DataFrame:
    """One row per area that holds today, with the boundary it was delivered with, if any.

    Columns: `area_level, area_code, parent_code, feature_id, geometry_wkb` (CGCS2000 degrees).
    """
    areas: pl.DataFrame = con.sql(AREAS, params={"county_code": county_code}).pl()
    return areas


def area_shapes(con: duckdb.DuckDBPyConnection, county_code: str) -> geopandas.GeoDataFrame:
    """The shape of every area of a county that holds today.

    Args:
        con: work database with staging and `mart.dim_areas`.
        county_code: the county.

    Returns:
        One row per area: `area_level, area_code, parent_code, feature_id, geometry` in CGCS2000
        (EPSG:4490) degrees. An area delivered without a boundary is the union of its parts one
        level below (the county: of the highest level with shapes); an area without either is
        left out. Sorted by level, top first, then `feature_id`.
    """
    return with_shapes(current_areas(con, county_code))


def with_shapes(areas: pl.DataFrame) -> geopandas.GeoDataFrame:
    """Shapes for rows as `current_areas` gives them."""
    levels, codes, parents, feature_ids = (
        areas[name].to_list() for name in ("area_level", "area_code", "parent_code", "feature_id")
    )
    shapes = np.asarray(shapely.from_wkb(areas["geometry_wkb"].to_list()), dtype=object)
    below: list[int] = []
    for level in reversed(LEVELS):
        rows = [row for row, level_of_row in enumerate(levels) if level_of_row == level]
        parts_of: dict[str | None, list[int]] = defaultdict(list)
        for part in below:
            parts_of[parents[part]].append(part)
        for row in rows:
            if shapes[row] is None:
                parts = below if level == "county" else parts_of[codes[row]]
                shapes[row] = _union(shapes[parts]) if parts else None
        # A level nobody delivers is passed over: the county of Boston is made of its zip codes.
        below = [row for row in rows if shapes[row] is not None] or below
    order = sorted(
        np.flatnonzero(~shapely.is_missing(shapes)).tolist(),
        key=lambda row: (LEVELS.index(levels[row]), feature_ids[row]),
    )
    shown = areas.drop("geometry_wkb")[order]
    return geopandas.GeoDataFrame(shown.to_pandas(), geometry=shapes[order], crs=CRS)


def _union(parts: Any) -> Any:
    """Parts that fit together edge by edge are joined as they are, so nothing is moved."""
    if shapely.coverage_is_valid(parts):
        return shapely.coverage_union_all(parts)
    return shapely.union_all(parts)
