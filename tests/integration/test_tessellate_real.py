"""The command on boundaries of real places, and what it says when it cannot."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from pyproj import Geod

from geo.boundaries import read
from geo.weights import grid_neighbours
from tests.support.shared_data import shared_data
from warehouse.cli import make_app
from warehouse.settings import Settings

GEOD = Geod(ellps="GRS80")
PORTLAND = "portland_crime/portland-police-districts.zip"
LIUYANG = "liuyang_boundary/cnmaps_amap_430181.geojson"


def tessellate(tmp_path: Path, *arguments: object) -> int | None:
    """Call the command as the console script does; its exit code where it is not 0."""
    app = make_app(Settings(home=tmp_path), command="tessellate")
    try:
        app(args=["tessellate", *map(str, arguments)], standalone_mode=False)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return None


def shapes_of(file: Path) -> tuple[pl.DataFrame, np.ndarray]:
    rows, _ = read(file, crs=None, datum="cgcs2000")
    return rows, np.asarray(shapely.from_wkb(rows["geometry_wkb"].to_list()), dtype=object)


def geodesic_km2(shapes: np.ndarray) -> float:
    # A line of the file is straight in its own system; a geodesic between its ends is another one.
    oriented = shapely.orient_polygons(shapely.segmentize(shapes, 0.001))
    return sum(abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in oriented) / 1e6


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_portland_in_feet_is_covered(tmp_path: Path, shape: str) -> None:
    source = shared_data(PORTLAND)
    out = tmp_path / "cells.gpkg"
    tessellate(tmp_path, source, "--cell", 600, "--shape", shape, "--out", out)
    rows, shapes = shapes_of(out)
    districts, _ = read(source, crs=None, datum="wgs84")
    place = shapely.union_all(shapely.from_wkb(districts["geometry_wkb"].drop_nulls().to_list()))
    assert geodesic_km2(shapes) == pytest.approx(geodesic_km2(np.array([place])), rel=1e-5)
    assert 1_000 < len(rows) < 1_500
    # Portland's districts are 45.4–45.7° N, 122.5–122.9° W.
    assert shapely.box(-123.0, 45.3, -122.4, 45.8).contains(
        shapely.box(*shapely.total_bounds(shapes))
    )
    pairs = grid_neighbours(rows["grid_code"].to_list(), shapes)
    assert set(pairs["grid_code"]) == set(rows["grid_code"])


def test_cells_within_portlands_districts_stay_in_them(tmp_path: Path) -> None:
    source = shared_data(PORTLAND)
    out = tmp_path / "cells.geojson"
    tessellate(tmp_path, source, "--cell", 600, "--within", "DISTRICT", "--out", out)
    rows, shapes = shapes_of(out)
    districts, _ = read(source, crs=None, datum="wgs84")
    for code in districts["DISTRICT"].unique():
        own = districts.filter(pl.col("DISTRICT") == code)["geometry_wkb"].drop_nulls().to_list()
        cells = shapes[(rows["community_code"] == code).to_numpy()]
        area = shapely.union_all(shapely.from_wkb(own))
        assert geodesic_km2(cells) == pytest.approx(geodesic_km2(np.array([area])), rel=1e-5)


def test_liuyangs_outline_moves_to_where_it_is(tmp_path: Path) -> None:
    """Published in GCJ-02: read as it is written, it lies 650 m off."""
    source = shared_data(LIUYANG)
    out = tmp_path / "cells.geojson"
    tessellate(tmp_path, source, "--cell", 1_300, "--datum", "gcj02", "--out", out)
    rows, shapes = shapes_of(out)
    assert 2_900 < len(rows) < 3_200
    # The county has 5,007 km² by its yearbook; outlines on the web are simplified.
    assert geodesic_km2(shapes) == pytest.approx(5_007, rel=0.01)
    boundary, _ = read(source, crs=None, datum="wgs84")
    written = shapely.from_wkb(boundary["geometry_wkb"].to_list())
    apart_m = GEOD.inv(
        *shapely.union_all(written).centroid.coords[0],
        *shapely.union_all(shapes).centroid.coords[0],
    )[2]
    assert 500 < apart_m < 800
