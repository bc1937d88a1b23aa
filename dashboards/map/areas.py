"""Areas as the map knows them: the current ones of a county, by level."""

import gzip
import json
import math
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import polars as pl

from dashboards.context import Context
from warehouse.errors import UsageError, unknown_value
from warehouse.published import Published

AREAS = """
    select area_level, area_code, area_name, parent_code, town_code, feature_id, population,
        longitude, latitude, west, south, east, north, area_km2
    from mart.dim_areas
    where county_code = ? and is_current and feature_id is not null
    order by area_level, feature_id
"""
OUTLINE = """
    select area_level, median(area_km2) as km2, min(west) as west, min(south) as south,
        max(east) as east, max(north) as north
    from mart.dim_areas
    where county_code = ? and is_current and feature_id is not null
    group by area_level
"""
EDGES = ("west", "south", "east", "north")
COLUMNS = {
    "code": pl.col("area_code"),
    "name": pl.col("area_name"),
    "parent": pl.col("parent_code"),
    "fid": pl.col("feature_id"),
    **{name: pl.col(name).round(5) for name in ("longitude", "latitude", *EDGES)},
    "population": pl.col("population"),
    "km2": pl.col("area_km2").round(3),
}
"""What the page is told of each area: `fid` is its feature's id in the tiles, from 1; degrees are
in CGCS2000."""


def areas_of(context: Context, county: str) -> pl.DataFrame:
    """One row per current area of a county at any level.

    Areas of one level and name get the name of their town too, or their code when they are towns.
    """
    areas = context.sql(AREAS, county)
    towns = areas.filter(pl.col("area_level") == "town").select(
        "town_code", pl.col("area_name").alias("town_name")
    )
    is_inside_a_town = pl.col("area_level").is_in(["community", "grid"])
    addition = pl.when(is_inside_a_town).then("town_name").otherwise("area_code")
    is_alone = pl.len().over("area_level", "area_name") == 1
    name = pl.format("{} {}", "area_name", pl.coalesce(addition, "area_code"))
    return (
        areas.join(towns, on="town_code", how="left", maintain_order="left")
        .with_columns(pl.when(is_alone).then("area_name").otherwise(name).alias("area_name"))
        .drop("town_name")
    )


def level_areas(context: Context, county: str, level: str) -> pl.DataFrame:
    """One row per current area of one level, ordered by `feature_id` (from 1)."""
    return areas_of(context, county).filter(pl.col("area_level") == level)


def find_area(context: Context, county: str, level: str, code: str) -> dict[str, Any]:
    """The current area of a code.

    Raises:
        UsageError: there is none at that level.
    """
    areas = level_areas(context, county, level)
    found = areas.filter(pl.col("area_code") == code)
    if found.is_empty():
        raise UsageError(unknown_value(level, code, areas["area_code"]))
    return found.row(0, named=True)


def ancestors(context: Context, county: str, area: dict[str, Any]) -> list[dict[str, Any]]:
    """The areas around an area, top first: level, code and name of each."""
    rows = {
        (row["area_level"], row["area_code"]): row
        for row in areas_of(context, county).iter_rows(named=True)
    }
    by_code = {code: row for (level, code), row in rows.items() if level != "grid"}
    found: list[dict[str, Any]] = []
    parent = by_code.get(area["parent_code"])
    while parent is not None and parent not in found:
        found.insert(0, parent)
        parent = by_code.get(parent["parent_code"])
    return [
        {"level": row["area_level"], "code": row["area_code"], "name": row["area_name"]}
        for row in found
    ]


_bodies: WeakKeyDictionary[Published, dict[str, bytes]] = WeakKeyDictionary()


def areas_body(context: Context, county: str) -> bytes:
    """The areas of a county as JSON in gzip, written once for a published version.

    Per level the columns of `COLUMNS`, each a list with one entry per area.
    """
    bodies = _bodies.setdefault(context.published, {})
    if county not in bodies:
        columns = {
            str(level): rows.select(**COLUMNS).to_dict(as_series=False)
            for (level,), rows in areas_of(context, county).group_by(
                "area_level", maintain_order=True
            )
        }
        body = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
        bodies[county] = gzip.compress(body.encode(), mtime=0)
    return bodies[county]


class Outline(NamedTuple):
    """What is known of a county's areas before their list is read.

    Attributes:
        box: west, south, east, north of the whole county in CGCS2000; null where its area has none.
        sides_m: by level that has areas, the side of a square as large as its middle area.
    """

    box: list[float] | None
    sides_m: dict[str, float]


def outline(context: Context, county: str) -> Outline:
    """A county's box, and how large the areas of each level are; 1 km² where no area is known."""
    rows = context.sql(OUTLINE, county)
    found = {row["area_level"]: row for row in rows.iter_rows(named=True)}
    edges = [found["county"][edge] for edge in EDGES] if "county" in found else [None]
    return Outline(
        box=None if None in edges else [round(edge, 5) for edge in edges],
        sides_m={level: 1_000 * math.sqrt(row["km2"] or 1) for level, row in found.items()},
    )
