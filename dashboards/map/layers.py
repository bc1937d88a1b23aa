"""What lies over the map: work open, workers, gauges, floods, low ground, places of cases."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from dashboards.context import Context
from dashboards.data.filtered import IS_OVERDUE
from dashboards.map.asked import Asked
from dashboards.map.detail import KEPT
from warehouse.errors import UsageError, unknown_value
from warehouse.query.protection import FEWEST

MOST_CASES = 40_000
"""The newest, where a period has more."""
PUBLIC_KINDS = (
    "advertising",
    "air",
    "building",
    "burning",
    "electricity",
    "facility",
    "flooding",
    "gas",
    "landslide",
    "manhole",
    "parking",
    "pollution",
    "road",
    "street_order",
    "traffic",
    "waste",
    "water",
)
"""Kinds about things in public: their places may be shown. A dispute, a call for help, a theft or
noise next door lies at somebody's home."""
HOUSEHOLDS = "dim_households"
"""In the file about persons, which a version may be opened without."""
PUBLIC_DATASETS = ("city_cases", "grid_events")

OPEN = f"""
select
    grids.longitude, grids.latitude, grids.grid_code as code, grids.grid_name as name,
    count(*) as open_count,
    count(*) filter ({IS_OVERDUE}) as overdue_count
from mart.fct_cases as cases
inner join mart.dim_grids as grids
    on grids.county_code = cases.county_code and grids.grid_code = cases.grid_code
where
    cases.county_code = ? and grids.is_current and grids.longitude is not null
    and status in ('open', 'suspended') and {KEPT}
group by all
order by open_count desc, code
"""
WORKERS = """
select longitude, latitude, grid_code as code, grid_name as name, worker_count
from mart.dim_grids
where county_code = ? and is_current and longitude is not null
order by code
"""
GAUGES = """
select longitude, latitude, gauge_code as code, gauge_name as name, elevation_m
from mart.dim_rain_gauges
where county_code = ? and is_current and longitude is not null
order by code
"""
FLOODS = """
select longitude, latitude, cast(flooded_date as varchar) as code, depth_cm
from mart.fct_floods
where county_code = ? and longitude is not null
order by flooded_date desc
"""
MIDDLES = """
select longitude, latitude, grid_code as code, grid_name as name
from mart.dim_grids
where county_code = ? and is_current and longitude is not null
"""
LOW = f"""
select
    grid_code as code,
    case when count(*) >= {FEWEST} then count(*) end as low_count
from mart.dim_households
where
    county_code = ? and is_low_ground and grid_code is not null
    and valid_from_date <= ? and (valid_to_date is null or valid_to_date > ?)
group by all
"""
"""Households on low ground by grid; null below five. A page of a storm counts them whole, since one
left out may be left behind; a map for planning has no such reason."""
CASES = f"""
select round(longitude, 4) as longitude, round(latitude, 4) as latitude, cases.category_code as code
from mart.fct_cases as cases
inner join mart.dim_categories as categories using (county_code, category_code)
where
    cases.county_code = ? and longitude is not null and location_method <> 'fallback_point'
    and reported_date >= ? and reported_date < ? and {KEPT}
    and list_contains({list(PUBLIC_DATASETS)}, dataset)
    and list_contains({list(PUBLIC_KINDS)}, categories.category_family)
order by reported_date desc, case_id
limit {MOST_CASES}
"""
HAS_TABLE = """
select count(*) > 0 as is_there from information_schema.tables
where table_schema = 'mart' and table_name = ?
"""


def layer(context: Context, asked: Asked, name: str) -> dict[str, Any]:
    """Points of a layer: lists of columns, with longitude and latitude in CGCS2000 first.

    `missing`: the table that the version does not have, empty where it has it.

    Raises:
        UsageError: no such layer.
    """
    if name not in LAYERS:
        raise UsageError(unknown_value("layer", name, LAYERS))
    table, read = LAYERS[name]
    if not _has(context, table):
        return {"layer": name, "missing": f"mart.{table}", "points": {}}
    rows = read(context, asked)
    return {"layer": name, "missing": "", "points": rows.to_dict(as_series=False)}


def _has(context: Context, table: str) -> bool:
    if table == HOUSEHOLDS:
        return context.published.has_people
    return bool(context.sql(HAS_TABLE, table)["is_there"].item())


def _of(query: str) -> Callable[[Context, Asked], pl.DataFrame]:
    return lambda context, asked: context.sql(query, asked.county.code)


def _low(context: Context, asked: Asked) -> pl.DataFrame:
    """Grids with households on low ground; those with most last, so that they lie on top."""
    county = asked.county.code
    day = context.builds[county].as_of_date
    return (
        context.sql(MIDDLES, county)
        .join(context.people_sql(LOW, county, day, day), on="code")
        .sort("low_count", "code", nulls_last=False)
    )


def _cases(context: Context, asked: Asked) -> pl.DataFrame:
    build = context.builds[asked.county.code]
    start = asked.first or build.as_of_date.replace(year=build.as_of_date.year - 1)
    end = asked.end or build.as_of_date.replace(year=build.as_of_date.year + 1)
    return context.sql(CASES, asked.county.code, start, end)


LAYERS: Mapping[str, tuple[str, Callable[[Context, Asked], pl.DataFrame]]] = {
    "open": ("fct_cases", _of(OPEN)),
    "workers": ("dim_grids", _of(WORKERS)),
    "gauges": ("dim_rain_gauges", _of(GAUGES)),
    "floods": ("fct_floods", _of(FLOODS)),
    "low": (HOUSEHOLDS, _low),
    "cases": ("fct_cases", _cases),
}
