"""The same noise, reported to the grid centre and to the police: one event, two departments."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from etl.sample.boundaries import SampleCounty
from etl.sample.places import to_degrees, to_km
from etl.sample.timeline import AS_OF, HOUR, START
from etl.sample.types import Bools, Floats, Ints

NOISE_TOLD_TO_GRID_CENTRE = "4301810901"
NOISE_TOLD_TO_POLICE = "4301811203"
ECHO_SHARE = 0.01
FARTHEST_KM = 0.08
EARLIEST_HOURS, LATEST_HOURS = -8.0, 14.0


@dataclass(frozen=True)
class Echoes:
    """Reports to the police of what the grid centre knows too.

    `row` is the event's row among the cases it was drawn from.
    """

    row: Ints
    reported_at: Floats
    site: Ints
    point: Floats

    @classmethod
    def none(cls) -> "Echoes":
        """No reports."""
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, np.empty(0), empty, np.empty((0, 2)))

    @classmethod
    def of_all(cls, parts: list["Echoes"]) -> "Echoes":
        """The reports of several parts; rows lose their meaning."""
        return cls(
            row=np.concatenate([part.row for part in parts]),
            reported_at=np.concatenate([part.reported_at for part in parts]),
            site=np.concatenate([part.site for part in parts]),
            point=np.concatenate([part.point for part in parts]),
        )

    def between(self, start: float, end: float) -> "Echoes":
        """Those reported from `start` up to and without `end`."""
        kept = (self.reported_at >= start) & (self.reported_at < end)
        return Echoes(self.row[kept], self.reported_at[kept], self.site[kept], self.point[kept])


def draw_echoes(
    frame: pl.DataFrame,
    site: Ints,
    county: SampleCounty,
    *,
    spare: Bools,
    rng: np.random.Generator,
) -> Echoes:
    """Choose about one grid event in a hundred that is told to the police too: noise, with a place.

    The second report is made within a day and within 100 m, in the same grid.

    Args:
        frame: cases of any dataset; of others than the grid centre's none is chosen.
        spare: rows not to choose.
    """
    fit = frame.select(
        (pl.col("category_code") == NOISE_TOLD_TO_GRID_CENTRE)
        & pl.col("longitude").is_not_null()
        & pl.col("grid_code").is_not_null()
        & pl.col("voided_at").is_null()
    ).to_series()
    fits = fit.to_numpy() & ~spare
    if not fits.any():
        return Echoes.none()
    everywhere = frame.select("longitude", "latitude").to_numpy()
    polygons = np.array(county.polygons)[county.sites[site]]
    candidates = np.flatnonzero(fits)
    candidates = candidates[_inside(polygons[candidates], everywhere[candidates])]
    row = np.sort(rng.permutation(candidates)[: round(len(frame) * ECHO_SHARE)])
    count = len(row)
    reported = frame["reported_at"].cast(pl.Int64).to_numpy()[row] / 1_000_000
    told = reported + np.floor(rng.uniform(EARLIEST_HOURS * HOUR, LATEST_HOURS * HOUR, count))
    point = everywhere[row]
    angle, reach = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.005, FARTHEST_KM, count)
    aside = np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    near = np.round(to_degrees(to_km(point) + aside), 6)
    return Echoes(
        row=row,
        reported_at=np.clip(told, START, AS_OF - 2 * HOUR),
        site=site[row],
        point=np.where(_inside(polygons[row], near)[:, None], near, point),
    )


def _inside(polygons: npt.NDArray[np.object_], points: Floats) -> Bools:
    return np.asarray(shapely.contains_xy(polygons, points[:, 0], points[:, 1]))
