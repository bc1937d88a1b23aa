"""Distances within a county."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6,371 km."""


def distances_km(
    longitude: Floats, latitude: Floats, to_longitude: Floats, to_latitude: Floats
) -> Floats:
    """Kilometres from each place to each other one, as the crow flies; NaN without a position.

    Degrees are taken for a plane, which over the width of a county is out by less than 0.1 %.

    >>> at = [np.array([degrees]) for degrees in (113.0, 28.0, 114.0, 28.0)]
    >>> float(distances_km(*at)[0, 0].round(2))
    98.18
    """
    middle = np.radians((latitude[:, None] + to_latitude[None, :]) / 2)
    east = (longitude[:, None] - to_longitude[None, :]) * np.cos(middle)
    north = latitude[:, None] - to_latitude[None, :]
    return np.asarray(KM_PER_DEGREE * np.hypot(east, north))
