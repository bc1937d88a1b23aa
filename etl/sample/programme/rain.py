"""Rain gauges and what fell: fronts all year, thunderstorms from April to August."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import shapely

from etl.sample.boundaries import SampleCounty
from etl.sample.places import TOWN_OF_SCALE_TOWN, to_km
from etl.sample.programme.mess import correct, spoiled
from etl.sample.programme.table import Table
from etl.sample.programme.writing import times
from etl.sample.rhythm import FIRST_DAY
from etl.sample.timeline import AS_OF, DAY, HOUR, START, seconds_of
from etl.sample.types import Bools, Floats, Ints

HOURS = int((AS_OF - START) // HOUR)
"""Whole hours of the period; hour h ends at `hour_end(h)`."""

# Rain by month: share of days with a front, and thunderstorms in the whole county.
FRONT_SHARE = (0.33, 0.38, 0.48, 0.50, 0.48, 0.42, 0.24, 0.26, 0.20, 0.20, 0.26, 0.28)
STORMS = (0, 0, 1.0, 5.0, 8.0, 10.0, 8.0, 5.0, 1.5, 0, 0, 0)
FRONT_MM, FRONT_SPREAD, FRONT_KM = 9.0, 0.75, 55.0
STORM_MM, STORM_SPREAD, STORM_KM = 62.0, 0.5, 11.0
MOST_MM = 95.0

TOLD_STORM_DAY = date(2026, 6, 23)
TOLD_STORM_TOWN = TOWN_OF_SCALE_TOWN
TOLD_STORM_FROM_HOUR = 1
TOLD_STORM_MM = (6.2, 21.4, 44.8, 41.5, 32.1, 14.7, 5.9)
"""Rain of the storm that is told of, hour by hour: 118.4 mm in three hours."""

OUTAGE_SHARE = 0.0008
OUTAGE_HOURS = 5
MOVED_GAUGE_DAY = date(2025, 3, 1)
INSTALLED_DAY = date(2020, 1, 1)


@dataclass(frozen=True)
class Weather:
    """Rain of each hour in each town that has grids, millimetres with one decimal.

    `towns`: rows of `places.towns`, in the order of the columns of `rain`.
    """

    towns: pl.DataFrame
    rain: Floats

    @property
    def codes(self) -> list[str]:
        """Codes of the towns."""
        return self.towns["town_code"].to_list()


def hour_end(hour: Ints) -> Floats:
    """The time at which an hour ends."""
    return np.asarray(START + (hour + 1.0) * HOUR)


def window_sums(rain: Floats, hours: int) -> Floats:
    """Rain of each hour and those before it, as many in all."""
    total = np.cumsum(rain, axis=0)
    earlier = np.zeros_like(total)
    earlier[hours:] = total[:-hours]
    return np.asarray(np.round(total - earlier, 1))


def make_weather(county: SampleCounty, *, seed: int) -> Weather:
    """The same rain over a town at every scale."""
    rng = np.random.default_rng([seed, 32])
    every = county.places.towns
    at = to_km(every.select("longitude", "latitude").to_numpy())
    rain = np.zeros((HOURS, len(every)))
    days = int((AS_OF - START) // DAY) + 1
    for number in range(days):
        month = (FIRST_DAY + timedelta(days=number)).month - 1
        if rng.random() < FRONT_SHARE[month]:
            amount = FRONT_MM * np.exp(FRONT_SPREAD * rng.standard_normal())
            _fall(rain, at, number, amount, int(rng.integers(5, 17)), FRONT_KM, rng)
        for _ in range(rng.poisson(STORMS[month] / 30.4)):
            amount = STORM_MM * np.exp(STORM_SPREAD * rng.standard_normal())
            _fall(rain, at, number, amount, int(rng.integers(2, 7)), STORM_KM, rng)
    rain = np.minimum(rain, MOST_MM)
    _tell_of_the_storm(rain, every["town_code"].to_list().index(TOLD_STORM_TOWN))
    present = every["town_code"].is_in(county.grids["town_code"].unique().implode())
    return Weather(every.filter(present), np.round(rain[:, present.to_numpy()], 1))


def _fall(
    rain: Floats,
    at: Floats,
    day: int,
    amount: float,
    hours: int,
    reach_km: float,
    rng: np.random.Generator,
) -> None:
    """Let it rain once: most in the middle of its time and near its centre."""
    first = day * 24 + int(rng.integers(0, 24))
    last = min(first + hours, len(rain))
    centre = at[rng.integers(len(at))] + rng.normal(0, 4, 2)
    near = np.exp(-((np.hypot(*(at - centre).T) / reach_km) ** 2) / 2)
    course = np.sin(np.pi * (np.arange(hours) + 0.5) / hours) ** 1.5
    course = (course / course.sum())[: last - first]
    chance = rng.lognormal(-0.05, 0.32, (len(course), len(at)))
    rain[first:last] += amount * course[:, None] * near[None, :] * chance


def _tell_of_the_storm(rain: Floats, town: int) -> None:
    """A dry day before, then the storm that is told of."""
    first = int((seconds_of(TOLD_STORM_DAY) - START) // HOUR) + TOLD_STORM_FROM_HOUR
    rain[first - 24 : first + 24, town] = 0
    rain[first : first + len(TOLD_STORM_MM), town] = TOLD_STORM_MM


def rain_gauges(county: SampleCounty, weather: Weather) -> Iterator[Table]:
    """One gauge in each town; where there are several, the first one was moved once."""
    sites = county.grids[county.sites].with_row_index("site")
    rows = []
    for number, town in enumerate(weather.towns.iter_rows(named=True)):
        own = sites.filter(pl.col("town_code") == town["town_code"])["site"]
        places = [own[len(own) // 2]]
        starts = [INSTALLED_DAY]
        if number == 0 and len(weather.towns) > 1:
            places.append(own[0])
            starts.append(MOVED_GAUGE_DAY)
        for version, (site, start) in enumerate(zip(places, starts, strict=True)):
            point = shapely.point_on_surface(county.polygons[county.sites[site]])
            is_last = version == len(places) - 1
            rows.append(
                {
                    "gauge_code": gauge_code(town["town_code"]),
                    "gauge_name": town["town_name"] + "雨量站",
                    "town_code": town["town_code"],
                    "longitude": round(point.x, 6),
                    "latitude": round(point.y, 6),
                    "elevation_m": 60.0 + 7 * number,
                    "valid_from_date": start,
                    "valid_to_date": None if is_last else starts[version + 1] - timedelta(days=1),
                    "updated_at": datetime.combine(start, datetime.min.time()),
                }
            )
    frame = pl.DataFrame(
        rows,
        schema_overrides={"valid_to_date": pl.Date, "updated_at": pl.Datetime("us")},
        infer_schema_length=None,
    )
    yield Table.of("rain_gauges", frame)


def gauge_code(town_code: str) -> str:
    """Code of a town's gauge."""
    return "YL" + town_code[:9]


