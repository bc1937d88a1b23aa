"""Hours of rain: window edges, gaps, gauges that stop, begin or move, and rain at a place."""

from datetime import date, datetime

import numpy as np
import polars as pl
import pytest

from tests.support.rainstorm import (
    HOUR,
    MINUTE,
    OTHER_TOWN,
    Storm,
    gauge,
    local,
    reading,
    readings,
)
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.rain import (
    gauge_states,
    inverse_distance,
    known_hours,
    rain_at,
    window_sums,
)

NIGHT = local("2026-06-23 03:00")


def states(storm: Storm, at: datetime) -> pl.DataFrame:
    days = Days(storm.records(at))
    return gauge_states(days, known_hours(days, at))


def state(storm: Storm, at: datetime, code: str = "r") -> dict[str, object]:
    return states(storm, at).row(by_predicate=pl.col("gauge_code") == code, named=True)


def place_rain(storm: Storm, at: datetime, *places: tuple[float | None, float | None]) -> list:
    """Rain of the last hour at places, and the nearest gauge with its distance."""
    days = Days(storm.records(at))
    hours = known_hours(days, at)
    frame = pl.DataFrame(
        places, schema={"longitude": pl.Float64, "latitude": pl.Float64}, orient="row"
    )
    found = rain_at(days, hours, frame, columns=range(hours.last_column, hours.last_column + 1))
    rain = [None if np.isnan(mm) else round(float(mm), 6) for mm in found.rain_mm[:, 0]]
    return list(zip(rain, *found.nearest.to_dict(as_series=False).values(), strict=True))


def test_a_window_holds_the_hour_at_its_end_and_not_the_one_before_its_start() -> None:
    storm = Storm(gauges=[gauge("r")], readings=readings("r", NIGHT, 100.0, 1.0, 2.0, 4.0))
    found = state(storm, NIGHT + 20 * MINUTE)
    assert found["rain_1h_mm"] == 4.0
    assert found["rain_3h_mm"] == 7.0
    assert (found["rain_6h_mm"], found["rain_6h_least_mm"]) == (None, 107.0)


def test_tenths_add_up_to_the_threshold() -> None:
    sums, known = window_sums(np.array([[16.6, 16.7, 16.7], [0.1, 0.2, 49.7]]), 3)
    assert sums[:, 2].tolist() == [50.0, 50.0]
    assert known[:, 2].tolist() == [3, 3]


def test_a_gap_is_no_dry_hour() -> None:
    storm = Storm(gauges=[gauge("r")], readings=readings("r", NIGHT, 30.0, None, 30.0))
    found = state(storm, NIGHT + 20 * MINUTE)
    assert not found["is_missing"]
    assert (found["rain_3h_mm"], found["rain_3h_least_mm"]) == (None, 60.0)
    assert found["missing_hours"] == 22


def test_a_gauge_that_stops_is_missing_since_its_last_hour() -> None:
    told = [*readings("r", NIGHT, 5.0, None, None), *readings("s", NIGHT, 0.0, 0.0, 0.0)]
    storm = Storm(gauges=[gauge("r"), gauge("s")], readings=told)
    found = state(storm, NIGHT + 20 * MINUTE)
    assert found["is_missing"]
    assert found["missing_since_at"] == found["last_observed_at"] == NIGHT - 2 * HOUR
    assert found["last_rain_mm"] == 5.0
    assert found["rain_1h_mm"] is None
    assert not state(storm, NIGHT + 20 * MINUTE, "s")["is_missing"]


def test_a_gauge_silent_for_days_is_named_with_what_it_said_last() -> None:
    long_ago = {"gauge_code": "r", "hour_number": 494_000, "rain_mm": 1.5}
    storm = Storm(gauges=[gauge("r")], last_readings=[long_ago])
    found = state(storm, NIGHT)
    assert found["last_observed_at"] == datetime.fromtimestamp(494_000 * 3600, tz=NIGHT.tzinfo)
    assert (found["last_rain_mm"], found["is_missing"]) == (1.5, True)


