"""Which grids are neighbours, and the matrix that statistics of neighbourhoods are made with.

Queen contiguity: two grids are neighbours when their borders have a point in common. Borders drawn
apart by up to a metre count as one, because files of real places are rarely exact. A grid that
touches none (an island, an enclave of another county) has the nearest grid as its neighbour, so
that every grid is judged together with another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from scipy import sparse

from geo.projection import Geometries, LocalProjection

TOLERANCE_M = 1.0
LEAST_SHARED_M = 4 * TOLERANCE_M
"""Borders that are not the same line are near each other for this long where they only meet."""

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Pairs = tuple[Integers, Integers]

SCHEMA = {
    "grid_code": pl.String,
    "neighbour_code": pl.String,
    "contact_code": pl.String,
    "shared_m": pl.Float64,
}


def grid_neighbours(codes: Sequence[str], shapes: Geometries) -> pl.DataFrame:
    """Neighbours of every grid.

    Args:
        codes: code of each grid, unique.
        shapes: its polygon or multipolygon in CGCS2000 degrees, same order.

    Returns:
        One row per ordered pair of neighbours, so each pair stands there twice: `grid_code,
        neighbour_code, contact_code` (`edge`: a line in common; `corner`: a point; `nearest`: one
        of the two touches no grid and the other is the nearest, of several the lowest code) and
        `shared_m`, the metres of border in common (0 for `corner` and `nearest`). Sorted by both
        codes. Empty for fewer than two grids.
    """
    if len(codes) < 2:
        return pl.DataFrame(schema=SCHEMA)
    order = np.argsort(np.asarray(codes, dtype=object), kind="stable")
    sorted_codes = [codes[place] for place in order]
    metres = LocalProjection.around(shapes).to_metres(shapes[order])
    pairs = touching_pairs(metres)
    first, second, shared = _with_nearest(metres, *pairs)
    contact = np.where(shared > 0, "edge", "corner").astype(object)
    contact[len(pairs[0]) :] = "nearest"
    both = pl.DataFrame(
        {
            "first": np.concatenate([first, second]),
            "second": np.concatenate([second, first]),
            "contact_code": np.concatenate([contact, contact]).astype(str),
            "shared_m": np.concatenate([shared, shared]),
        }
    ).sort("first", "second")
    names = pl.Series(sorted_codes, dtype=pl.String)
    return both.select(
        names.gather(both["first"]).alias("grid_code"),
        names.gather(both["second"]).alias("neighbour_code"),
        "contact_code",
        "shared_m",
    )


def weight_matrix(codes: Sequence[str], neighbours: pl.DataFrame) -> sparse.csr_array:
    """The 0/1 matrix of neighbours among some grids, without the grids themselves.

    Args:
        codes: grids in the order of rows and columns.
        neighbours: as `grid_neighbours` gives them; pairs with other grids are left out, so a grid
            may be left without neighbours.
    """
    places = pl.DataFrame({"code": codes, "place": np.arange(len(codes))}, schema_overrides=_PLACE)
    pairs = neighbours.join(places, left_on="grid_code", right_on="code").join(
        places, left_on="neighbour_code", right_on="code", suffix="_of_neighbour"
    )
    rows, columns = pairs["place"].to_numpy(), pairs["place_of_neighbour"].to_numpy()
    ones = np.ones(len(rows))
    matrix = sparse.csr_array((ones, (rows, columns)), shape=(len(codes), len(codes)))
    matrix.sort_indices()
    return matrix


_PLACE = {"code": pl.String, "place": pl.Int64}


@dataclass(frozen=True)
class _Segments:
    """Straight pieces of all borders. `start`, `end`: vertex numbers; equal places, equal number.

    `owner`: the grid; `length`: metres; `line`: start and end in metres (n × 2 × 2).
    """

    owner: Integers
    start: Integers
    end: Integers
    length: Numbers
    line: npt.NDArray[np.float64]


def touching_pairs(shapes: Geometries) -> tuple[Integers, Integers, Numbers]:
    """Pairs of shapes that touch, lower place first, with the metres of border they share.

    Shapes are in metres. Borders up to a metre apart touch.

    Most borders are the same vertices in both grids and are found by sorting. Only pieces of border
    that no other grid has vertex by vertex (the outline, and what does not fit exactly) are looked
    at as lines.
    """
    segments = _segments_of(shapes)
    low, high = np.minimum(segments.start, segments.end), np.maximum(segments.start, segments.end)
    key = low * (high.max() + 1) + high
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    one, other = order[same], order[same + 1]
    is_alone = np.ones(len(key), dtype=bool)
    is_alone[one] = is_alone[other] = False
    parts = [
        _pairs(segments.owner[one], segments.owner[other], segments.length[one]),
        _corners(segments),
        _inexact(shapes, segments, is_alone),
    ]
    found = pl.concat(parts).group_by("first", "second").agg(pl.col("shared_m").sum())
    found = found.filter(pl.col("first") != pl.col("second")).sort("first", "second")
    return (
        found["first"].to_numpy(),
        found["second"].to_numpy(),
        found["shared_m"].to_numpy(),
    )


def _segments_of(shapes: Geometries) -> _Segments:
    # Of a multipolygon get_rings knows none.
    polygons, owner_of_polygon = shapely.get_parts(shapes, return_index=True)
    rings, polygon_of_ring = shapely.get_rings(polygons, return_index=True)
    owner_of_ring = owner_of_polygon[polygon_of_ring]
    places, ring = shapely.get_coordinates(rings, return_index=True)
    vertex = np.unique(places[:, 0] + 1j * places[:, 1], return_inverse=True)[1].astype(np.int64)
    start = np.flatnonzero((ring[1:] == ring[:-1]) & (vertex[1:] != vertex[:-1]))
    line = np.stack([places[start], places[start + 1]], axis=1)
    return _Segments(
        owner=owner_of_ring[ring[start]].astype(np.int64),
        start=vertex[start],
        end=vertex[start + 1],
        length=np.hypot(*(line[:, 1] - line[:, 0]).T),
        line=line,
    )


def _pairs(one: Integers, other: Integers, shared: Numbers) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "first": np.minimum(one, other).astype(np.int64),
            "second": np.maximum(one, other).astype(np.int64),
            "shared_m": shared.astype(np.float64),
        }
    )


def _corners(segments: _Segments) -> pl.DataFrame:
    """Pairs of grids with a vertex in common; metres 0."""
    # Every vertex of a ring is the start of one of its pieces.
    at_vertex = pl.DataFrame({"vertex": segments.start, "owner": segments.owner}).unique()
    crowded = at_vertex.filter(pl.len().over("vertex") > 1)
    met = crowded.join(crowded, on="vertex", suffix="_other").filter(
        pl.col("owner") < pl.col("owner_other")
    )
    one, other = met["owner"].to_numpy(), met["owner_other"].to_numpy()
    return _pairs(one, other, np.zeros(len(one)))


def _inexact(
    shapes: Geometries, segments: _Segments, is_alone: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    """Pairs that touch without having the same vertices, with the metres they share that way."""
    nothing = np.empty(0, dtype=np.int64)
    if not is_alone.any():
        return _pairs(nothing, nothing, np.empty(0))
    owners, of_piece = np.unique(segments.owner[is_alone], return_inverse=True)
    order = np.argsort(of_piece, kind="stable")
    pieces = shapely.linestrings(segments.line[is_alone][order])
    lines = np.empty(len(shapes), dtype=object)
    lines[owners] = shapely.multilinestrings(pieces, indices=of_piece[order])
    asked, near = shapely.STRtree(shapes).query(
        lines[owners], predicate="dwithin", distance=TOLERANCE_M
    )
    one, other = owners[asked], near.astype(np.int64)
    one, other = one[one != other], other[one != other]
    pairs = np.unique(np.sort(np.column_stack([one, other]), axis=1), axis=0)
    first, second = pairs[:, 0], pairs[:, 1]
    shared = np.zeros(len(pairs))
    both = ~shapely.is_missing(lines[first]) & ~shapely.is_missing(lines[second])
    strip = shapely.buffer(lines[second[both]], TOLERANCE_M)
    shared[both] = shapely.length(shapely.intersection(lines[first[both]], strip))
    shared[shared <= LEAST_SHARED_M] = 0.0
    return _pairs(first, second, shared)


def _with_nearest(
    shapes: Geometries, first: Integers, second: Integers, shared: Numbers
) -> tuple[Integers, Integers, Numbers]:
    """The same pairs, and behind them one for each grid that touches none."""
    alone = np.setdiff1d(np.arange(len(shapes)), np.concatenate([first, second]))
    if alone.size == 0:
        return first, second, shared
    tree = shapely.STRtree(shapes)
    of, least = tree.query_nearest(
        shapes[alone], exclusive=True, all_matches=False, return_distance=True
    )
    reach = np.empty(len(alone))
    reach[of[0]] = least + TOLERANCE_M
    asked, near = tree.query(shapes[alone], predicate="dwithin", distance=reach)
    asked, near = asked[near != alone[asked]], near[near != alone[asked]]
    order = np.lexsort((near, asked))
    chosen = order[np.unique(asked[order], return_index=True)[1]]
    joined = np.column_stack([alone[asked[chosen]], near[chosen]])
    joined = np.unique(np.sort(joined, axis=1), axis=0).astype(np.int64)
    return (
        np.concatenate([first, joined[:, 0]]),
        np.concatenate([second, joined[:, 1]]),
        np.concatenate([shared, np.zeros(len(joined))]),
    )
