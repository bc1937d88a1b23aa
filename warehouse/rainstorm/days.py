"""What holds for a whole day of a county: made once, however many hours of it are asked for."""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from warehouse.rainstorm.records import Records
from warehouse.validity import holding

LEAST_LOW_FACTOR = 0.5
UNKNOWN_LOW_FACTOR = 0.75
"""Of a household whose height is not known: half way."""


@dataclass(frozen=True)
class Day:
    """One local day.

    Attributes:
        gauges: gauge_code, gauge_name, town_code, longitude, latitude of the gauges that stood
            somewhere, in order of their codes.
        thresholds: of the day, from the mildest colour to the most severe; none before the first
            edition.
        limits: how households are told and moved, by colour.
        towns: town_code, town_name of every town of the day, and those of gauges no list has.
        floods: grid_code, flooded_at, known_at: of every flood the grids of the day it touched.
        workers: grid_code and grid_worker_code; of several a full-time one, then the lowest code.
        households: those on low ground, as `households_of` describes them, with `place`, the row of
            their position in `places`; null without them.
        places: longitude and latitude of each distinct position of households.
    """

    gauges: pl.DataFrame
    thresholds: pl.DataFrame
    limits: pl.DataFrame
    towns: pl.DataFrame
    floods: pl.DataFrame
    workers: pl.DataFrame
    households: pl.DataFrame | None
    places: pl.DataFrame

    @property
    def severest(self) -> tuple[int, float] | None:
        """Window in hours and threshold in millimetres of the most severe colour; null on a day
        without thresholds.
        """
        if self.thresholds.is_empty():
            return None
        window, threshold = self.thresholds.select("window_hours", "rain_mm").row(-1)
        return int(window), float(threshold)


class Days:
    """The days of the records, each made when it is first asked for."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self._known: dict[date, Day] = {}
        self._gauges: dict[date, pl.DataFrame] = {}

    def of(self, at: datetime) -> Day:
        """The local day of a time."""
        day = self.records.local_day(at)
        if day not in self._known:
            self._known[day] = _day(self.records, day, self.gauges_on(at))
        return self._known[day]

    def gauges_on(self, at: datetime) -> pl.DataFrame:
        """The gauges of the local day of a time, as `Day.gauges`."""
        day = self.records.local_day(at)
        if day not in self._gauges:
            standing = holding(self.records.gauges, day).sort("gauge_code")
            self._gauges[day] = standing.drop("valid_from_date", "valid_to_date")
        return self._gauges[day]


def _day(records: Records, day: date, gauges: pl.DataFrame) -> Day:
    areas = holding(records.areas, day)
    grids = areas.filter(pl.col("area_level") == "grid")
    listed = areas.filter(pl.col("area_level") == "town").select(
        town_code="area_code", town_name="area_name"
    )
    unlisted = (
        gauges.select("town_code").drop_nulls().unique().join(listed, on="town_code", how="anti")
    )
    towns = pl.concat([listed, unlisted], how="diagonal").sort("town_code")
    households, places = _with_places(records.households, day, grids)
    return Day(
        gauges=gauges,
        thresholds=holding(records.thresholds, day).sort("severity_number"),
        limits=holding(records.limits, day).drop("valid_from_date", "valid_to_date"),
        towns=towns,
        floods=floods_of_grids(records.floods, grids),
        workers=workers_of_grids(holding(records.workers, day)),
        households=households,
        places=places,
    )


def _with_places(
    households: pl.DataFrame | None, day: date, grids: pl.DataFrame
) -> tuple[pl.DataFrame | None, pl.DataFrame]:
    position = ("longitude", "latitude")
    if households is None:
        return None, pl.DataFrame(schema=dict.fromkeys(position, pl.Float64))
    found = households_of(holding(households, day), grids)
    places = found.select(position).unique(maintain_order=True)
    numbered = places.with_row_index("place")
    placed = found.join(numbered, on=position, how="left", maintain_order="left", nulls_equal=True)
    return placed, places


def workers_of_grids(assignments: pl.DataFrame) -> pl.DataFrame:
    """grid_code and grid_worker_code; of several a full-time one before others, then the lowest
    code: as `mart.dim_grids` chooses the worker of today.
    """
    is_part_time = pl.col("role_code").ne_missing("full_time")
    return (
        assignments.sort(is_part_time, "worker_code")
        .unique("grid_code", keep="first", maintain_order=True)
        .select("grid_code", grid_worker_code="worker_code")
    )


def floods_of_grids(floods: pl.DataFrame, grids: pl.DataFrame) -> pl.DataFrame:
    """Floods by the grids of a day: grid_code, flooded_at, known_at.

    A flood of a grid that holds no more (it was split since) counts for the grids of the day
    around whose middle its point lies.
    """
    codes = grids.select(grid_code="area_code")
    times = ("flooded_at", "known_at")
    own = floods.join(codes, on="grid_code", how="semi").select("grid_code", *times)
    left = floods.join(codes, on="grid_code", how="anti").drop("grid_code")
    boxes = grids.select(pl.col("area_code").alias("grid_code"), "west", "south", "east", "north")
    around = left.join_where(
        boxes,
        pl.col("longitude") >= pl.col("west"),
        pl.col("longitude") <= pl.col("east"),
        pl.col("latitude") >= pl.col("south"),
        pl.col("latitude") <= pl.col("north"),
    )
    return pl.concat([own, around.select("grid_code", *times)])


def households_of(households: pl.DataFrame, grids: pl.DataFrame) -> pl.DataFrame:
    """Households of a day with where they stand and how low.

    Returns:
        The rows with longitude and latitude (their own point, else the middle of their grid),
        position_method (`reported`, `grid`, null where neither is known), lower_ratio (of the
        town's households on low ground that stand lower; as high is not lower) and low_factor.
    """
    middles = grids.select(
        grid_code="area_code",
        grid_longitude=pl.col("longitude").round(2),
        grid_latitude=pl.col("latitude").round(2),
    )
    has_point = pl.col("rain_longitude").is_not_null() & pl.col("rain_latitude").is_not_null()
    has_grid = pl.col("grid_longitude").is_not_null() & pl.col("grid_latitude").is_not_null()
    height = pl.col("elevation_m")
    lower = (height.rank("min").over("town_code") - 1) / height.count().over("town_code")
    known = (pl.lit("reported"), pl.lit("grid"))
    return (
        households.join(middles, on="grid_code", how="left", maintain_order="left")
        .with_columns(
            longitude=pl.when(has_point).then("rain_longitude").otherwise("grid_longitude"),
            latitude=pl.when(has_point).then("rain_latitude").otherwise("grid_latitude"),
            position_method=pl.when(has_point).then(known[0]).when(has_grid).then(known[1]),
            lower_ratio=pl.when(height.is_not_null()).then(lower),
        )
        .with_columns(
            low_factor=(1 - pl.col("lower_ratio") * (1 - LEAST_LOW_FACTOR)).fill_null(
                UNKNOWN_LOW_FACTOR
            )
        )
        .drop("rain_longitude", "rain_latitude", "grid_longitude", "grid_latitude")
        .drop("valid_from_date", "valid_to_date")
    )
