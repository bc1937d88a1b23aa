"""A published county with boundaries, tiles and cases of any size, made in seconds.

Grids are the cells of random points in an oval; communities and towns are unions of the grids
nearest to fewer points, so every level nests in the one above.
"""

import json
from pathlib import Path
from typing import Any

import duckdb
import geopandas
import numpy as np
import polars as pl
import shapely

from geo.shapes import CRS
from geo.tiles import describe_tiles, make_tiles
from tests.support.county import add_empty_tables, operations
from tests.support.marts import AS_OF, COUNTY, FCT_CASES, area, marts
from warehouse.catalogue.facts import FLAG

CENTRE = (113.64, 28.16)
RADII = (0.55, 0.4)
LEVELS = ("county", "town", "community", "grid")
VERTICES_PER_SIDE = 12
"""A real grid's border has some forty vertices."""
EMPTY_GRID = 1
"""Feature id of the grid that no case lies in."""


def publish_map_county(
    home: Path, *, towns: int = 4, communities: int = 16, grids: int = 80, cases: int = 4_000
) -> None:
    """Write `published/` and `tiles/` below a home."""
    rng = np.random.default_rng(7)
    areas = _areas(rng, towns, communities, grids)
    _publish(home, areas, cases, rng)
    _make_tiles(home / "tiles" / COUNTY, areas)


def grid_features(home: Path) -> dict[str, Any]:
    """The grids of a county made here as GeoJSON; a feature's id is its feature id."""
    features = (home / "tiles" / COUNTY / "grid.geojsonl").read_text().splitlines()
    return {"type": "FeatureCollection", "features": [json.loads(line) for line in features]}


def _areas(
    rng: np.random.Generator, towns: int, communities: int, grids: int
) -> list[dict[str, Any]]:
    oval = shapely.Polygon(
        np.c_[np.cos(turn := np.linspace(0, 2 * np.pi, 80)), np.sin(turn)] * RADII + CENTRE
    )
    points = _points(rng, oval, grids)
    cells = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=oval.envelope, ordered=True
    )
    step = float(np.sqrt(oval.area / grids)) / VERTICES_PER_SIDE
    straight = shapely.segmentize(shapely.intersection(np.array(cells.geoms), oval), step)
    shapes = shapely.transform(straight, lambda places: np.round(_bent(places, step), 6))
    community_of = _nearest(points, points[:communities])
    town_of = _nearest(points[:communities], points[:towns])
    rows = [_area("county", COUNTY, "浏阳市", None, shapes)]
    for town in range(towns):
        members = np.isin(community_of, np.flatnonzero(town_of == town))
        rows.append(_area("town", f"T{town:02d}", f"{town + 1}号镇", COUNTY, shapes[members]))
    for number in range(communities):
        parent = f"T{town_of[number]:02d}"
        members = community_of == number
        name = f"{number + 1}号社区"
        rows.append(
            _area("community", f"C{number:03d}", name, parent, shapes[members], town=parent)
        )
    for number, cell in enumerate(shapes):
        community = community_of[number]
        rows.append(
            _area(
                "grid",
                f"G{number:05d}",
                f"{number + 1}号网格",
                f"C{community:03d}",
                cell,
                town=f"T{town_of[community]:02d}",
                community=f"C{community:03d}",
            )
        )
    for level in LEVELS:
        of_level = [row for row in rows if row["area_level"] == level]
        for feature_id, row in enumerate(of_level, start=1):
            row["feature_id"] = feature_id
    return rows


def _bent(places: np.ndarray, step: float) -> np.ndarray:
    """Crooked borders: every place moves by where it is, so neighbours still share theirs."""
    wave = 2 * np.pi / (step * 3.3)
    return places + 0.35 * step * np.sin(wave * places[:, ::-1] + places * wave / 3)


def _points(rng: np.random.Generator, oval: shapely.Polygon, count: int) -> np.ndarray:
    low, high = np.array(CENTRE) - RADII, np.array(CENTRE) + RADII
    candidates = rng.uniform(low, high, (count * 3, 2))
    return candidates[shapely.contains_xy(oval, candidates)][:count]


