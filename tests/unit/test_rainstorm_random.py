"""Random storms: every sum, colour, rain and exposure equals one worked out in plain Python.

Sums are compared to the hundredth of a millimetre, exposures to 1e-4, the digits they are given
with; rain at a place, which nobody rounds, to a relative 1e-9.
"""

import math
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.support.rainstorm import (
    ALWAYS,
    GRID,
    HOUR,
    MINUTE,
    OTHER_GRID,
    OTHER_TOWN,
    TOWN,
    Plain,
    Storm,
    flood,
    forecast,
    gauge,
    hour_of,
    household,
    local,
    reading,
)
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.exposure import exposures
from warehouse.rainstorm.forecasts import known_forecast
from warehouse.rainstorm.rain import SUM_HOURS, known_hours, rain_at
from warehouse.rainstorm.replay import RainState, state_of

SEEDS = [*range(9), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(9, 300))]
# Over midnight, over the end of a year, and in the middle of a day.
STARTS = ("2026-06-22 19:00", "2026-12-31 19:00", "2026-06-23 09:00")


def random_storm(seed: int) -> Storm:
    """Gauges that come, go, move, stop and are corrected, some of them at one point."""
    rng = np.random.default_rng(seed)
    start = local(STARTS[seed % len(STARTS)])
    midnight = start.date() + timedelta(days=1)
    gauges = [
        row
        for number in range(int(rng.integers(0, 6)))
        for row in random_gauge(f"r{number}", midnight, rng)
    ]
    codes = sorted({row["gauge_code"] for row in gauges})
    issues = rng.choice(np.arange(-12, 9), int(rng.integers(0, 4)), replace=False)
    floods = rng.integers(1, 24 * 365 * 12, int(rng.integers(0, 8)))
    return Storm(
        gauges=gauges,
        readings=[row for code in codes for row in random_readings(code, start, rng)],
        forecasts=[
            row
            for issue in issues
            for town in (TOWN, OTHER_TOWN)
            if rng.random() < 0.8
            for row in forecast(
                start + int(issue) * HOUR,
                *(float(mm) for mm in np.round(rng.gamma(0.4, 20.0, 24), 1)),
                town=town,
            )
        ],
        floods=[
            flood(str(rng.choice([GRID, OTHER_GRID])), start - int(hours) * HOUR)
            for hours in floods
        ],
        households=[
            random_household(f"h{number}", midnight, rng)
            for number in range(int(rng.integers(0, 9)))
        ],
    )


def random_gauge(code: str, midnight: date, rng: np.random.Generator) -> list[dict[str, Any]]:
    town = (TOWN, OTHER_TOWN, None)[rng.choice(3, p=[0.6, 0.3, 0.1])]
    here, there = (
        {
            "town_code": town,
            "longitude": float(rng.choice([113.4, 113.5, 113.6, 113.7])),
            "latitude": float(rng.choice([28.1, 28.2, 28.5])),
        }
        for _ in range(2)
    )
    goes = {"valid_to_date": midnight}
    comes = {"valid_from_date": midnight}
    kinds = (
        [gauge(code, **here)],
        [gauge(code, **here, **goes), gauge(code, **there, **comes)],
        [gauge(code, **here, **goes)],
        [gauge(code, **here, **comes)],
    )
    return kinds[rng.choice(4, p=[0.55, 0.15, 0.15, 0.15])]


