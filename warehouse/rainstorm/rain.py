"""Rain by the hour: what gauges had said at a time, sums over hours, and the rain at a place.

An hour without a reading is a gap and never a dry hour: a sum over it is not whole. What did fall
in the other hours is still the least that fell, and a threshold it reaches is reached.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse.distance import distances_km
from warehouse.rainstorm.days import Day, Days
from warehouse.rainstorm.records import HOUR, LOOK_BACK_HOURS, end_of_hour, hour_number

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SUM_HOURS = (1, 3, 6, 12, 24)
"""Windows over which the rain of a gauge is shown."""

DUE_MINUTES = 15
"""A reading is awaited for so long after its hour and missing after that."""

POWER = 2.0
RADIUS_KM = 25.0
NEAREST_KM = 0.5
"""Rain at a place is that of the gauges within `RADIUS_KM` weighted by 1 / km^`POWER`, of one
nearer than `NEAREST_KM` by that: places are known to a hundredth of a degree only."""

DECIMALS = 2
"""Tenths of a millimetre do not add up exactly as doubles: unrounded sums would miss 50 mm."""


@dataclass(frozen=True)
class Hours:
    """Rain by gauge and hour as it was known at a time.

    Attributes:
        at: the time.
        day: what holds on its day.
        first_hour: number of the first hour of `rain_mm`.
        rain_mm: gauge × hour up to the last whole hour at `at`; NaN where nothing was known. The
            rows are the gauges of the day.
        end_column: of each gauge the column of the last hour it is to have told of by then.
        gone: gauges of the day before that stand no more, with what they told in `gone_mm`.
        last_column: the last hour of which all gauges that work are known, or that is due.
    """

    at: datetime
    day: Day
    first_hour: int
    rain_mm: Floats
    end_column: Ints
    last_column: int
    gone: pl.DataFrame
    gone_mm: Floats

    @property
    def is_missing(self) -> Bools:
        """Of each gauge: the last hour it was to tell of is not known."""
        ends = self.rain_mm[np.arange(len(self.day.gauges)), self.end_column]
        return np.asarray(np.isnan(ends))

    def end_of(self, column: int) -> datetime:
        """The time the hour of a column ends, in UTC."""
        return end_of_hour(self.first_hour + column)


def known_hours(days: Days, at: datetime) -> Hours:
    """What the gauges had told by a time, for the 48 hours before it.

    A correction counts from its own time on. The hour just past is awaited for 15 minutes: until
    then a gauge that has not told of it is not missing, and its sums end an hour earlier.
    """
    # Frames compare times of one zone only.
    at = at.astimezone(UTC)
    day = days.of(at)
    gauges = day.gauges
    last = hour_number(at)
    first = last - LOOK_BACK_HOURS + 1
    known = days.records.readings.filter(
        pl.col("hour_number").is_between(first, last),
        pl.col("known_at") <= at,
        pl.col("superseded_at").is_null() | (pl.col("superseded_at") > at),
    )
    gone = days.gauges_on(at - timedelta(days=1)).join(gauges, on="gauge_code", how="anti")
    rain = _matrix(known, gauges["gauge_code"], first)
    newest = LOOK_BACK_HOURS - 1
    is_due = at >= end_of_hour(last) + timedelta(minutes=DUE_MINUTES)
    told = ~np.isnan(rain[:, newest])
    end_column = np.where(told | is_due, newest, newest - 1).astype(np.int64)
    works = ~np.isnan(rain[:, newest - 1])
    is_whole = bool(told.any()) and bool(told[works].all())
    return Hours(
        at=at,
        day=day,
        first_hour=first,
        rain_mm=rain,
        end_column=end_column,
        last_column=newest if is_due or is_whole else newest - 1,
        gone=gone,
        gone_mm=_matrix(known, gone["gauge_code"], first),
    )


def _matrix(readings: pl.DataFrame, codes: pl.Series, first_hour: int) -> Floats:
    """Gauge × hour of 48 hours, NaN where there is no reading."""
    own = readings.join(codes.to_frame().with_row_index("row"), on="gauge_code")
    rain = np.full((len(codes), LOOK_BACK_HOURS), np.nan)
    rain[own["row"].to_numpy(), own["hour_number"].to_numpy() - first_hour] = own["rain_mm"]
    return rain


def window_sums(rain_mm: Floats, hours: int) -> tuple[Floats, Ints]:
    """Sums over the hours up to each hour, and of how many of them the rain is known.

    Args:
        rain_mm: row × hour, NaN where nothing is known.
        hours: length of the window; the hour at its end is in it, the one before its start is not.

    Returns:
        Millimetres that are known to have fallen (0 where no hour is known) and hours known, in
        the shape of `rain_mm`; hours before the first column are not known.
    """
    padded = np.pad(rain_mm, ((0, 0), (hours - 1, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, hours, axis=1)
    is_known = ~np.isnan(windows)
    sums = np.where(is_known, windows, 0.0).sum(axis=2)
    return np.round(sums, DECIMALS), is_known.sum(axis=2)


def gauge_states(days: Days, hours: Hours) -> pl.DataFrame:
    """What each gauge says at the time.

    Returns:
        One row per gauge: gauge_code, gauge_name, town_code, longitude, latitude; last_observed_at
        and last_rain_mm (of the last hour known, however long ago; null where none ever was);
        is_missing, missing_since_at (the end of the last hour it told of; null while it tells, or
        where it never did); missing_hours, of the last 24; for each window rain_<n>h_mm, null
        where an hour of it is missing, and rain_<n>h_least_mm, what fell in the others.
    """
    gauges = hours.day.gauges
    row = np.arange(len(gauges))
    is_known = ~np.isnan(hours.rain_mm)
    column = hours.rain_mm.shape[1] - 1 - np.argmax(is_known[:, ::-1], axis=1)
    before = {code: (hour, mm) for code, hour, mm in days.records.last_readings.iter_rows()}
    observed: list[tuple[datetime | None, float | None]] = []
    for number, code in enumerate(gauges["gauge_code"]):
        end = int(column[number])
        if is_known[number, end]:
            observed.append((hours.end_of(end), float(hours.rain_mm[number, end])))
        else:
            hour, mm = before.get(code, (None, None))
            observed.append((None if hour is None else end_of_hour(hour), mm))
    at = pl.Series("last_observed_at", [one for one, _ in observed], pl.Datetime("us", "UTC"))
    is_missing = pl.Series("is_missing", hours.is_missing)
    sums: list[pl.Series] = []
    for window in SUM_HOURS:
        every_sum, every_known = window_sums(hours.rain_mm, window)
        least, known = every_sum[row, hours.end_column], every_known[row, hours.end_column]
        sums += [
            _known_only(f"rain_{window}h_mm", least, known == window),
            pl.Series(f"rain_{window}h_least_mm", least),
        ]
    return gauges.select(
        *("gauge_code", "gauge_name", "town_code", "longitude", "latitude"),
        at,
        pl.Series("last_rain_mm", [mm for _, mm in observed], pl.Float64),
        is_missing,
        pl.when(is_missing).then(at).alias("missing_since_at"),
        pl.Series("missing_hours", max(SUM_HOURS) - known),
        *sums,
    )


@dataclass(frozen=True)
class PlaceRain:
    """Rain at places, hour by hour.

    Attributes:
        rain_mm: place × hour asked for, NaN where no gauge within the radius told of the hour.
        nearest: one row per place: nearest_gauge_code and nearest_km of the gauges that told of
            the last hour asked for; null without a position, or where none did.
    """

    rain_mm: Floats
    nearest: pl.DataFrame


def rain_at(days: Days, hours: Hours, places: pl.DataFrame, *, columns: range) -> PlaceRain:
    """Rain at places by inverse distance of the gauges that told of an hour.

    A gauge counts for an hour where it stood on the day the hour fell on.

    Args:
        places: longitude and latitude in degrees, null for a place that is not known.
        columns: of `hours`, the hours asked for.
    """
    codes = pl.concat([hours.day.gauges["gauge_code"], hours.gone["gauge_code"]])
    told = np.vstack([hours.rain_mm, hours.gone_mm])
    km_of: dict[date, Floats] = {}
    rain = np.full((len(places), len(columns)), np.nan)
    last_km = np.full((len(places), len(codes)), np.nan)
    for place, column in enumerate(columns):
        # Until midnight an hour belongs to the day before.
        began = hours.end_of(column) - HOUR
        day = days.records.local_day(began)
        if day not in km_of:
            km_of[day] = distances(places, _placed(codes, days.gauges_on(began)))
        rain[:, [place]] = inverse_distance(km_of[day], told[:, [column]])
        last_km = np.where(np.isnan(told[:, column]), np.nan, km_of[day])
    return PlaceRain(rain, _nearest(last_km, codes))


def inverse_distance(km: Floats, rain_mm: Floats) -> Floats:
    """Place × hour from place × gauge distances and gauge × hour rain, NaN where unknown.

    Shepard's weights 1 / d^p (D. Shepard, 1968), over the gauges within the radius that told of
    the hour; gauges equally near weigh the same.
    """
    near = np.where(np.isnan(km), np.inf, np.maximum(km, NEAREST_KM))
    weights = np.where(near <= RADIUS_KM, near**-POWER, 0.0)
    is_known = ~np.isnan(rain_mm)
    total = weights @ is_known.astype(np.float64)
    fallen = weights @ np.where(is_known, rain_mm, 0.0)
    return np.asarray(np.divide(fallen, total, out=np.full_like(total, np.nan), where=total > 0))


def distances(places: pl.DataFrame, gauges: pl.DataFrame) -> Floats:
    """Kilometres from each place to each gauge; NaN where either has no position."""
    degrees = (
        frame[name].to_numpy().astype(np.float64)
        for frame in (places, gauges)
        for name in ("longitude", "latitude")
    )
    return distances_km(*degrees)


def _placed(codes: pl.Series, gauges: pl.DataFrame) -> pl.DataFrame:
    """Where the gauges of codes stand, null where one is not among the gauges."""
    return codes.to_frame().join(
        gauges.select("gauge_code", "longitude", "latitude"),
        on="gauge_code",
        how="left",
        maintain_order="left",
    )


def _nearest(km: Floats, codes: pl.Series) -> pl.DataFrame:
    """Code and distance of the nearest gauge of each place; of two as near the lower code."""
    if not km.size:
        empty = {"nearest_gauge_code": pl.String, "nearest_km": pl.Float64}
        return pl.DataFrame(schema=empty).clear(len(km))
    filled = np.where(np.isnan(km), np.inf, km)
    best = filled.argmin(axis=1)
    away = filled[np.arange(len(km)), best]
    is_known = np.isfinite(away)
    names = codes.to_list()
    nearest = [names[one] if known else None for one, known in zip(best, is_known, strict=True)]
    return pl.DataFrame(
        [
            pl.Series("nearest_gauge_code", nearest, pl.String),
            _known_only("nearest_km", np.round(away, DECIMALS), is_known),
        ]
    )


def _known_only(name: str, values: Floats, is_known: Bools) -> pl.Series:
    """A column of values, null where they are not known."""
    return pl.Series(name, np.where(is_known, values, np.nan), pl.Float64, nan_to_null=True)
