"""Cells inside a boundary: what they cover, how large they are, what they are called."""

import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.boundaries import read
from geo.cell_files import check_out, read_boundary, write_cells
from geo.lattice import Lattice
from geo.projection import LocalProjection
from geo.tessellate import LEAST_SHARE, tessellate
from geo.weights import grid_neighbours
from warehouse.errors import InputError, UsageError

GEOD = Geod(ellps="GRS80")
PROJECTION = LocalProjection(114.0, 28.0)


def geodesic_m2(shape: shapely.Geometry) -> float:
    return abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0])


def place(*shapes: shapely.Geometry) -> np.ndarray:
    """Shapes in metres from (114° E, 28° N), in degrees, their lines straight in metres."""
    return PROJECTION.to_degrees(shapely.segmentize(np.array(shapes, dtype=object), 50))


def crooked(seed: int = 1, radius_m: float = 9_000, corners: int = 90) -> shapely.Polygon:
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius_m * (0.8 + 0.35 * rng.random(corners))
    return shapely.Polygon(np.c_[np.cos(turn), np.sin(turn)] * reach[:, None] + (3_000, -2_000))


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_cells_are_the_place_without_gap_or_overlap(shape: str) -> None:
    boundary = place(crooked())
    cells = tessellate(boundary, cell_m=700, shape=shape)
    shapes = cells.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    whole = geodesic_m2(boundary[0])
    assert sum(map(geodesic_m2, shapes)) == pytest.approx(whole, rel=1e-6)
    assert geodesic_m2(shapely.union_all(shapes)) == pytest.approx(whole, rel=1e-6)
    assert cells["area_m2"].sum() == pytest.approx(whole, rel=1e-6)
    assert cells.crs.to_epsg() == 4490


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_a_whole_cell_has_the_size_asked_for_and_no_cell_is_a_sliver(shape: str) -> None:
    cells = tessellate(place(crooked()), cell_m=700, shape=shape)
    size = Lattice(shape, 700).cell_m2
    whole = cells[cells["is_whole"]]
    assert len(whole) > 100
    assert whole["area_m2"].to_numpy() == pytest.approx(size, rel=1e-6)
    assert [geodesic_m2(one) for one in whole.geometry] == pytest.approx(
        [size] * len(whole), rel=1e-5
    )
    assert cells["area_m2"].min() >= LEAST_SHARE * size
    assert cells["area_m2"].max() < 2.5 * size


@pytest.mark.parametrize(("shape", "least", "most"), [("square", 8, 8), ("hexagon", 6, 6)])
def test_whole_cells_inside_touch_as_many_as_their_shape_has(
    shape: str, least: int, most: int
) -> None:
    cells = tessellate(place(shapely.box(0, 0, 9_000, 9_000)), cell_m=1_000, shape=shape)
    shapes = np.asarray(cells.geometry.to_numpy(), dtype=object)
    counts = grid_neighbours(cells["grid_code"].to_list(), shapes).group_by("grid_code").len()
    inner = cells["grid_code"][cells.intersects(place(shapely.box(3_500, 3_500, 5_500, 5_500))[0])]
    for _, count in counts.filter(counts["grid_code"].is_in(list(inner))).rows():
        assert least <= count <= most


def test_codes_stay_when_the_boundary_is_corrected() -> None:
    before = tessellate(place(crooked()), cell_m=500)
    grown = shapely.union(crooked(), shapely.box(8_000, -3_000, 14_000, 2_000))
    after = tessellate(place(grown), cell_m=500).set_index("grid_code")
    kept = before[before["is_whole"]]
    assert set(kept["grid_code"]) <= set(after.index)
    moved = shapely.distance(
        shapely.centroid(kept.geometry.to_numpy()),
        shapely.centroid(after.loc[kept["grid_code"]].geometry.to_numpy()),
    )
    assert moved.max() < 1e-6
    assert before["grid_code"].is_unique
    assert before["grid_code"].is_monotonic_increasing


def test_codes_count_from_the_whole_degree_in_all_directions() -> None:
    cells = tessellate(place(shapely.box(-1_000, -1_000, 1_000, 1_000)), cell_m=1_000)
    assert cells["grid_code"].to_list() == ["N000E000", "N000W001", "S001E000", "S001W001"]
    assert cells["is_whole"].all()


def test_cells_do_not_cross_from_one_area_into_another() -> None:
    left, right = shapely.box(0, 0, 3_300, 5_000), shapely.box(3_300, 0, 6_000, 5_000)
    boundary = place(left, right)
    cells = tessellate(boundary, cell_m=1_000, area_codes=["c1", "c2"])
    for code, area in zip(("c1", "c2"), boundary, strict=True):
        own = cells[cells["community_code"] == code]
        assert own["area_m2"].sum() == pytest.approx(geodesic_m2(area), rel=1e-6)
        assert own["grid_code"].str.startswith(f"{code}-").all()
    assert cells["grid_code"].is_unique


def test_several_polygons_of_one_area_are_one() -> None:
    boundary = place(shapely.box(0, 0, 1_500, 3_000), shapely.box(1_500, 0, 3_000, 3_000))
    cells = tessellate(boundary, cell_m=1_000, area_codes=["c", "c"])
    assert len(cells) == 9
    assert cells["is_whole"].all()


