"""Squares or hexagons of one size that fill the plane, each with a row and a column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from geo.projection import Geometries

Shape = Literal["square", "hexagon"]
Integers = npt.NDArray[np.int64]

MOST_AT_ONCE = 400_000
ROWS_AT_ONCE = 8
"""Cells and rows made at a time: the box around a long or scattered place may hold many times its
own cells, and the few rows of a batch meet a small part of a border only."""

# Corners of a hexagon with a corner to the north: half widths east, half radii north of its centre.
HEXAGON_EAST = np.array([0, -1, -1, 0, 1, 1])
HEXAGON_NORTH = np.array([2, 1, -1, -2, -1, 1])


@dataclass(frozen=True)
class Cells:
    """Cells of a lattice. `row` counts north, `column` east of the origin, from 0."""

    row: Integers
    column: Integers
    polygons: Geometries


@dataclass(frozen=True)
class Lattice:
    """A lattice with a cell's corner (square) or centre (hexagon) at the origin.

    `distance_m`: between the centres of two cells side by side: the side of a square, the width of
    a hexagon across its flat sides. Corners are computed from whole numbers, so neighbours have the
    same ones to the last digit.
    """

    shape: Shape
    distance_m: float

    @property
    def cell_m2(self) -> float:
        """Area of a whole cell."""
        return self.distance_m**2 * (1.0 if self.shape == "square" else np.sqrt(3.0) / 2.0)

    @property
    def row_m(self) -> float:
        """From one row to the next."""
        return self.distance_m * (1.0 if self.shape == "square" else np.sqrt(3.0) / 2.0)

    def cells_over(self, bounds: tuple[float, float, float, float]) -> Iterator[Cells]:
        """All cells that may touch a box (west, south, east, north in metres), in batches."""
        west, south, east, north = bounds
        columns = np.arange(
            int(np.floor(west / self.distance_m)) - 1, int(np.ceil(east / self.distance_m)) + 2
        )
        first = int(np.floor(south / self.row_m)) - 1
        last = int(np.ceil(north / self.row_m)) + 1
        step = max(1, min(ROWS_AT_ONCE, MOST_AT_ONCE // len(columns)))
        for start in range(first, last + 1, step):
            rows = np.arange(start, min(start + step, last + 1))
            row, column = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
            yield Cells(row, column, self._polygons(row, column))

    def _polygons(self, row: Integers, column: Integers) -> Geometries:
        if self.shape == "square":
            side = self.distance_m
            return np.asarray(
                shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side),
                dtype=object,
            )
        east = (2 * column + row % 2)[:, None] + HEXAGON_EAST
        north = (3 * row)[:, None] + HEXAGON_NORTH
        half_width, half_radius = self.distance_m / 2.0, self.distance_m / np.sqrt(12.0)
        corners = np.stack([east * half_width, north * half_radius], axis=2)
        return np.asarray(shapely.polygons(corners), dtype=object)
