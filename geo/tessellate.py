"""Squares or hexagons inside a boundary, for a place that has no grids of its own.

Cells are cut at the boundary, so that together they are the place: no point of it lies in no grid,
no grid reaches into another county, and cases per square kilometre are counted against land that is
there. What a cut leaves smaller than a quarter of a cell is joined to the cell it has the longest
border with (an islet: to the nearest), because rates of slivers are mostly chance.

Codes say row and column, counted from a whole degree near the place: `N012E034`. They stay the same
when the boundary is corrected.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas
import numpy as np
import polars as pl
import shapely

from geo.lattice import Lattice, Shape
from geo.projection import Geometries, LocalProjection
from geo.weights import touching_pairs
from warehouse.errors import InputError, UsageError

CRS = "EPSG:4490"
LEAST_SHARE = 0.25
"""Of a cell's area, below which a piece is no grid of its own."""
WHOLE_SHARE = 1 - 1e-4
"""The projection comes back to within two millimetres: a border along a cell's own cuts nothing."""
THINNEST_M = 0.01
"""Where a border runs along a cell's, rounding leaves strips thinner than that beyond."""
MOST_CELLS = 1_000_000
STRAIGHT_DEGREES = 0.01
"""A line that is straight in degrees bends in metres: it gets a vertex at least every kilometre."""
DECIMALS = 8
"""Of a degree: a millimetre."""


@dataclass
class _Piece:
    """What of one cell lies in one area."""

    code: str
    area_code: str | None
    polygon: shapely.Geometry
    is_whole: bool


def tessellate(
    boundary: Geometries,
    *,
    cell_m: float,
    shape: Shape = "square",
    area_codes: Sequence[str] | None = None,
) -> geopandas.GeoDataFrame:
    """Cells inside a boundary.

    Args:
        boundary: polygons in CGCS2000 degrees; together they are the place.
        cell_m: metres between the centres of two cells side by side (see `geo.lattice`).
        shape: of the cells.
        area_codes: the area (town, community) that each polygon is or is part of: no cell then
            crosses from one area into another.

    Returns:
        One row per cell, sorted by code: `grid_code, community_code` (the area's code; only with
        `area_codes`)`, area_m2` (on the ellipsoid)`, is_whole` (not cut, nothing joined)`,
        geometry` in CGCS2000 degrees, rounded to a millimetre.

    Raises:
        InputError: no polygon.
        UsageError: a cell is larger than the place, or there would be over a million.
    """
    if len(boundary) == 0:
        raise InputError("边界为空 / the boundary is empty: 没有面 / there is no polygon")
    projection = LocalProjection.around(boundary)
    lattice = Lattice(shape, cell_m)
    by_area: dict[str | None, list[shapely.Geometry]] = {}
    codes: Sequence[str | None] = area_codes or [None] * len(boundary)
    for area_code, polygon in zip(codes, boundary, strict=True):
        by_area.setdefault(area_code, []).append(polygon)
    fine = [
        shapely.segmentize(shapely.union_all(one), STRAIGHT_DEGREES) for one in by_area.values()
    ]
    areas = shapely.make_valid(projection.to_metres(np.array(fine, dtype=object)))
    _check_size(lattice, float(shapely.area(areas).sum()))
    pieces: list[_Piece] = []
    for area_code, area in zip(by_area, areas, strict=True):
        pieces += _joined(_cut(lattice, area, area_code), lattice.cell_m2 * LEAST_SHARE)
    return _frame(pieces, projection, has_areas=area_codes is not None)


def _check_size(lattice: Lattice, place_m2: float) -> None:
    if lattice.cell_m2 > place_m2:
        raise UsageError(
            f"--cell {lattice.distance_m:g}: 网格比该地还大 / a cell is larger than the place: "
            f"{lattice.cell_m2 / 1e6:.3f} km² > {place_m2 / 1e6:.3f} km²"
        )
    count = place_m2 / lattice.cell_m2
    if count > MOST_CELLS:
        least_m = lattice.distance_m * np.sqrt(count / MOST_CELLS)
        raise UsageError(
            f"--cell {lattice.distance_m:g}: 网格过多 / too many cells: {count:,.0f} > "
            f"{MOST_CELLS:,}; 至少 / at least {np.ceil(least_m):g}"
        )