def test_a_gauge_that_never_told_has_no_last_hour() -> None:
    found = state(Storm(gauges=[gauge("r")]), NIGHT)
    assert found["is_missing"]
    assert found["missing_since_at"] is None
    assert found["rain_1h_least_mm"] == 0.0


def test_the_hour_just_past_is_awaited_for_a_quarter_of_an_hour() -> None:
    storm = Storm(gauges=[gauge("r")], readings=readings("r", NIGHT - HOUR, 1.0, 2.0, 3.0))
    awaited = state(storm, NIGHT + 14 * MINUTE)
    assert (awaited["is_missing"], awaited["rain_3h_mm"]) == (False, 6.0)
    missing = state(storm, NIGHT + 15 * MINUTE)
    assert (missing["is_missing"], missing["rain_3h_mm"]) == (True, None)


def test_places_have_the_hour_just_past_once_every_gauge_that_works_told_of_it() -> None:
    gauges = [gauge("r"), gauge("s"), gauge("stopped")]
    told = [*readings("r", NIGHT, 1.0, 2.0), *readings("s", NIGHT, 1.0, 2.0)]
    told += readings("stopped", NIGHT - 5 * HOUR, 1.0)
    at = NIGHT + 5 * MINUTE
    days = Days(Storm(gauges, told).records(at))
    assert known_hours(days, at).last_column == 47
    late = [*told[:3], reading("s", NIGHT, 2.0, known_at=at + MINUTE), *told[4:]]
    days = Days(Storm(gauges, late).records(at))
    assert known_hours(days, at).last_column == 46


def test_a_reading_counts_from_when_it_is_known_and_a_correction_from_its_own_time() -> None:
    later = NIGHT + 2 * HOUR
    told = [
        reading("r", NIGHT, 9.0, superseded_at=later),
        reading("r", NIGHT, 1.0, known_at=later),
    ]
    storm = Storm(gauges=[gauge("r")], readings=told)
    assert state(storm, NIGHT + MINUTE)["last_observed_at"] is None
    assert state(storm, NIGHT + 2 * MINUTE)["last_rain_mm"] == 9.0
    assert state(storm, later - MINUTE)["last_rain_mm"] == 9.0
    assert state(storm, later)["last_rain_mm"] == 1.0


@pytest.mark.parametrize("end", ["2026-06-23 01:00", "2027-01-01 01:00"])
def test_a_window_runs_over_midnight_and_the_end_of_the_year(end: str) -> None:
    storm = Storm(gauges=[gauge("r")], readings=readings("r", local(end), 1.0, 2.0, 4.0))
    assert state(storm, local(end) + 20 * MINUTE)["rain_3h_mm"] == 7.0


def test_two_gauges_as_near_weigh_the_same_and_the_lower_code_is_named() -> None:
    gauges = [gauge("s", longitude=113.7), gauge("r", longitude=113.5)]
    told = [*readings("s", NIGHT, 10.0), *readings("r", NIGHT, 30.0)]
    found = place_rain(Storm(gauges, told), NIGHT + 20 * MINUTE, (113.6, 28.2))
    assert found == [(20.0, "r", 9.8)]


def test_a_nearer_gauge_weighs_by_the_square_of_the_distance() -> None:
    km = np.array([[2.0, 4.0, 3.0, 25.0, 25.1, np.nan]])
    rain = np.array([[10.0], [20.0], [np.nan], [90.0], [999.0], [999.0]])
    weights = (1 / 4, 1 / 16, 1 / 625)
    mean = (10 * weights[0] + 20 * weights[1] + 90 * weights[2]) / sum(weights)
    assert inverse_distance(km, rain) == pytest.approx(np.array([[mean]]))