def test_a_hole_stays_a_hole_and_an_islet_joins_the_nearest_cell() -> None:
    ring = shapely.box(0, 0, 6_000, 6_000).difference(shapely.box(2_000, 2_000, 4_000, 4_000))
    islet = shapely.box(7_000, 500, 7_100, 600)
    cells = tessellate(place(shapely.union(ring, islet)), cell_m=1_000)
    assert len(cells) == 32
    holder = cells[~cells["is_whole"]]
    assert holder["grid_code"].to_list() == ["N000E005"]
    assert holder["area_m2"].iloc[0] == pytest.approx(1_010_000, rel=1e-6)


def test_two_parts_of_a_cell_on_both_sides_of_a_gap_are_two_grids() -> None:
    split = shapely.box(0, 0, 3_000, 1_000).difference(shapely.box(1_450, -1, 1_550, 1_001))
    cells = tessellate(place(split), cell_m=1_000)
    assert cells["grid_code"].to_list() == ["N000E000", "N000E001", "N000E001-2", "N000E002"]


def test_many_cells_are_cut_in_seconds_and_none_is_lost() -> None:
    boundary = place(crooked(radius_m=12_000))
    cells = tessellate(boundary, cell_m=250)
    assert len(cells) > 5_000
    assert cells["area_m2"].sum() == pytest.approx(geodesic_m2(boundary[0]), rel=1e-6)


def test_a_cell_larger_than_the_place_and_too_many_cells_are_refused() -> None:
    boundary = place(shapely.box(0, 0, 900, 900))
    with pytest.raises(UsageError, match="larger than the place"):
        tessellate(boundary, cell_m=1_000)
    with pytest.raises(UsageError, match=r"too many cells.*at least 1$"):
        tessellate(boundary, cell_m=0.5)
    with pytest.raises(InputError, match="empty"):
        tessellate(boundary[:0], cell_m=100)


# Files


def write_geojson(path: Path, *geometries: dict, properties: list[dict] | None = None) -> Path:
    rows = properties or [{} for _ in geometries]
    features = [
        {"type": "Feature", "properties": row, "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_file_of_lines_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[114, 28], [114.1, 28.1]]}
    lines = write_geojson(tmp_path / "lines.geojson", line)
    with pytest.raises(InputError, match="not a polygon"):
        read_boundary(lines, crs=None, datum="wgs84", within=None)
    empty = write_geojson(tmp_path / "empty.geojson")
    with pytest.raises(InputError, match="no features"):
        read_boundary(empty, crs=None, datum="wgs84", within=None)


def test_an_unknown_reference_system_datum_attribute_or_file_is_refused(tmp_path: Path) -> None:
    square = shapely.geometry.mapping(shapely.box(114, 28, 114.1, 28.1))
    file = write_geojson(tmp_path / "a.geojson", square, properties=[{"code": None}])
    with pytest.raises(InputError, match="unknown coordinate reference system"):
        read_boundary(file, crs="EPSG:1", datum="wgs84", within=None)
    with pytest.raises(UsageError, match="datum"):
        read_boundary(file, crs=None, datum="mars", within=None)
    with pytest.raises(UsageError, match="--within"):
        read_boundary(file, crs=None, datum="wgs84", within="town")
    with pytest.raises(InputError, match="has no code"):
        read_boundary(file, crs=None, datum="wgs84", within="code")
    with pytest.raises(InputError, match="no such file"):
        read_boundary(tmp_path / "b.geojson", crs=None, datum="wgs84", within=None)
    with pytest.raises(UsageError, match=r"\.geojson"):
        check_out(tmp_path / "b.shp")
    with pytest.raises(UsageError, match="no folder"):
        check_out(tmp_path / "none" / "b.gpkg")


@pytest.mark.parametrize("name", ["cells.geojson", "cells.gpkg"])
def test_a_written_file_is_read_as_any_boundary_file(tmp_path: Path, name: str) -> None:
    cells = tessellate(place(crooked()), cell_m=2_000)
    file = tmp_path / name
    file.write_text("what was there before")
    write_cells(cells, file)
    read_back, notes = read(file, crs=None, datum="cgcs2000")
    assert notes == []
    assert read_back["grid_code"].to_list() == cells["grid_code"].to_list()
    shapes = shapely.from_wkb(read_back["geometry_wkb"].to_list())
    assert shapely.equals(shapes, cells.geometry.to_numpy()).all()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_place_in_feet_and_one_in_gcj02_end_where_they_are(tmp_path: Path) -> None:
    feet = geopandas.GeoDataFrame(geometry=place(crooked()), crs="EPSG:4490")
    feet.to_crs("+proj=laea +lat_0=28 +lon_0=114 +ellps=GRS80 +units=us-ft").to_file(
        tmp_path / "feet.shp"
    )
    shapes, _, _ = read_boundary(tmp_path / "feet.shp", crs=None, datum="wgs84", within=None)
    assert geodesic_m2(shapes[0]) == pytest.approx(geodesic_m2(place(crooked())[0]), rel=1e-6)
    written = write_geojson(
        tmp_path / "web.geojson", shapely.geometry.mapping(shapely.box(113.6, 28.1, 113.7, 28.2))
    )
    plain, _, _ = read_boundary(written, crs=None, datum="wgs84", within=None)
    shifted, _, _ = read_boundary(written, crs=None, datum="gcj02", within=None)
    apart_m = GEOD.inv(*plain[0].centroid.coords[0], *shifted[0].centroid.coords[0])[2]
    assert 400 < apart_m < 800
