"""Which areas a point lies in: for coordinates typed into the map's search."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl
import shapely

from dashboards.context import Context
from dashboards.map.areas import AREAS
from dashboards.map.tile_files import kept_shapes
from geo.coordinates import to_cgcs2000
from warehouse.errors import UsageError, unknown_value

DATUMS = ("cgcs2000", "gcj02")
"""WGS-84 is taken as CGCS2000 (`geo.coordinates`); maps on phones in China show GCJ-02."""
DIGITS = 6
"""Of degrees: a decimetre."""


def place(context: Context, county: str, given: Mapping[str, str]) -> dict[str, Any]:
    """A point in CGCS2000 and the areas around it, largest first: level and code of each.

    `given` has `longitude` and `latitude` in degrees and may have a `datum`.

    Raises:
        UsageError: no number, an unknown datum, a point outside the county's areas, or a version
            whose shapes were not kept.
    """
    datum = given.get("datum") or DATUMS[0]
    if datum not in DATUMS:
        raise UsageError(unknown_value("datum", datum, DATUMS))
    typed = _degrees("longitude", given, 180), _degrees("latitude", given, 90)
    converted = to_cgcs2000([typed[0]], [typed[1]], datum=datum)
    longitude, latitude = (round(float(one[0]), DIGITS) for one in converted)
    areas = context.sql(AREAS, county)
    around = areas.filter(
        pl.lit(longitude).is_between("west", "east") & pl.lit(latitude).is_between("south", "north")
    )
    shapes = (
        pl.scan_parquet(kept_shapes(context.services.settings, county=county))
        .join(around.lazy().select("area_level", "area_code"), on=["area_level", "area_code"])
        .sort("area_code")
        .collect()
    )
    geometries = shapely.from_wkb(shapes["geometry_wkb"].to_numpy())
    holds = shapes.filter(pl.Series(shapely.intersects_xy(geometries, longitude, latitude)))
    # On a border the lowest code has the point, as in `geo.assign`.
    codes = dict(holds.reverse().select("area_level", "area_code").iter_rows())
    levels = [one.level for one in context.county(county).levels if one.level in codes]
    if not levels:
        raise UsageError(_outside(longitude, latitude, areas))
    return {
        "longitude": longitude,
        "latitude": latitude,
        "areas": [{"level": level, "code": codes[level]} for level in levels],
    }


def _degrees(name: str, given: Mapping[str, str], limit: int) -> float:
    written = given.get(name, "")
    try:
        degrees = float(written)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= limit:
        raise UsageError(f'{name} "{written}": 需要度数 / needs degrees, -{limit} … {limit}')
    return degrees


def _outside(longitude: float, latitude: float, areas: pl.DataFrame) -> str:
    west, south, east, north = areas.select(
        pl.min("west"), pl.min("south"), pl.max("east"), pl.max("north")
    ).row(0)
    return (
        f"{longitude}, {latitude}: 不在本县区域内 / lies in none of the county's areas; "
        f"范围 / they reach from {west:.4f}, {south:.4f} to {east:.4f}, {north:.4f}"
    )
