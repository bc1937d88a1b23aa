"""Neighbours of grids: who touches whom, and along how many metres."""

import numpy as np
import polars as pl
import pytest
import shapely
from libpysal.weights import Queen
from pyproj import Geod

from geo.projection import LocalProjection
from geo.weights import grid_neighbours, weight_matrix
from tests.support.planted import CENTRE, random_bed

PROJECTION = LocalProjection(114.0, 28.0)
KM = 1000.0


def neighbours(boxes: dict[str, tuple[float, float, float, float]]) -> dict[tuple, tuple]:
    """(grid, neighbour) → (contact, metres) of boxes in metres from the projection's centre."""
    shapes = PROJECTION.to_degrees(
        np.array([shapely.box(*sides) for sides in boxes.values()], dtype=object)
    )
    rows = grid_neighbours(list(boxes), shapes)
    assert rows.rows() == sorted(rows.rows())
    return {row[:2]: (row[2], row[3]) for row in rows.iter_rows()}


def test_a_line_in_common_is_an_edge_and_a_point_a_corner() -> None:
    found = neighbours(
        {
            "a": (0, 0, KM, KM),
            "b": (KM, 0, 2 * KM, KM),
            "c": (KM, KM, 2 * KM, 2 * KM),
        }
    )
    assert {pair: contact for pair, (contact, _) in found.items()} == {
        ("a", "b"): "edge",
        ("b", "a"): "edge",
        ("b", "c"): "edge",
        ("c", "b"): "edge",
        ("a", "c"): "corner",
        ("c", "a"): "corner",
    }
    assert found["a", "b"][1] == pytest.approx(KM, rel=1e-6)
    assert found["a", "c"][1] == 0


def test_borders_without_the_same_vertices_are_shared_too() -> None:
    """A large grid beside two small ones: the middle of its side is a corner of theirs only."""
    found = neighbours(
        {
            "large": (0, 0, KM, KM),
            "low": (KM, 0, 2 * KM, 0.4 * KM),
            "high": (KM, 0.4 * KM, 2 * KM, KM),
            "beyond": (-KM, KM, 0, 2 * KM),
        }
    )
    assert found["large", "low"] == ("edge", pytest.approx(400, abs=3))
    assert found["large", "high"] == ("edge", pytest.approx(600, abs=3))
    assert found["low", "high"][0] == "edge"
    assert found["large", "beyond"][0] == "corner"


@pytest.mark.parametrize(("gap_m", "contact"), [(0.5, "edge"), (-0.5, "edge"), (3.0, "nearest")])
def test_borders_a_little_apart_count_as_one(gap_m: float, contact: str) -> None:
    found = neighbours({"a": (0, 0, KM, KM), "b": (KM + gap_m, 0, 2 * KM, KM)})
    assert found["a", "b"][0] == contact


def test_an_island_has_the_nearest_grid_and_of_several_the_lowest_code() -> None:
    found = neighbours(
        {
            "c": (0, 0, KM, KM),
            "b": (0, -KM, KM, 0),
            "island": (2 * KM, -0.5 * KM, 3 * KM, 0.5 * KM),
        }
    )
    assert found["island", "b"] == ("nearest", 0)
    assert found["b", "island"] == ("nearest", 0)
    assert ("island", "c") not in found


def test_two_islands_that_are_nearest_to_each_other_are_one_pair() -> None:
    found = neighbours({"a": (0, 0, KM, KM), "b": (2 * KM, 0, 3 * KM, KM)})
    assert set(found) == {("a", "b"), ("b", "a")}


def test_a_single_grid_and_none_have_no_neighbours() -> None:
    shape = np.array([shapely.box(113, 28, 113.1, 28.1)], dtype=object)
    assert grid_neighbours(["a"], shape).is_empty()
    assert grid_neighbours([], shape[:0]).is_empty()


def test_a_grid_in_two_parts_touches_with_each() -> None:
    parts = shapely.multipolygons([shapely.box(0, 0, KM, KM), shapely.box(2 * KM, 0, 3 * KM, KM)])
    between = shapely.multipolygons([shapely.box(KM, 0, 2 * KM, KM)])
    shapes = PROJECTION.to_degrees(np.array([parts, between], dtype=object))
    found = grid_neighbours(["parts", "between"], shapes)
    assert found["shared_m"].to_list() == pytest.approx([2 * KM, 2 * KM], rel=1e-6)
    assert found["contact_code"].to_list() == ["edge", "edge"]


def test_a_hole_filled_by_another_grid_is_shared_all_around() -> None:
    hole = shapely.box(-100, -100, 100, 100)
    shapes = PROJECTION.to_degrees(
        np.array([shapely.box(-KM, -KM, KM, KM).difference(hole), hole], dtype=object)
    )
    found = grid_neighbours(["around", "within"], shapes)
    assert found["contact_code"].to_list() == ["edge", "edge"]
    assert found["shared_m"].to_list() == pytest.approx([800, 800], rel=1e-6)


def test_irregular_cells_have_the_neighbours_and_borders_of_independent_ways() -> None:
    """libpysal's queen contiguity, and the geodesic length of the intersections of borders."""
    rng = np.random.default_rng(3)
    points = rng.uniform(0, 0.2, (150, 2)) + CENTRE
    box = shapely.box(*points.min(axis=0) - 0.01, *points.max(axis=0) + 0.01)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=box, ordered=True)
    shapes = shapely.intersection(np.array(cells.geoms), box)
    codes = [f"{number:03d}" for number in range(len(shapes))]
    found = grid_neighbours(codes, shapes)
    queen = Queen.from_iterable(list(shapes), silence_warnings=True)
    expected = {(codes[one], codes[other]) for one in queen.neighbors for other in queen[one]}
    assert set(found.select("grid_code", "neighbour_code").rows()) == expected
    geod = Geod(ellps="GRS80")
    for one, other, _, metres in found.rows():
        line = shapely.intersection(*shapely.boundary(shapes[[int(one), int(other)]]))
        assert metres == pytest.approx(geod.geometry_length(line), rel=2e-4, abs=0.01)


def test_the_order_of_grids_does_not_matter() -> None:
    bed = random_bed(60)
    assert bed.neighbours.rows() == sorted(bed.neighbours.rows())
    order = np.random.default_rng(1).permutation(bed.count)
    matrix = weight_matrix(bed.codes, bed.neighbours).toarray()
    shuffled = weight_matrix([bed.codes[place] for place in order], bed.neighbours).toarray()
    assert (matrix[order][:, order] == shuffled).all()
    assert (matrix == matrix.T).all()
    assert not matrix.diagonal().any()


def test_pairs_with_grids_left_out_are_left_out() -> None:
    pairs = pl.DataFrame({"grid_code": ["a", "b", "b"], "neighbour_code": ["b", "a", "c"]})
    assert weight_matrix(["a", "b"], pairs).toarray().tolist() == [[0, 1], [1, 0]]
    assert weight_matrix(["a"], pairs).toarray().tolist() == [[0]]
