"""Mending areas in several pieces, and halving a grid."""

import numpy as np
import shapely

from etl.sample.contiguity import mend
from etl.sample.split import halve


def test_a_stray_grid_goes_to_its_neighbours_community() -> None:
    # A row of five grids; the last belongs to the community of the first two but lies apart.
    row = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    mended = mend(np.array([0, 0, 1, 1, 0]), np.array([0, 0]), row)
    assert mended.tolist() == [0, 0, 1, 1, 1]


def test_a_square_is_halved_between_its_own_corners() -> None:
    square = np.array([[0, 0], [2, 0], [4, 0], [4, 4], [2, 4], [0, 4], [0, 0]])
    halves = halve(square)
    assert halves is not None
    assert [shapely.Polygon(half).area for half in halves] == [8.0, 8.0]


def test_a_triangle_cannot_be_halved() -> None:
    assert halve(np.array([[0, 0], [4, 0], [0, 4], [0, 0]])) is None
