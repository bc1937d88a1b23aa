"""Warning colours of a town: in force, reached, to be expected, and what is not known."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from tests.support.rainstorm import (
    HOUR,
    MINUTE,
    OTHER_TOWN,
    TOWN,
    Storm,
    area,
    forecast,
    gauge,
    household,
    local,
    readings,
    warning,
)
from warehouse.errors import UsageError
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.replay import RainState, state_of

NIGHT = local("2026-06-23 03:00")
NOW = NIGHT + 20 * MINUTE


def state(storm: Storm, at: datetime = NOW) -> RainState:
    return state_of(Days(storm.records(at)), at)


def colour(storm: Storm, code: str, *, at: datetime = NOW, town: str = TOWN) -> dict[str, object]:
    rows = state(storm, at).colours
    return rows.row(
        by_predicate=(pl.col("town_code") == town) & (pl.col("colour_code") == code), named=True
    )


def town(storm: Storm, *, at: datetime = NOW, code: str = TOWN) -> dict[str, object]:
    return state(storm, at).towns.row(by_predicate=pl.col("town_code") == code, named=True)


def rained(*mm: float | None) -> Storm:
    """A gauge with the rain of the hours up to 03:00, dry before."""
    dry = [0.0] * (24 - len(mm))
    return Storm([gauge("r")], readings("r", NIGHT, *dry, *mm))


@pytest.mark.parametrize(
    ("storm", "reached"),
    [
        (rained(50.0, *[0.0] * 11), "blue"),
        (rained(50.0, *[0.0] * 12), None),
        (rained(49.9, *[0.0] * 11), None),
        (rained(50.0, *[0.0] * 5), "yellow"),
        (rained(50.0, *[0.0] * 6), "blue"),
        (rained(16.6, 16.7, 16.7), "orange"),
        (rained(16.6, 16.7, 16.6), None),
        (rained(50.0, 0.0, 0.0, 0.0), "yellow"),
        (rained(33.3, 33.3, 33.4), "red"),
        (rained(33.3, 33.3, 33.3), "orange"),
    ],
)
def test_a_colour_is_reached_at_its_threshold_to_the_tenth(
    storm: Storm, reached: str | None
) -> None:
    found = town(storm)
    assert found["reached_colour"] == reached
    assert found["is_reached_known"]


def test_one_gauge_is_enough_for_its_town_and_for_no_other() -> None:
    gauges = [gauge("r"), gauge("s"), gauge("t", town_code=OTHER_TOWN)]
    told = [
        *readings("r", NIGHT, *[0.0] * 24),
        *readings("s", NIGHT, *[0.0] * 23, 60.0),
        *readings("t", NIGHT, *[0.0] * 24),
    ]
    storm = Storm(gauges, told)
    assert town(storm)["reached_colour"] == "orange"
    assert town(storm, code=OTHER_TOWN)["reached_colour"] is None


def test_what_fell_in_a_window_with_a_gap_may_reach_but_not_deny() -> None:
    assert colour(rained(60.0, None, 0.0), "orange")["is_reached"] is True
    assert colour(rained(40.0, None, 0.0), "orange")["is_reached"] is None
    assert town(rained(40.0, None, 0.0))["is_reached_known"] is False
    assert town(rained(100.0, None, 0.0))["is_reached_known"] is True


def test_a_town_without_a_gauge_has_its_forecast_only() -> None:
    storm = Storm(forecasts=forecast(NIGHT - HOUR, 0.0, 30.0, 30.0, town=OTHER_TOWN))
    found = colour(storm, "orange", town=OTHER_TOWN)
    assert (found["window_mm"], found["is_reached"]) == (None, None)
    assert (found["expected_at"], found["expected_mm"]) == (NIGHT + 2 * HOUR, 60.0)
    assert town(storm, code=OTHER_TOWN)["gauge_count"] == 0


def test_a_spell_is_reached_since_its_first_hour_after_a_pause() -> None:
    storm = rained(60.0, 0.0, 0.0, 0.0, 0.0, 55.0, 0.0)
    assert colour(storm, "orange")["reached_at"] == NIGHT - HOUR
    assert colour(storm, "blue")["reached_at"] == NIGHT - 6 * HOUR


def test_observed_and_forecast_rain_together_are_expected_to_reach_it() -> None:
    storm = rained(10.0, 20.0)
    storm.forecasts = forecast(NIGHT, 15.0, 15.0, 60.0)
    # 10 + 20 + 15, then 20 + 15 + 15: exactly fifty at the end of the second hour.
    found = colour(storm, "orange")
    assert (found["expected_at"], found["expected_mm"]) == (NIGHT + 2 * HOUR, 50.0)
    assert found["lead_minutes"] == 100.0
    assert colour(storm, "red")["expected_at"] is None
    assert colour(storm, "blue")["expected_at"] == NIGHT + 2 * HOUR


def test_a_gauge_that_has_not_told_yet_is_forecast_for_the_hour_just_past() -> None:
    told = [*readings("r", NIGHT, *[0.0] * 24), *readings("s", NIGHT - HOUR, 0.0, 0.0, 30.0)]
    storm = Storm([gauge("r"), gauge("s")], told, forecast(NIGHT - HOUR, 25.0, 0.0))
    found = colour(storm, "orange", at=NIGHT + 5 * MINUTE)
    assert (found["expected_at"], found["expected_mm"]) == (NIGHT, 55.0)
    assert found["lead_minutes"] == 0.0


def test_of_two_forecasts_of_an_hour_the_newer_counts_once_it_is_known() -> None:
    storm = rained(0.0)
    storm.forecasts = [*forecast(NIGHT - 6 * HOUR, *[0.0] * 6, 70.0), *forecast(NIGHT, 10.0)]
    assert colour(storm, "orange", at=NIGHT + 4 * MINUTE)["expected_mm"] == 70.0
    assert colour(storm, "orange", at=NIGHT + 5 * MINUTE)["expected_at"] is None


def test_what_is_reached_is_not_expected_any_more() -> None:
    storm = rained(60.0)
    storm.forecasts = forecast(NIGHT, 60.0, 60.0)
    assert colour(storm, "orange")["expected_at"] is None
    found = town(storm)
    assert (found["reached_colour"], found["expected_colour"]) == ("orange", "red")
    assert found["lead_minutes"] == 40.0


def test_the_most_severe_of_in_force_reached_and_expected_governs() -> None:
    storm = rained(60.0)
    assert town(storm)["severity_number"] == 3
    storm.warnings = [warning("red", NIGHT)]
    assert town(storm)["severity_number"] == 4
    assert town(Storm())["severity_number"] == 0


def test_a_warning_is_in_force_from_its_issue_until_it_is_lifted() -> None:
    storm = rained(0.0)
    storm.warnings = [warning("blue", NOW, lifted_at=NOW + HOUR)]
    assert len(state(storm, NOW - MINUTE).warnings) == 0
    assert state(storm, NOW).warnings["in_force_minutes"].to_list() == [0.0]
    assert len(state(storm, NOW + 59 * MINUTE).warnings) == 1
    assert len(state(storm, NOW + HOUR).warnings) == 0


def test_a_warning_for_the_county_is_in_force_in_every_town() -> None:
    storm = rained(0.0)
    storm.warnings = [
        warning("yellow", NIGHT),
        warning("orange", NIGHT, area_level="county", town_code=None),
        warning("red", NIGHT, area_level="town", town_code=None),
    ]
    towns = state(storm).towns
    assert towns.select("town_code", "in_force_colour", "warning_count").rows() == [
        (TOWN, "orange", 2),
        (OTHER_TOWN, "orange", 1),
    ]


def test_a_town_of_a_gauge_that_no_list_has_is_shown() -> None:
    storm = Storm([gauge("r", town_code="430181999000")], areas=[area("town", TOWN)])
    assert state(storm).towns["town_code"].to_list() == [TOWN, "430181999000"]


def test_a_time_outside_what_was_read_is_refused() -> None:
    days = Days(Storm().records(NIGHT))
    with pytest.raises(UsageError, match="is not in the stretch"):
        state_of(days, NIGHT + MINUTE)


def test_before_there_were_thresholds_no_colour_is_judged_and_warnings_still_hold() -> None:
    storm = rained(120.0)
    storm.thresholds_from = NIGHT.date() + timedelta(days=1)
    storm.warnings = [warning("orange", NIGHT)]
    storm.households = [household("h")]
    found = state(storm)
    assert found.colours.is_empty()
    row = found.towns.row(by_predicate=pl.col("town_code") == TOWN, named=True)
    assert (row["in_force_colour"], row["reached_colour"]) == ("orange", None)
    assert not row["is_reached_known"]
    assert found.households is not None
    assert found.households.is_empty()