def test_a_gauge_at_the_door_counts_as_half_a_kilometre_away() -> None:
    km = np.array([[0.0, 0.5], [0.2, 1.0]])
    rain = np.array([[10.0], [20.0]])
    assert inverse_distance(km, rain)[:, 0] == pytest.approx([15.0, 12.0])


def test_without_a_gauge_near_the_rain_is_not_known() -> None:
    storm = Storm([gauge("r")], readings("r", NIGHT, 10.0))
    far, unknown = (114.6, 28.2), (None, None)
    at = NIGHT + 20 * MINUTE
    assert place_rain(storm, at, far, unknown) == [(None, "r", 98.0), (None, None, None)]


def test_where_the_near_gauge_is_silent_the_next_one_tells_with_its_distance() -> None:
    gauges = [gauge("r"), gauge("s", longitude=113.7, town_code=OTHER_TOWN)]
    storm = Storm(gauges, readings("s", NIGHT, 8.0))
    assert place_rain(storm, NIGHT + 20 * MINUTE, (113.6, 28.2)) == [(8.0, "s", 9.8)]


def test_with_all_gauges_silent_no_rain_is_known_anywhere() -> None:
    storm = Storm([gauge("r"), gauge("s")])
    assert place_rain(storm, NIGHT, (113.6, 28.2)) == [(None, None, None)]
    assert states(storm, NIGHT)["is_missing"].to_list() == [True, True]
    assert len(states(Storm(), NIGHT)) == 0


def test_a_gauge_counts_where_it_stood_when_the_hour_fell() -> None:
    first, then = date(2026, 6, 22), date(2026, 6, 23)
    moved = [
        gauge("r", valid_to_date=then),
        gauge("r", longitude=113.7, valid_from_date=then),
    ]
    midnight = local("2026-06-23 00:00")
    storm = Storm([*moved, gauge("t", longitude=113.5, valid_to_date=first)], [
        *readings("r", midnight + HOUR, 6.0, 8.0),
        *readings("t", midnight + HOUR, 50.0, 50.0),
    ])  # fmt: skip
    place = (113.6, 28.2)
    # The hour that ends at midnight fell on the day before, beside the place.
    assert place_rain(storm, midnight + 20 * MINUTE, place) == [(6.0, "r", 0.0)]
    assert place_rain(storm, midnight + HOUR + 20 * MINUTE, place) == [(8.0, "r", 9.8)]


def test_a_gauge_taken_away_at_midnight_counts_for_the_hours_before_it() -> None:
    then = date(2026, 6, 23)
    midnight = local("2026-06-23 00:00")
    gauges = [gauge("r", valid_to_date=then), gauge("s", longitude=113.7)]
    storm = Storm(gauges, [*readings("r", midnight, 9.0), *readings("s", midnight, 0.0)])
    ((mm, nearest, km),) = place_rain(storm, midnight + 20 * MINUTE, (113.6, 28.2))
    assert (nearest, km) == ("r", 0.0)
    assert mm == pytest.approx(9 / (1 + (0.5 / 9.8) ** 2), abs=0.01)
    assert states(storm, midnight + 20 * MINUTE)["gauge_code"].to_list() == ["s"]


def test_a_gauge_added_today_counts_from_today() -> None:
    midnight = local("2026-06-23 00:00")
    gauges = [gauge("r", longitude=113.7), gauge("s", valid_from_date=date(2026, 6, 23))]
    told = [*readings("r", midnight + HOUR, 2.0, 2.0), *readings("s", midnight + HOUR, 70.0, 4.0)]
    storm = Storm(gauges, told)
    assert place_rain(storm, midnight + 20 * MINUTE, (113.6, 28.2)) == [(2.0, "r", 9.8)]
    ((mm, nearest, _),) = place_rain(storm, midnight + 80 * MINUTE, (113.6, 28.2))
    assert (nearest, mm) == ("s", pytest.approx(4.0, abs=0.01))