def random_readings(code: str, start: datetime, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Thirty hours with gaps, at some time hardly anything any more, and corrections."""
    rows = []
    stop = rng.integers(-12, 40)
    for number in range(-20, 10):
        if rng.random() < 0.08 or (number > stop and rng.random() < 0.7):
            continue
        end, mm = start + number * HOUR, float(np.round(rng.gamma(0.3, 25.0), 1))
        known = end + int(rng.integers(0, 40)) * MINUTE
        if rng.random() < 0.9:
            rows.append(reading(code, end, mm, known_at=known))
            continue
        again = known + int(rng.integers(1, 300)) * MINUTE
        rows.append(reading(code, end, mm, known_at=known, superseded_at=again))
        rows.append(reading(code, end, float(np.round(mm / 2, 1)), known_at=again))
    return rows


def random_household(key: str, midnight: date, rng: np.random.Generator) -> dict[str, Any]:
    town, grid = ((TOWN, GRID), (OTHER_TOWN, OTHER_GRID))[int(rng.random() < 0.4)]
    longitude = float(rng.choice([113.45, 113.55, 113.6]))
    has_point = rng.random() < 0.8
    return household(
        key,
        elevation_m=None if rng.random() < 0.1 else float(rng.integers(78, 84)),
        town_code=town,
        grid_code=grid,
        rain_longitude=longitude if has_point else None,
        rain_latitude=28.2 if has_point else None,
        valid_from_date=ALWAYS if rng.random() < 0.8 else midnight,
    )


def times(seed: int) -> list[datetime]:
    rng = np.random.default_rng([seed, 1])
    start = local(STARTS[seed % len(STARTS)])
    return [start + int(minutes) * MINUTE for minutes in rng.integers(0, 9 * 60, 4)]


def days_of(storm: Storm, seed: int) -> Days:
    start = local(STARTS[seed % len(STARTS)])
    return Days(storm.records(start, start + 9 * HOUR))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_answer_of_a_random_storm_is_the_plain_one(seed: int) -> None:
    storm = random_storm(seed)
    days = days_of(storm, seed)
    for at in times(seed):
        plain = Plain(storm, at)
        state = state_of(days, at)
        same_sums(state, plain)
        same_colours(state, plain)
        same_rain_and_exposure(days, plain)


def same_sums(state: RainState, plain: Plain) -> None:
    codes = sorted(row["gauge_code"] for row in plain.gauges())
    assert state.gauges["gauge_code"].to_list() == codes
    for row in state.gauges.iter_rows(named=True):
        code = row["gauge_code"]
        end = plain.end_hour(code)
        assert row["is_missing"] == ((code, end) not in plain.told)
        known = [hour for told, hour in plain.told if told == code]
        at = row["last_observed_at"]
        assert (None if at is None else hour_of(at)) == (max(known) if known else None)
        for hours in SUM_HOURS:
            mm, count = plain.window(code, end, hours)
            assert row[f"rain_{hours}h_least_mm"] == mm
            assert row[f"rain_{hours}h_mm"] == (mm if count == hours else None)


def same_colours(state: RainState, plain: Plain) -> None:
    for row in state.colours.iter_rows(named=True):
        reached, expected = plain.colour(row["town_code"], row["colour_code"])
        assert row["is_reached"] == reached, row
        at = row["expected_at"]
        assert (None if at is None else hour_of(at)) == expected, row
        if at is not None:
            assert row["lead_minutes"] == max((at - state.at) / MINUTE, 0)


def same_rain_and_exposure(days: Days, plain: Plain) -> None:
    hours = known_hours(days, plain.at)
    assert hours.first_hour + hours.last_column == plain.last_common()
    places = pl.DataFrame({"longitude": [113.55, 113.6, None], "latitude": [28.2, 28.15, None]})
    columns = range(hours.last_column - 5, hours.last_column + 1)
    found = rain_at(days, hours, places, columns=columns).rain_mm
    for (lon, lat), row in zip(places.iter_rows(), found, strict=True):
        for column, mm in zip(columns, row, strict=True):
            meant = plain.rain_at(lon, lat, hours.first_hour + column)
            assert math.isnan(mm) if meant is None else mm == pytest.approx(meant, rel=1e-9)
    exposed = exposures(
        days, hours, known_forecast(days.records, hours), hours.day.towns["town_code"]
    )
    rows = {row["household_key"]: row for row in plain.storm.households or ()}
    assert set(exposed["household_key"]) == {
        key for key, row in rows.items() if row["valid_from_date"] <= local_day(plain)
    }
    for key, exposure in exposed.select("household_key", "exposure").iter_rows():
        assert exposure == pytest.approx(plain.exposure(rows[key]), abs=1.5e-4)
    scores = exposed["exposure"].fill_null(-1.0)
    assert scores.is_sorted(descending=True)


def local_day(plain: Plain) -> date:
    return plain.at.astimezone(local("2026-01-01 00:00").tzinfo).date()


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_a_state_is_made_of_nothing_that_came_later(seed: int) -> None:
    """What is added after a time, or replaces a version after it, changes nothing of it."""
    storm = random_storm(seed)
    days = days_of(storm, seed)
    for at in times(seed):
        then = Storm(
            gauges=storm.gauges,
            readings=[
                {**row, "superseded_at": None}
                if row.get("superseded_at") and row["superseded_at"] > at
                else row
                for row in storm.readings
                if row["known_at"] <= at
            ],
            forecasts=[row for row in storm.forecasts if row["known_at"] <= at],
            floods=[row for row in storm.floods if row["known_at"] <= at],
            households=storm.households,
        )
        known, found = state_of(days_of(then, seed), at), state_of(days, at)
        for name in ("gauges", "colours", "towns", "warnings", "households"):
            assert getattr(known, name).equals(getattr(found, name)), name
