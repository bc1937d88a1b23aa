"""Points inside the sample's grids."""

from dataclasses import dataclass

import numpy as np
import shapely

from etl.sample.boundaries import SampleCounty
from etl.sample.types import Bools, Floats, Ints

MARGIN_DEGREES = 2e-5
"""Points keep 2 m from the border, so that rounding to six decimals cannot move one across."""


@dataclass(frozen=True)
class Ground:
    """Triangles of all sites, each site's areas cumulated to one and lifted by its number."""

    triangles: Floats
    """n × 3 × 2, degrees."""
    lifted: Floats
    centres: Floats
    """Centre of the largest circle in each site, where a hot spot lies."""
    radii: Floats

    @classmethod
    def of(cls, county: SampleCounty) -> "Ground":
        """Cut each site of a county into triangles."""
        sites = np.array([county.polygons[site] for site in county.sites])
        shrunk = shapely.buffer(sites, -MARGIN_DEGREES)
        pieces, owner = shapely.get_parts(
            shapely.constrained_delaunay_triangles(shrunk), return_index=True
        )
        area = shapely.area(pieces)
        total = np.bincount(owner, weights=area, minlength=len(sites))
        before = np.concatenate([[0.0], np.cumsum(total)[:-1]])
        lifted = owner + np.clip((np.cumsum(area) - before[owner]) / total[owner], 0, 1)
        circles = shapely.get_coordinates(shapely.maximum_inscribed_circle(sites, 1e-5))
        centres = circles[0::2]
        return cls(
            triangles=shapely.get_coordinates(pieces).reshape(-1, 4, 2)[:, :3],
            lifted=lifted,
            centres=centres,
            radii=np.hypot(*(circles[1::2] - centres).T),
        )

    def draw(self, site: Ints, is_hot: Bools, rng: np.random.Generator) -> Floats:
        """One point (longitude, latitude) per given site; of a hot spot, near its centre."""
        wanted = site + np.minimum(rng.random(len(site)), 1 - 1e-9)
        triangle = np.minimum(np.searchsorted(self.lifted, wanted), len(self.lifted) - 1)
        one, other = rng.random((2, len(site)))
        fold = one + other > 1
        one, other = np.where(fold, 1 - one, one), np.where(fold, 1 - other, other)
        a, b, c = np.moveaxis(self.triangles[triangle], 1, 0)
        points = a + one[:, None] * (b - a) + other[:, None] * (c - a)
        near = np.flatnonzero(is_hot)
        angle = rng.uniform(0, 2 * np.pi, len(near))
        reach = self.radii[site[near]] * rng.uniform(0, 0.35, len(near))
        circle = np.column_stack([np.cos(angle), np.sin(angle)])
        points[near] = self.centres[site[near]] + reach[:, None] * circle
        return np.asarray(np.round(points, 6))
