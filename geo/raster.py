"""Cells of a raster and how polygons lie over them, exactly enough to decide most points at once.

A cell is *on the border* of a polygon when an edge of it passes through the cell or within a
hair of it, and *inside* when it is not on the border and the polygon holds its centre. Both are
found for all polygons together with array operations: edges are cut at the columns of the raster,
rows are filled between the crossings of their centre line (even-odd, so holes stay empty).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

HAIR = 1e-6
"""In cells. Far above rounding of a cell's number (1e-12), far below what costs exact tests."""


@dataclass(frozen=True)
class Raster:
    """Square-ish cells over an extent, one cell of margin on every side."""

    west: float
    south: float
    cells_per_degree_east: float
    cells_per_degree_north: float
    columns: int
    rows: int

    @classmethod
    def over(cls, bounds: Numbers, *, cells: int) -> "Raster":
        """About `cells` cells over bounds (west, south, east, north)."""
        west, south, east, north = (float(bound) for bound in bounds)
        # A lone point or line still gets an extent to divide by.
        width, height = max(east - west, 1e-9), max(north - south, 1e-9)
        columns = int(np.clip(np.sqrt(cells * width / height), 1, cells))
        rows = max(cells // columns, 1)
        per_east, per_north = columns / width, rows / height
        return cls(
            west=west - 1.0 / per_east,
            south=south - 1.0 / per_north,
            cells_per_degree_east=per_east,
            cells_per_degree_north=per_north,
            columns=columns + 2,
            rows=rows + 2,
        )

    def x(self, longitude: Numbers) -> Numbers:
        """Longitude counted in columns from the western edge."""
        return (longitude - self.west) * self.cells_per_degree_east

    def y(self, latitude: Numbers) -> Numbers:
        """Latitude counted in rows from the southern edge."""
        return (latitude - self.south) * self.cells_per_degree_north

    def cell_of(self, longitude: Numbers, latitude: Numbers) -> Integers:
        """Number of the cell that holds each point; -1 outside the raster and for NaN."""
        x, y = self.x(longitude), self.y(latitude)
        inside = (x >= 0) & (y >= 0) & (x < self.columns) & (y < self.rows)
        cells = np.full(len(x), -1, dtype=np.int64)
        columns = x[inside].astype(np.int64)
        cells[inside] = y[inside].astype(np.int64) * self.columns + columns
        return cells


@dataclass(frozen=True)
class _Edges:
    """Edges of all rings of all polygons, in cells."""

    polygon: Integers
    x0: Numbers
    y0: Numbers
    x1: Numbers
    y1: Numbers


def cells_of_polygons(
    raster: Raster, geometries: npt.NDArray[np.object_]
) -> tuple[Integers, Integers, Integers, Integers]:
    """Which cells lie inside which polygon and on the border of which polygon.

    Args:
        raster: covers all of the geometries.
        geometries: valid polygons and multipolygons; None and empty ones have no cells.

    Returns:
        `(inside_cell, inside_polygon, border_cell, border_polygon)`: two lists of pairs, each
        without repetition; a pair is never in both.
    """
    edges = _edges(raster, geometries)
    cells = raster.columns * raster.rows
    border = np.sort(_border_pairs(raster, edges))
    # numpy.unique hashes, which takes ten times as long as sorting here.
    border = border[np.append(True, border[1:] != border[:-1])] if border.size else border
    filled = _filled_pairs(raster, edges)
    inside = filled[~_is_in(filled, border)]
    return inside % cells, inside // cells, border % cells, border // cells


def _edges(raster: Raster, geometries: npt.NDArray[np.object_]) -> _Edges:
    parts, polygon_of_part = shapely.get_parts(geometries, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = raster.x(coordinates[:, 0]), raster.y(coordinates[:, 1])
    starts = np.flatnonzero(ring[1:] == ring[:-1])
    return _Edges(
        polygon=polygon_of_part[part_of_ring[ring[starts]]].astype(np.int64),
        x0=x[starts],
        y0=y[starts],
        x1=x[starts + 1],
        y1=y[starts + 1],
    )


def _border_pairs(raster: Raster, edges: _Edges) -> Integers:
    """Each edge cut at the columns it crosses; each piece widened by a hair and cut into rows."""
    left, right = np.minimum(edges.x0, edges.x1), np.maximum(edges.x0, edges.x1)
    first = _cell_number(left - HAIR, raster.columns)
    last = _cell_number(right + HAIR, raster.columns)
    edge, column = _expand(first, last)

    low, high = _rows_within_column(edges, edge, column)
    first_row = _cell_number(low - HAIR, raster.rows)
    last_row = _cell_number(high + HAIR, raster.rows)
    piece, row = _expand(first_row, last_row)
    polygon = edges.polygon[edge[piece]]
    return (polygon * raster.rows + row) * raster.columns + column[piece]


def _rows_within_column(edges: _Edges, edge: Integers, column: Integers) -> tuple[Numbers, Numbers]:
    """Lowest and highest y of an edge within a column widened by a hair."""
    x0, y0, x1, y1 = edges.x0[edge], edges.y0[edge], edges.x1[edge], edges.y1[edge]
    run = x1 - x0
    # An edge steeper than a hair is wide keeps its whole height: dividing by it is not safe.
    is_steep = np.abs(run) < HAIR
    slope = (y1 - y0) / np.where(is_steep, 1.0, run)
    at_left = y0 + (np.clip(column - HAIR, np.minimum(x0, x1), np.maximum(x0, x1)) - x0) * slope
    at_right = (
        y0 + (np.clip(column + 1 + HAIR, np.minimum(x0, x1), np.maximum(x0, x1)) - x0) * slope
    )
    low = np.where(is_steep, np.minimum(y0, y1), np.minimum(at_left, at_right))
    high = np.where(is_steep, np.maximum(y0, y1), np.maximum(at_left, at_right))
    return low, high


def _filled_pairs(raster: Raster, edges: _Edges) -> Integers:
    """Cells whose centre is in the polygon, where no edge is near enough for rounding to matter."""
    low, high = np.minimum(edges.y0, edges.y1), np.maximum(edges.y0, edges.y1)
    # Half-open, low <= centre < high, so a vertex on the centre line is crossed once, not twice.
    first = np.ceil(low - 0.5).astype(np.int64)
    last = np.ceil(high - 0.5).astype(np.int64) - 1
    edge, row = _expand(first, last)
    centre = row + 0.5
    y0, y1 = edges.y0[edge], edges.y1[edge]
    x0, x1 = edges.x0[edge], edges.x1[edge]
    crossing = x0 + (centre - y0) * (x1 - x0) / (y1 - y0)

    line = edges.polygon[edge] * raster.rows + row
    order = np.lexsort((crossing, line))
    line, crossing = line[order], crossing[order]
    # Every ring crosses a line an even number of times, so pairs never span two lines.
    enter, leave = crossing[0::2], crossing[1::2]
    run, column = _expand(
        np.ceil(enter - 0.5).astype(np.int64), np.floor(leave - 0.5).astype(np.int64)
    )
    # Ascending as it stands. Two runs can share a cell only where their ends meet in it: a border.
    return line[0::2][run] * raster.columns + column


def _is_in(values: Integers, among: Integers) -> npt.NDArray[np.bool_]:
    """Whether each value is among others; both ascending, which makes the search cheap."""
    if among.size == 0:
        return np.zeros(len(values), dtype=np.bool_)
    place = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return np.asarray(among[place] == values)


def _cell_number(position: Numbers, count: int) -> Integers:
    return np.clip(np.floor(position), 0, count - 1).astype(np.int64)


def _expand(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """For each i every whole number from first[i] to last[i] (none where last < first)."""
    lengths = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(first)), lengths)
    begins = np.cumsum(lengths) - lengths
    return owner, first[owner] + np.arange(len(owner)) - begins[owner]
