"""Areas as the map knows them: the current ones of a county, by level."""

import json
from typing import Any
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
    """The areas of a county as JSON, written once for a published version.

    Per level one list per area: code, name, parent, feature id, point, box, population, km².
    """
    bodies = _bodies.setdefault(context.published, {})
    if county not in bodies:
        lists = _lists(context, county)
        bodies[county] = json.dumps(lists, ensure_ascii=False, separators=(",", ":")).encode()
    return bodies[county]


def _lists(context: Context, county: str) -> dict[str, list[list[Any]]]:
    described: dict[str, list[list[Any]]] = {}
    for row in areas_of(context, county).iter_rows(named=True):
        described.setdefault(row["area_level"], []).append(
            [
                row["area_code"],
                row["area_name"],
                row["parent_code"],
                row["feature_id"],
                *(_degrees(row[name]) for name in ("longitude", "latitude")),
                *(_degrees(row[name]) for name in ("west", "south", "east", "north")),
                row["population"],
                None if row["area_km2"] is None else round(row["area_km2"], 3),
            ]
        )
    return described


def _degrees(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
