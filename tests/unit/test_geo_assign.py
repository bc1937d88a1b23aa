"""Point → grid: the same answer as asking every polygon, for every point, border points too."""

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import assign
from geo.assign import GridIndex, assign_grids
from geo.boundaries import read
from geo.coordinates import CoordinateRangeError
from tests.support.shared_data import shared_data


def points(*pairs):
    return pl.DataFrame(
        [[None if pair is None else pair[axis] for pair in pairs] for axis in (0, 1)],
        schema={"longitude": pl.Float64, "latitude": pl.Float64},
    )


def codes_of(grids, *pairs):
    return assign_grids(points(*pairs), grids=grids)["grid_code"].to_list()


def brute_force(codes, geometries, longitude, latitude):
    """The lowest code whose polygon covers the point: the definition, one point at a time."""
    by_code = sorted(zip(codes, geometries, strict=True), key=lambda grid: grid[0])
    return [
        next(
            (
                code
                for code, geometry in by_code
                if geometry is not None and geometry.covers(shapely.Point(x, y))
            ),
            None,
        )
        for x, y in zip(longitude, latitude, strict=True)
    ]


WEST = shapely.box(113.0, 28.0, 113.1, 28.1)
EAST = shapely.box(113.1, 28.0, 113.2, 28.1)


def test_a_point_gets_the_grid_around_it_and_none_outside():
    grids = GridIndex.build(["w", "e"], [WEST, EAST])
    assert codes_of(grids, (113.05, 28.05), (113.15, 28.05), (113.3, 28.05), (0.0, 0.0)) == [
        "w",
        "e",
        None,
        None,
    ]


def test_a_point_on_a_shared_border_goes_to_the_lower_code():
    border, corner = (113.1, 28.03), (113.1, 28.1)
    assert codes_of(GridIndex.build(["a", "b"], [WEST, EAST]), border, corner) == ["a", "a"]
    assert codes_of(GridIndex.build(["b", "a"], [WEST, EAST]), border, corner) == ["a", "a"]


def test_where_grids_overlap_the_lower_code_wins():
    around = shapely.box(112.9, 27.9, 113.3, 28.2)
    assert codes_of(GridIndex.build(["1", "2"], [around, EAST]), (113.15, 28.05)) == ["1"]
    assert codes_of(GridIndex.build(["2", "1"], [around, EAST]), (113.15, 28.05)) == ["1"]


def test_a_hole_belongs_to_no_grid_but_its_rim_does():
    ring = shapely.box(113.0, 28.0, 113.3, 28.3).difference(shapely.box(113.1, 28.1, 113.2, 28.2))
    grids = GridIndex.build(["r"], [ring])
    assert codes_of(grids, (113.15, 28.15), (113.1, 28.15), (113.05, 28.05)) == [None, "r", "r"]


def test_every_part_of_a_multipolygon_counts():
    both = shapely.MultiPolygon([WEST, shapely.box(114.0, 28.0, 114.1, 28.1)])
    grids = GridIndex.build(["m"], [both])
    assert codes_of(grids, (113.05, 28.05), (114.05, 28.05), (113.5, 28.05)) == ["m", "m", None]


def test_the_frame_keeps_its_order_and_columns_and_nulls():
    grids = GridIndex.build(["w"], [WEST])
    given_points = points((113.05, 28.05), None, (120.0, 30.0)).with_columns(case_id=pl.lit("x"))
    assigned = assign_grids(given_points, grids=grids)
    assert assigned.drop("grid_code", "location_method").equals(given_points)
    assert assigned["grid_code"].to_list() == ["w", None, None]
    assert assigned["location_method"].to_list() == ["point_in_grid", "none", "none"]


def test_no_points_and_no_grids_are_no_error():
    assert assign_grids(points(), grids=GridIndex.build(["w"], [WEST])).height == 0
    for nothing in (
        GridIndex.build([], []),
        GridIndex.build(["a", "b"], [None, shapely.Polygon()]),
    ):
        assert codes_of(nothing, (113.05, 28.05), (0.0, 0.0)) == [None, None]


def test_swapped_coordinates_are_refused():
    with pytest.raises(CoordinateRangeError, match=r"latitude 113\.05 \(row 2\)"):
        codes_of(GridIndex.build(["w"], [WEST]), (113.05, 28.05), (28.05, 113.05))


def test_a_grid_thinner_than_a_cell_is_found():
    thin = shapely.box(113.5, 28.0, 113.5 + 1e-9, 29.0)
    grids = GridIndex.build(["wide", "thin"], [shapely.box(113.0, 28.0, 114.0, 29.0), thin])
    assert codes_of(grids, (113.5, 28.5), (113.5 + 5e-10, 28.7), (113.5 + 2e-9, 28.5)) == [
        "thin",
        "thin",
        "wide",
    ]


