"""The sample county: areas and grids with boundaries, people and history, and their files."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from etl.sample.contiguity import mend
from etl.sample.layout import lay_out
from etl.sample.places import COUNTY_CODE, COUNTY_NAME, Places, read_places
from etl.sample.split import halve
from etl.sample.tessellation import MICRO, tessellate
from etl.sample.types import Floats, Ints

VALID_FROM = date(2023, 1, 1)
LAST_DAY_BEFORE_SPLIT = date(2025, 6, 30)
FIRST_DAY_AFTER_SPLIT = date(2025, 7, 1)
UPDATED_AT = {VALID_FROM: "2023-01-01 00:00:00", FIRST_DAY_AFTER_SPLIT: "2025-07-01 00:00:00"}
COLLECTION_NAME = "示意边界 synthetic boundaries"
LEAST_PEOPLE, MOST_PEOPLE = 100, 1500


@dataclass(frozen=True)
class SampleCounty:
    """Areas and grids.

    `grids`: one row per grid version: grid_code, grid_name, community_code, town_code,
    population, valid_from_date, valid_to_date (last day, null = still).
    `polygons`: their polygons, degrees, in the same order.
    `sites`: row numbers of the versions that hold today.
    `before_split`: for each site, the row number of the version that held before the split day.
    """

    places: Places
    grids: pl.DataFrame
    polygons: list[shapely.Polygon]
    sites: Ints
    before_split: Ints


def make_county(seed: int, *, only_town: str | None = None) -> SampleCounty:
    """Draw the county, or the one town of it that `only_town` names, the same in both cases."""
    rng = np.random.default_rng([seed, 1])
    places = read_places()
    layout = lay_out(places, rng)
    cells = tessellate(layout, rng)
    town_of_community = places.communities["town"].to_numpy().astype(np.int64)
    community = mend(layout.community, town_of_community, cells.neighbours)
    people = _people(places, town_of_community[community], rng)
    if only_town is not None:
        number = places.towns["town_code"].to_list().index(only_town)
        kept = np.flatnonzero(town_of_community[community] == number)
    else:
        kept = np.arange(len(community))
    # By community, then from north to south, as numbers are given on a plan.
    kept = kept[np.lexsort((-layout.seeds[kept, 1], community[kept]))]
    rings = [cells.rings[cell] for cell in kept]
    return _with_history(places, community[kept], people[kept], rings, rng)


def _people(places: Places, town: Ints, rng: np.random.Generator) -> Ints:
    """Residents of each grid; a town's grids add up to about the town's figure."""
    share = rng.lognormal(0, 0.35, len(town))
    whole = np.bincount(town, weights=share)[town]
    wanted = places.towns["population"].to_numpy()[town]
    return np.clip(np.round(wanted * share / whole), LEAST_PEOPLE, MOST_PEOPLE).astype(np.int64)


def _with_history(
    places: Places, community: Ints, people: Ints, rings: list[Ints], rng: np.random.Generator
) -> SampleCounty:
    """Number the grids and split some of the most populous ones on the split day."""
    count = len(community)
    sequence = np.arange(count) - np.searchsorted(community, community) + 1
    last = dict(zip(community.tolist(), sequence.tolist(), strict=True))
    crowded = np.argsort(-people, kind="stable")[: count // 10]
    wanted = set(rng.permutation(crowded)[: max(2, count // 250)].tolist())
    rows: list[dict[str, Any]] = []
    polygons: list[shapely.Polygon] = []
    sites: list[int] = []
    before: list[int] = []

    def add(
        cell: int, number: int, ring: Ints, residents: int, first: date, end: date | None
    ) -> int:
        own = places.communities.row(int(community[cell]), named=True)
        rows.append(
            {
                "grid_code": f"{own['community_code']}{number:03d}",
                "grid_name": f"{own['community_name']}第{number}网格",
                "community_code": own["community_code"],
                "town_code": own["town_code"],
                "population": residents,
                "valid_from_date": first,
                "valid_to_date": end,
            }
        )
        polygons.append(shapely.Polygon(ring / MICRO))
        return len(rows) - 1

    for cell, ring in enumerate(rings):
        halves = halve(ring) if cell in wanted else None
        end = LAST_DAY_BEFORE_SPLIT if halves else None
        whole = add(cell, int(sequence[cell]), ring, int(people[cell]), VALID_FROM, end)
        if halves is None:
            sites.append(whole)
            before.append(whole)
            continue
        share = int(people[cell]) // 2
        for half, residents in zip(halves, (share, int(people[cell]) - share), strict=True):
            last[int(community[cell])] += 1
            number = last[int(community[cell])]
            sites.append(add(cell, number, half, residents, FIRST_DAY_AFTER_SPLIT, None))
            before.append(whole)
    schema = {"valid_from_date": pl.Date, "valid_to_date": pl.Date}
    return SampleCounty(
        places=places,
        grids=pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None),
        polygons=polygons,
        sites=np.array(sites),
        before_split=np.array(before),
    )


def write_boundaries(county: SampleCounty, folder: Path) -> tuple[Path, Path]:
    """Write `areas.geojson` (county, towns, communities) and `grids.geojson` (with history)."""
    areas_file, grids_file = folder / "areas.geojson", folder / "grids.geojson"
    _write_collection(_area_features(county), areas_file)
    features = []
    for row, polygon in zip(county.grids.iter_rows(named=True), county.polygons, strict=True):
        properties = {key: value for key, value in row.items() if key != "town_code"}
        features.append(_feature(properties, polygon))
    _write_collection(features, grids_file)
    return areas_file, grids_file


def _area_features(county: SampleCounty) -> list[dict[str, Any]]:
    """Each community is the union of its grids, each town of its communities, and so the county."""
    current = county.grids[county.sites]
    pieces = np.array([county.polygons[site] for site in county.sites])
    names = {
        **dict(county.places.communities.select("community_code", "community_name").iter_rows()),
        **dict(county.places.towns.select("town_code", "town_name").iter_rows()),
        COUNTY_CODE: COUNTY_NAME,
    }
    parents = {"town": pl.lit(COUNTY_CODE), "community": pl.col("town_code")}
    levels: list[list[dict[str, Any]]] = []
    for level in ("community", "town", "county"):
        key = pl.lit(COUNTY_CODE) if level == "county" else pl.col(f"{level}_code")
        members = current.with_columns(
            area_code=key,
            parent_code=parents.get(level, pl.lit(None, dtype=pl.String)),
            piece=pl.int_range(pl.len()),
        )
        grouped = members.group_by("area_code", "parent_code").agg(
            pl.col("population").sum(), pl.col("piece")
        )
        levels.append(
            [
                _feature(
                    {
                        "area_code": row["area_code"],
                        "area_level": level,
                        "area_name": names[row["area_code"]],
                        "parent_code": row["parent_code"],
                        "population": row["population"],
                        "valid_from_date": VALID_FROM,
                        "valid_to_date": None,
                    },
                    shapely.coverage_union_all(pieces[row["piece"]]),
                )
                for row in grouped.sort("area_code").iter_rows(named=True)
            ]
        )
    return [feature for level in reversed(levels) for feature in level]


def _feature(properties: dict[str, Any], polygon: shapely.Polygon) -> dict[str, Any]:
    first: date = properties["valid_from_date"]
    dated = {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in properties.items()
    }
    return {
        "type": "Feature",
        "properties": {**dated, "updated_at": UPDATED_AT[first]},
        "geometry": _geometry(polygon),
    }


def _geometry(polygon: shapely.Polygon | shapely.MultiPolygon) -> dict[str, Any]:
    """GeoJSON of a polygon, outer rings counter-clockwise, six decimals."""
    parts = [
        [_ring(ring) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(shapely.orient_polygons(polygon))
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(ring: shapely.LinearRing) -> list[list[float]]:
    coordinates: Floats = shapely.get_coordinates(ring)
    return np.round(coordinates, 6).tolist()  # type: ignore[no-any-return]


def _write_collection(features: list[dict[str, Any]], file: Path) -> None:
    """One feature a line, so that two versions can be compared line by line."""
    dumped = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    file.write_text(
        f'{{"type":"FeatureCollection","name":"{COLLECTION_NAME}","features":[\n'
        + ",\n".join(dumped)
        + "\n]}\n",
        encoding="utf-8",
        newline="\n",
    )
