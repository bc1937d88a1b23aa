"""From seeds to polygons: cells with wandering borders that fit without gap or overlap.

Every border between two cells is drawn once, in whole micro-degrees, and used by both, so the
cells are a coverage by construction and any union of them is exact.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import Voronoi, cKDTree

from etl.sample.layout import Layout
from etl.sample.places import to_degrees
from etl.sample.types import Floats, Ints

MICRO = 1_000_000
STEP_KM = 0.12
"""Length of the pieces that a border is broken into."""
WANDER = 0.20
"""How far a border strays from the straight line, as a share of its length."""


@dataclass(frozen=True)
class Cells:
    """Cells in the order of the layout's seeds.

    `rings`: closed rings, micro-degrees (integers), counter-clockwise.
    `neighbours`: pairs of cells (n × 2) with a common border.
    """

    rings: list[Ints]
    neighbours: Ints


def tessellate(layout: Layout, rng: np.random.Generator) -> Cells:
    """Draw the cell of every seed."""
    count = len(layout.seeds)
    diagram = Voronoi(np.concatenate([layout.seeds, _seeds_outside(layout)]))
    inner = (diagram.ridge_points < count).any(axis=1)
    sides = diagram.ridge_points[inner]
    ends = np.asarray(diagram.ridge_vertices)[inner]
    corners = np.round(to_degrees(diagram.vertices) * MICRO).astype(np.int64)
    borders_of_cell: list[list[int]] = [[] for _ in range(count)]
    borders: list[Ints] = []
    for number, ((one, other), (start, end)) in enumerate(zip(sides, ends, strict=True)):
        bends = _wander(
            diagram.vertices[start], diagram.vertices[end], diagram.points[[one, other]], rng
        )
        inside = np.round(to_degrees(bends) * MICRO).astype(np.int64)
        borders.append(np.concatenate([corners[[start]], inside, corners[[end]]]))
        for cell in (one, other):
            if cell < count:
                borders_of_cell[cell].append(number)
    rings = [_join([borders[number] for number in own]) for own in borders_of_cell]
    both = (sides < count).all(axis=1)
    return Cells(rings=rings, neighbours=sides[both].astype(np.int64))


def _seeds_outside(layout: Layout) -> Floats:
    """Mirror images of the seeds near the outline, and a far ring that closes the last cells.

    The border between a seed and its mirror image lies on the outline, so the county's border
    is made of cell borders like every other and nothing has to be cut.
    """
    ring = layout.outline.exterior
    points = shapely.points(layout.seeds)
    spacing = np.asarray(cKDTree(layout.seeds).query(layout.seeds, k=2)[0])[:, 1]
    near = shapely.distance(ring, points) < 2.0 * np.maximum(spacing, 0.8)
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(ring, shapely.line_locate_point(ring, points[near]))
    )
    mirrored = 2 * foot - layout.seeds[near]
    outside = ~shapely.contains_xy(layout.outline, mirrored)
    far_ring = layout.outline.buffer(4).exterior
    far = shapely.get_coordinates(
        shapely.line_interpolate_point(far_ring, np.arange(0, far_ring.length, 1.5))
    )
    box = np.array([[-400.0, -400.0], [-400.0, 400.0], [400.0, -400.0], [400.0, 400.0]])
    return np.concatenate([mirrored[outside], far, box])


def _wander(start: Floats, end: Floats, sides: Floats, rng: np.random.Generator) -> Floats:
    """Bends between the two ends of a border, by midpoint displacement.

    They stay inside the rhomb of the border's ends and the two seeds. Rhombs of different
    borders do not overlap, so no two borders can cross.
    """
    length = float(np.hypot(*(end - start)))
    levels = int(np.clip(np.round(np.log2(max(length / STEP_KM, 1))), 0, 6))
    if levels == 0:
        return np.empty((0, 2))
    offset = np.zeros(2)
    scale = WANDER * length
    for _ in range(levels):
        middle = (offset[:-1] + offset[1:]) / 2 + rng.normal(0, 0.5, len(offset) - 1) * scale
        woven = np.empty(len(offset) + len(middle))
        woven[0::2], woven[1::2] = offset, middle
        offset, scale = woven, scale * 0.5
    across = (sides[1] - sides[0]) / np.hypot(*(sides[1] - sides[0]))
    height = float(np.hypot(*(sides[1] - sides[0]))) / 2
    along = (end - start) / length
    top = float((sides[0] - start) @ along) / length
    place = np.linspace(0, 1, len(offset))
    room = height * np.minimum(
        place / max(top, 1e-9) if top > 0 else np.inf,
        (1 - place) / max(1 - top, 1e-9) if top < 1 else np.inf,
    )
    offset = np.clip(offset, -0.7 * room, 0.7 * room)
    bends = start + place[:, None] * (end - start) + offset[:, None] * across
    return np.asarray(bends[1:-1])


def _join(borders: list[Ints]) -> Ints:
    """One closed counter-clockwise ring from the borders of a cell, in any order and direction."""
    by_start: dict[tuple[int, int], list[Ints]] = {}
    for border in borders:
        if len(border) == 2 and (border[0] == border[1]).all():
            continue
        by_start.setdefault(tuple(border[0]), []).append(border)
        by_start.setdefault(tuple(border[-1]), []).append(border[::-1])
    first = next(iter(by_start))
    ring = [by_start[first][0]]
    while tuple(ring[-1][-1]) != first:
        ways = by_start[tuple(ring[-1][-1])]
        ring.append(next(way for way in ways if not np.array_equal(way[::-1], ring[-1])))
    joined = np.concatenate([part[:-1] for part in ring])
    keep = (joined != np.roll(joined, 1, axis=0)).any(axis=1)
    joined = joined[keep]
    x, y = (joined - joined[0]).T
    if (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() < 0:
        joined = joined[::-1]
    return np.concatenate([joined, joined[:1]])