def _nearest(points: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    return ((points[:, None, :] - seeds[None]) ** 2).sum(axis=2).argmin(axis=1)


def _area(
    level: str,
    code: str,
    name: str,
    parent: str | None,
    shape: Any,
    *,
    town: str | None = None,
    community: str | None = None,
) -> dict[str, Any]:
    union = shapely.union_all(shape)
    west, south, east, north = union.bounds
    point = union.representative_point()
    return area(
        level,
        code,
        population=1_000,
        area_name=name,
        parent_code=parent,
        town_code=code if level == "town" else town,
        community_code=code if level == "community" else community,
        longitude=point.x,
        latitude=point.y,
        west=west,
        south=south,
        east=east,
        north=north,
        area_km2=float(union.area * 10_900),
        is_synthetic=True,
    ) | {"shape": union}


def _publish(home: Path, areas: list[dict[str, Any]], cases: int, rng: np.random.Generator) -> None:
    folder = home / "published"
    folder.mkdir(parents=True)
    plain = [{name: value for name, value in row.items() if name != "shape"} for row in areas]
    marts(folder, areas=plain)
    frame = _cases([row for row in plain if row["area_level"] == "grid"], cases, rng)
    with duckdb.connect(str(folder / "serve_1.duckdb")) as connection:
        connection.register("frame", frame)
        connection.execute("insert into mart.fct_cases by name select * from frame")
        connection.execute(
            "insert into mart.dim_departments values "
            f"('{COUNTY}', 'grid_centre', '综治中心', 'Grid centre')"
        )
        for name, rows in operations(cases).items():
            connection.register("rows", rows)
            connection.execute(f"create or replace table {name} as select * from rows")
            connection.unregister("rows")
        connection.execute(
            "create table ops.location_counts as select county_code, location_method,"
            " count(*) as case_count from mart.fct_cases group by all"
        )
        add_empty_tables(connection)
    with duckdb.connect(str(folder / "people_1.duckdb")) as connection:
        connection.execute("create schema mart")
        add_empty_tables(connection, ("people",))
    (folder / "current").symlink_to("serve_1.duckdb")


def _cases(grids: list[dict[str, Any]], count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Cases of the 100 days before the as-of time, none in the first grid."""
    place = rng.integers(EMPTY_GRID, len(grids), count)
    minutes = rng.lognormal(np.log(20 + 40 * place / len(grids)), 0.5)
    late = rng.random(count) < 0.1 + 0.3 * place / len(grids)
    is_open = rng.random(count) < 0.03
    ages = pl.Series(rng.integers(1, 100 * 1440, count)).cast(pl.Duration("us")) * 60_000_000
    days = {"reported_date": pl.col("reported_at"), "closed_date": pl.col("closed_at")}
    given = {
        "case_id": [f"made:{number}" for number in range(count)],
        "grid_code": [grids[at]["area_code"] for at in place],
        "community_code": [grids[at]["community_code"] for at in place],
        "town_code": [grids[at]["town_code"] for at in place],
        "response_minutes": minutes,
        "is_closed": ~is_open,
        "is_closed_on_time": ~late & ~is_open,
        "is_overdue": is_open,
    }
    constant = {
        "county_code": COUNTY,
        "department_code": "grid_centre",
        "source_id": "made",
        "dataset": "grid_events",
        "location_method": "reported",
        "is_responded": True,
        "is_due_to_respond": True,
        "is_due_to_close": True,
        "is_due_passed": True,
    }
    flags = [name for name, kind in FCT_CASES.items() if kind == FLAG]
    frame = pl.DataFrame(given).with_columns(
        *(pl.lit(value).alias(name) for name, value in constant.items()),
        reported_at=pl.lit(AS_OF).dt.convert_time_zone("Asia/Shanghai") - ages,
        is_responded_on_time=pl.col("response_minutes") < 60,
    )
    return frame.with_columns(
        *(pl.lit(False).alias(name) for name in flags if name not in frame.columns),
        closed_at=pl.when("is_closed").then(pl.col("reported_at") + pl.duration(hours=20)),
    ).with_columns(
        days["reported_date"].dt.date().alias("reported_date"),
        days["closed_date"].dt.date().alias("closed_date"),
    )


def _make_tiles(folder: Path, areas: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True)
    columns = ("area_level", "area_code", "feature_id")
    shapes = geopandas.GeoDataFrame(
        {name: [row[name] for row in areas] for name in columns},
        geometry=[row["shape"] for row in areas],
        crs=CRS,
    )
    make_tiles(shapes, folder).rename(folder / "made")
    (folder / "current.json").write_text(json.dumps(describe_tiles(shapes, "made")))