def test_chunks_do_not_show(monkeypatch):
    longitude, latitude = np.random.default_rng(1).uniform((112.9, 27.9), (113.3, 28.2), (999, 2)).T
    grids = GridIndex.build(["w", "e"], [WEST, EAST])
    whole = grids.places(longitude, latitude)
    monkeypatch.setattr(assign, "POINTS_PER_CHUNK", 7)
    assert grids.places(longitude, latitude).tolist() == whole.tolist()


def tiling(seed, count):
    """A county of Voronoi cells: polygons that share their borders vertex by vertex."""
    random = np.random.default_rng(seed)
    centres = shapely.MultiPoint(random.uniform((113.0, 28.0), (114.0, 29.0), (count, 2)))
    county = shapely.box(112.9, 27.9, 114.1, 29.1)
    cells = list(shapely.voronoi_polygons(centres, extend_to=county).geoms)
    return [f"{place:03}" for place in random.permutation(len(cells))], cells


def difficult_points(cells, random):
    """Vertices, points on edges, the neighbours of both in floating point, and any point."""
    vertices = shapely.get_coordinates(np.array(cells))
    on_edges = (vertices[1:] + vertices[:-1]) / 2
    anywhere = random.uniform((112.8, 27.8), (114.2, 29.2), (200, 2))
    exact = np.vstack([vertices, on_edges, anywhere])
    return np.vstack([exact, np.nextafter(exact, np.inf), np.nextafter(exact, -np.inf)])


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 30), cells=st.integers(1, 5000))
@settings(max_examples=40, deadline=None)
def test_it_answers_as_asking_every_polygon_of_a_tiling_does(seed, count, cells):
    codes, polygons = tiling(seed, count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assign, "FEWEST_CELLS", cells)
        patch.setattr(assign, "MOST_CELLS", cells)
        grids = GridIndex.build(codes, polygons)
    longitude, latitude = difficult_points(polygons, np.random.default_rng(seed)).T
    found = [
        None if place < 0 else grids.codes[place] for place in grids.places(longitude, latitude)
    ]
    assert found == brute_force(codes, polygons, longitude, latitude)


corner = st.tuples(st.integers(0, 12), st.integers(0, 12))
ring = st.lists(corner, min_size=3, max_size=8, unique=True)


def polygon_of(corners):
    """A valid polygon or multipolygon, with holes as they come, on a coarse lattice."""
    mended = shapely.make_valid(shapely.Polygon(corners), method="linework")
    parts = [
        part for part in shapely.get_parts(shapely.get_parts(mended)) if part.geom_type == "Polygon"
    ]
    return shapely.union_all(parts) if parts else None


@given(rings=st.lists(ring, min_size=1, max_size=6), cells=st.integers(1, 3000))
@settings(max_examples=150, deadline=None)
def test_it_answers_as_asking_every_polygon_where_they_overlap(rings, cells):
    polygons = [polygon_of(corners) for corners in rings]
    codes = [f"g{len(rings) - place}" for place in range(len(rings))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assign, "FEWEST_CELLS", cells)
        patch.setattr(assign, "MOST_CELLS", cells)
        grids = GridIndex.build(codes, polygons)
    longitude, latitude = (axis.ravel() for axis in np.mgrid[-1:13:0.5, -1:13:0.5])
    found = [
        None if place < 0 else grids.codes[place] for place in grids.places(longitude, latitude)
    ]
    assert found == brute_force(codes, polygons, longitude, latitude)


def test_a_tiling_has_no_gap_inside_the_county():
    codes, polygons = tiling(7, 60)
    grids = GridIndex.build(codes, polygons)
    county = shapely.union_all(polygons).buffer(-1e-9)
    candidates = difficult_points(polygons, np.random.default_rng(7))
    inside = candidates[shapely.contains_xy(county, candidates)]
    assert len(inside) > 1000
    assert (grids.places(inside[:, 0].copy(), inside[:, 1].copy()) >= 0).mean() > 0.999


def test_real_requests_get_the_zip_code_that_asking_every_polygon_gives():
    frame, _ = read(
        shared_data("boston_311_2011h2/boston_zipcodes.geojson"), crs=None, datum="wgs84"
    )
    requests = pl.read_csv(
        shared_data("boston_311_2011h2/311_service_requests_2011.csv"),
        columns=["longitude", "latitude"],
        schema_overrides={"longitude": pl.Float64, "latitude": pl.Float64},
    ).unique(maintain_order=True)
    codes = frame["ZIP_CODE"].to_list()
    polygons = shapely.from_wkb(frame["geometry_wkb"].to_list())
    assigned = assign_grids(requests, grids=GridIndex.build(codes, polygons))

    places = shapely.points(requests.select("longitude", "latitude").to_numpy())
    point, polygon = shapely.STRtree(polygons).query(places, predicate="covered_by")
    asked = (
        pl.DataFrame({"row": point, "asked": [codes[place] for place in polygon]})
        .group_by("row")
        .agg(pl.col("asked").min())
    )
    both = assigned.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    both = both.join(asked, on="row", how="left", maintain_order="left")
    assert both["grid_code"].equals(both["asked"], null_equal=True)
    assert both["grid_code"].is_not_null().mean() > 0.99
