"""Exposure of households on low ground: its parts, their order, and what is not known."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from tests.support.rainstorm import (
    GRID,
    HOUR,
    MINUTE,
    OTHER_GRID,
    OTHER_TOWN,
    TOWN,
    Storm,
    area,
    flood,
    forecast,
    gauge,
    household,
    local,
    readings,
)
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.exposure import exposures
from warehouse.rainstorm.forecasts import known_forecast
from warehouse.rainstorm.rain import known_hours

NIGHT = local("2026-06-23 03:00")
NOW = NIGHT + 20 * MINUTE
YEAR = timedelta(days=365.25)


def exposed(storm: Storm, at: datetime = NOW) -> pl.DataFrame:
    days = Days(storm.records(at))
    hours = known_hours(days, at)
    towns = hours.day.towns["town_code"]
    return exposures(days, hours, known_forecast(days.records, hours), towns)


def rained(*mm: float | None, **values: object) -> Storm:
    return Storm([gauge("r")], readings("r", NIGHT, *mm), **values)  # type: ignore[arg-type]


def test_one_is_the_lowest_house_never_flooded_at_the_red_threshold() -> None:
    row = exposed(rained(30.0, 30.0, 40.0, households=[household("h")])).row(0, named=True)
    assert row["exposure"] == 1.0
    parts = ("low_factor", "rain_factor", "history_factor")
    assert [row[name] for name in parts] == [1.0, 1.0, 1.0]
    assert (row["nearest_gauge_code"], row["nearest_km"]) == ("r", 0.0)
    assert row["position_method"] == "reported"


def test_the_share_of_houses_that_stand_lower_makes_the_low_factor() -> None:
    heights = {"a": 80.0, "b": 81.0, "c": 81.0, "d": 90.0, "e": None}
    houses = [household(key, elevation_m=height) for key, height in heights.items()]
    other = household("z", elevation_m=1.0, town_code=OTHER_TOWN, grid_code=OTHER_GRID)
    found = exposed(rained(0.0, 0.0, 0.0, households=[*houses, other]))
    factors = dict(found.select("household_key", "low_factor").iter_rows())
    assert factors == {"a": 1.0, "b": 0.875, "c": 0.875, "d": 0.625, "e": 0.75, "z": 1.0}


def test_the_wettest_window_from_now_to_twelve_hours_ahead_counts() -> None:
    storm = rained(0.0, 20.0, 10.0, households=[household("h")])
    storm.forecasts = forecast(NIGHT, 25.0, 5.0, *[0.0] * 7, 30.0, 20.0, 10.0, 90.0)
    row = exposed(storm).row(0, named=True)
    # 20 + 10 + 25 now, 30 + 20 + 10 at the end of the twelfth hour; the thirteenth is too far.
    assert (row["rain_mm"], row["rain_observed_mm"], row["rain_forecast_mm"]) == (60.0, 0.0, 60.0)
    assert row["peak_at"] == NIGHT + 12 * HOUR
    storm.forecasts = forecast(NIGHT, 25.0, 5.0)
    row = exposed(storm).row(0, named=True)
    assert (row["rain_mm"], row["rain_observed_mm"], row["rain_forecast_mm"]) == (55.0, 30.0, 25.0)
    assert row["peak_at"] == NIGHT + HOUR


def test_the_rain_of_four_hours_ago_is_over() -> None:
    row = exposed(rained(99.0, 1.0, 2.0, 4.0, households=[household("h")])).row(0, named=True)
    assert row["rain_mm"] == 7.0


@pytest.mark.parametrize(("floods", "factor"), [(0, 1.0), (1, 4 / 3), (3, 2.0), (7, 2.0)])
def test_up_to_three_floods_double_the_exposure(floods: int, factor: float) -> None:
    storm = rained(30.0, 30.0, 40.0, households=[household("h")])
    storm.floods = [flood(GRID, NOW - number * YEAR / 12) for number in range(1, floods + 1)]
    row = exposed(storm).row(0, named=True)
    assert row["exposure"] == pytest.approx(factor, abs=1e-4)
    assert row["flood_count"] == floods


def test_a_flood_counts_once_it_is_known_and_for_ten_years() -> None:
    storm = rained(30.0, 30.0, 40.0, households=[household("h")])
    storm.floods = [
        flood(GRID, NOW - 23 * HOUR),
        flood(GRID, NOW - 24 * HOUR),
        flood(GRID, NOW - 10 * YEAR),
        flood(GRID, NOW - 10 * YEAR + MINUTE),
        flood(OTHER_GRID, NOW - YEAR),
    ]
    assert exposed(storm)["flood_count"].to_list() == [2]


def test_a_flood_before_a_grid_was_split_counts_for_the_grids_around_it() -> None:
    storm = rained(0.0, households=[household("h")])
    inside = {"longitude": 113.6, "latitude": 28.2}
    storm.floods = [
        flood("430181001001009", NOW - YEAR, **inside),
        flood("430181001001009", NOW - YEAR, longitude=113.7, latitude=28.2),
        flood("430181001001009", NOW - YEAR),
    ]
    assert exposed(storm)["flood_count"].to_list() == [1]


def test_a_house_without_a_point_stands_in_the_middle_of_its_grid() -> None:
    nowhere = {"rain_longitude": None, "rain_latitude": None}
    houses = [household("a", **nowhere), household("b", **nowhere, grid_code=None)]
    found = exposed(rained(30.0, 30.0, 40.0, households=houses))
    assert found.select("household_key", "position_method", "exposure").rows() == [
        ("a", "grid", 1.0),
        ("b", None, None),
    ]


def test_without_a_gauge_and_a_forecast_the_exposure_is_not_known() -> None:
    storm = Storm([gauge("r")], households=[household("h")])
    row = exposed(storm).row(0, named=True)
    assert row["exposure"] is None
    assert row["rain_mm"] is None
    assert row["peak_at"] is None
    assert row["is_at_least"]
    storm.forecasts = forecast(NIGHT, 50.0)
    row = exposed(storm).row(0, named=True)
    assert (row["exposure"], row["rain_missing_hours"], row["is_at_least"]) == (0.5, 3, True)


def test_an_hour_nobody_told_of_makes_the_exposure_a_least_one() -> None:
    row = exposed(rained(50.0, None, 0.0, households=[household("h")])).row(0, named=True)
    assert (row["exposure"], row["rain_missing_hours"], row["is_at_least"]) == (0.5, 1, True)


def test_as_exposed_houses_keep_one_order_however_they_come() -> None:
    houses = [
        household("b"),
        household("a"),
        household("c", grid_code=OTHER_GRID),
        household("d", grid_code=None),
        household("e", elevation_m=90.0),
    ]
    areas = [area("town", TOWN), area("grid", GRID), area("grid", OTHER_GRID)]
    for order in (houses, houses[::-1]):
        storm = rained(0.0, 0.0, 0.0, households=order, areas=areas)
        assert exposed(storm)["household_key"].to_list() == ["a", "b", "c", "d", "e"]


def test_a_house_counts_on_the_days_it_is_there() -> None:
    today = date(2026, 6, 23)
    houses = [
        household("gone", valid_to_date=today),
        household("came", valid_from_date=today),
        household("to_come", valid_from_date=today + timedelta(days=1)),
    ]
    assert exposed(rained(0.0, households=houses))["household_key"].to_list() == ["came"]


def test_without_the_file_about_persons_there_is_no_exposure() -> None:
    with pytest.raises(ValueError, match="read without"):
        exposed(Storm(households=None))


def test_before_there_were_thresholds_the_rain_is_summed_and_no_exposure_is_known() -> None:
    storm = rained(30.0, 30.0, 60.0, households=[household("h")])
    storm.thresholds_from = NIGHT.date() + timedelta(days=1)
    assert Days(storm.records(NOW)).of(NOW).severest is None
    row = exposed(storm).row(0, named=True)
    assert (row["rain_mm"], row["rain_factor"], row["exposure"]) == (120.0, None, None)
