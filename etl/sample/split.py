"""Cutting a grid in two along a line between two of its own corners."""

import numpy as np
import shapely

from etl.sample.types import Ints

BALANCE = 0.4
"""The smaller half has at least this share of the area."""


def halve(ring: Ints) -> tuple[Ints, Ints] | None:
    """Two closed rings that make up a closed ring, by its shortest balanced cut; None if none fits.

    The cut ends at existing corners, so the neighbours' borders stay as they are.
    """
    corners = ring[:-1]
    polygon = shapely.Polygon(ring)
    one, other = np.triu_indices(len(corners), k=3)
    lengths = np.hypot(*(corners[one] - corners[other]).T.astype(float))
    for pair in np.argsort(lengths, kind="stable"):
        start, end = int(one[pair]), int(other[pair])
        first = np.concatenate([corners[start : end + 1], corners[[start]]])
        share = shapely.Polygon(first).area / polygon.area
        if not BALANCE <= share <= 1 - BALANCE:
            continue
        cut = shapely.LineString(corners[[start, end]])
        if not cut.relate_pattern(polygon, "1FFF0F212"):
            continue
        second = np.concatenate([corners[end:], corners[: start + 1], corners[[end]]])
        return first, second
    return None
