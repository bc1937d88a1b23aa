"""A place's own projection: metres, true to area, from CGCS2000 degrees and back.

Lambert's azimuthal equal-area projection on GRS 80, centred on a whole degree near the place. Areas
are exact; lengths within 100 km of the centre are off by less than 1 in 10,000.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

DEGREES = pyproj.CRS("EPSG:4490")
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class LocalProjection:
    """The projection around a point; metres count from there, east and north."""

    longitude: float
    latitude: float

    @classmethod
    def around(cls, shapes: Geometries) -> "LocalProjection":
        """The projection for shapes in CGCS2000 degrees.

        The centre is rounded to whole degrees, so that a corrected border does not move it.
        """
        west, south, east, north = shapely.total_bounds(shapes)
        return cls(float(np.round((west + east) / 2)), float(np.round((south + north) / 2)))

    @property
    def definition(self) -> str:
        """As PROJ writes it."""
        return (
            f"+proj=laea +lat_0={self.latitude:g} +lon_0={self.longitude:g} +ellps=GRS80 +units=m"
        )

    @cached_property
    def _forth(self) -> Any:
        return pyproj.Transformer.from_crs(DEGREES, self.definition, always_xy=True)

    def to_metres(self, shapes: Geometries) -> Geometries:
        """Shapes in degrees as shapes in metres, vertex by vertex."""
        return self._moved(shapes, "FORWARD")

    def to_degrees(self, shapes: Geometries) -> Geometries:
        """Shapes in metres as shapes in degrees, vertex by vertex."""
        return self._moved(shapes, "INVERSE")

    def _moved(self, shapes: Geometries, direction: str) -> Geometries:
        def move(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(self._forth.transform(*places.T, direction=direction))

        return np.asarray(shapely.transform(shapes, move), dtype=object)