def _cut(lattice: Lattice, area: shapely.Geometry, area_code: str | None) -> list[_Piece]:
    """The pieces of every cell that lie in an area, each in one part."""
    found: list[_Piece] = []
    for cells in lattice.cells_over(area.bounds):
        near = _near(area, cells.polygons, margin_m=lattice.distance_m)
        touches = np.flatnonzero(shapely.intersects(near, cells.polygons))
        cut = touches[~shapely.covers(near, cells.polygons[touches])]
        polygons = cells.polygons.copy()
        polygons[cut] = shapely.intersection(polygons[cut], near)
        for place in touches:
            code = _code(int(cells.row[place]), int(cells.column[place]), area_code)
            parts = _parts(polygons[place], thinnest_m=THINNEST_M)
            for number, part in enumerate(parts, start=1):
                own = code if number == 1 else f"{code}-{number}"
                is_whole = bool(part.area > lattice.cell_m2 * WHOLE_SHARE)
                found.append(_Piece(own, area_code, part, is_whole))
    return found


def _near(area: shapely.Geometry, cells: Geometries, *, margin_m: float) -> shapely.Geometry:
    """The part of an area around some cells: of 100,000 vertices of a border few matter to each."""
    west, south, east, north = shapely.total_bounds(cells)
    around = shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    part = shapely.MultiPolygon(_parts(shapely.intersection(area, around), thinnest_m=0.0))
    shapely.prepare(part)
    return part


def _parts(shape: shapely.Geometry, *, thinnest_m: float) -> list[shapely.Polygon]:
    """Polygons of a shape, the largest first, without those that rounding alone makes."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = [
        part
        for part in parts
        if part.geom_type == "Polygon" and 2.0 * part.area > thinnest_m * part.length
    ]
    return sorted(polygons, key=lambda part: -part.area)


def _code(row: int, column: int, area_code: str | None) -> str:
    north = f"N{row:03d}" if row >= 0 else f"S{-row:03d}"
    east = f"E{column:03d}" if column >= 0 else f"W{-column:03d}"
    return f"{area_code}-{north}{east}" if area_code else f"{north}{east}"


def _joined(pieces: list[_Piece], least_m2: float) -> list[_Piece]:
    """The pieces, those under a size joined to another one, whose code they take."""
    shapes = np.array([piece.polygon for piece in pieces], dtype=object)
    area = shapely.area(shapes)
    shared: dict[int, dict[int, float]] = {}
    for one, other, metres in zip(*touching_pairs(shapes), strict=True):
        if metres > 0:
            shared.setdefault(int(one), {})[int(other)] = float(metres)
            shared.setdefault(int(other), {})[int(one)] = float(metres)
    members = {place: [place] for place in range(len(pieces))}
    small = [(size, place) for place, size in enumerate(area.tolist()) if size < least_m2]
    heapq.heapify(small)
    while small and len(members) > 1:
        size, place = heapq.heappop(small)
        if place not in members or size != area[place]:
            continue
        beside = shared.pop(place, {})
        target = max(beside, key=lambda one: (beside[one], -one)) if beside else None
        if target is None:
            others = np.array([one for one in members if one != place])
            target = int(others[np.argmin(shapely.distance(shapes[others], shapes[place]))])
        members[target] += members.pop(place)
        area[target] += area[place]
        for other, metres in beside.items():
            del shared[other][place]
            if other != target:
                around = shared.setdefault(target, {})
                around[other] = shared[other][target] = around.get(other, 0.0) + metres
        if area[target] < least_m2:
            heapq.heappush(small, (float(area[target]), target))
    return [_together(pieces, place, own) for place, own in members.items()]


def _together(pieces: list[_Piece], place: int, members: list[int]) -> _Piece:
    piece = pieces[place]
    if len(members) == 1:
        return piece
    union = shapely.union_all([pieces[member].polygon for member in members])
    return _Piece(piece.code, piece.area_code, union, is_whole=False)


def _frame(
    pieces: list[_Piece], projection: LocalProjection, *, has_areas: bool
) -> geopandas.GeoDataFrame:
    pieces = sorted(pieces, key=lambda piece: piece.code)
    metres = np.array([piece.polygon for piece in pieces], dtype=object)
    degrees = shapely.transform(
        projection.to_degrees(metres), lambda places: np.round(places, DECIMALS)
    )
    invalid = ~shapely.is_valid(degrees)
    degrees[invalid] = shapely.make_valid(
        degrees[invalid], method="structure", keep_collapsed=False
    )
    columns: dict[str, object] = {"grid_code": [piece.code for piece in pieces]}
    if has_areas:
        columns["community_code"] = [piece.area_code for piece in pieces]
    columns["area_m2"] = np.round(shapely.area(metres), 1)
    columns["is_whole"] = [piece.is_whole for piece in pieces]
    return geopandas.GeoDataFrame(
        pl.DataFrame(columns).to_pandas(), geometry=shapely.orient_polygons(degrees), crs=CRS
    )