def rain_observations(weather: Weather, *, seed: int) -> Iterator[Table]:
    """Every gauge and hour but those in which a gauge was out of order."""
    rng = np.random.default_rng([seed, 33])
    works = _works(len(weather.towns), rng)
    hour, town = np.nonzero(works)
    ended = hour_end(hour)
    frame = pl.DataFrame(
        {
            "gauge_code": pl.Series([gauge_code(code) for code in weather.codes]).gather(town),
            "observed_at": times(ended),
            "rain_mm": weather.rain[hour, town],
            "updated_at": times(np.minimum(ended + rng.uniform(60, 600, len(ended)), AS_OF)),
        }
    )
    # A corrected hour was dry and stays dry in the sums of the warnings.
    dry = frame["rain_mm"].to_numpy() == 0
    first, second, corrected = correct(frame, {"rain_mm": pl.lit(0.1)}, rng, may=dry)
    first, planted = spoiled(
        first,
        None,
        {
            "unknown_gauge": {"gauge_code": pl.lit("YL999999999")},
            "out_of_range:rain_mm": {
                "rain_mm": pl.lit(999.9),
                "observed_at": pl.col("observed_at").dt.offset_by("30m"),
            },
        },
        rng,
        share=0.0001,
    )
    yield Table.of("rain_observations", first, planted)
    yield Table.of("rain_observations", second, corrected=corrected)


def _works(gauges: int, rng: np.random.Generator) -> Bools:
    """Hour × gauge: whether the gauge worked; outages last some hours."""
    fails = rng.random((HOURS, gauges)) < OUTAGE_SHARE / OUTAGE_HOURS
    works = np.ones((HOURS, gauges), dtype=bool)
    for after in range(OUTAGE_HOURS):
        works[after:] &= ~fails[: HOURS - after]
    told = int((seconds_of(TOLD_STORM_DAY) - START) // HOUR)
    works[told - 24 : told + 48] = True
    return works
