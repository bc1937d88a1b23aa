"""The list of households: what is to be done, by whom, how far it got, and what is overdue."""

from datetime import date, datetime

import polars as pl
import pytest

from tests.support.rainstorm import (
    GRID,
    HOUR,
    MINUTE,
    OTHER_GRID,
    OTHER_TOWN,
    Storm,
    action,
    flood,
    forecast,
    gauge,
    household,
    local,
    readings,
    warning,
    worker,
)
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.replay import RainState, state_of

NIGHT = local("2026-06-23 03:00")
NOW = NIGHT + 20 * MINUTE


def state(storm: Storm, at: datetime = NOW) -> RainState:
    return state_of(Days(storm.records(at)), at)


def listed(storm: Storm, at: datetime = NOW) -> pl.DataFrame:
    households = state(storm, at).households
    assert households is not None
    return households


def one(storm: Storm, at: datetime = NOW) -> dict[str, object]:
    return listed(storm, at).row(0, named=True)


def under_red(**values: object) -> Storm:
    """A red warning from 03:00 on, 100 mm in three hours, one household never flooded."""
    rows = {"households": [household("h")], "warnings": [warning("red", NIGHT)], **values}
    return Storm([gauge("r")], readings("r", NIGHT, 30.0, 30.0, 40.0), **rows)  # type: ignore[arg-type]


def test_the_list_is_there_before_the_threshold_is_crossed() -> None:
    storm = Storm([gauge("r")], readings("r", NIGHT, 0.0, 0.0, 0.0), households=[household("h")])
    assert len(listed(storm)) == 0
    storm.forecasts = forecast(NIGHT, 20.0, 50.0, 50.0)
    row = one(storm)
    assert (row["colour_code"], row["action_code"], row["exposure"]) == ("red", "move", 1.2)
    assert row["warned_at"] is None
    assert row["overdue_step"] is None


def test_who_is_to_move_is_said_by_the_limit_of_the_colour() -> None:
    houses = [household(key, elevation_m=80.0 + n) for n, key in enumerate("abcd")]
    storm = under_red(households=houses)
    found = listed(storm).select("rank_number", "household_key", "action_code", "exposure").rows()
    assert found == [
        (1, "a", "move", 1.0),
        (2, "b", "move", 0.875),
        (3, "c", "move", 0.75),
        (4, "d", "tell", 0.625),
    ]


def test_below_orange_nobody_is_told() -> None:
    storm = Storm([gauge("r")], readings("r", NIGHT, 49.0, *[0.0] * 4, 1.0))
    storm.households = [household("h")]
    assert one(storm)["colour_code"] == "yellow"
    assert one(storm)["action_code"] == "watch"


def test_where_the_rain_is_not_known_somebody_is_to_look() -> None:
    nowhere = household("h", rain_longitude=None, rain_latitude=None, grid_code=None)
    storm = under_red(households=[nowhere, household("g", elevation_m=99.0)])
    found = listed(storm).select("household_key", "action_code").rows()
    assert found == [("g", "move"), ("h", "check")]


def test_who_was_ordered_to_move_is_to_move_whatever_the_exposure() -> None:
    storm = under_red(actions=[action("h", NIGHT + MINUTE)])
    storm.readings = readings("r", NIGHT, 0.0, 0.0, 0.0)
    row = one(storm)
    assert (row["action_code"], row["is_ordered"], row["exposure"]) == ("move", True, 0.0)


@pytest.mark.parametrize(
    ("minutes", "told", "acknowledged", "moved", "step", "late"),
    [
        (15, None, None, None, None, None),
        (16, None, None, None, "told", 1.0),
        (25, 10, None, None, None, None),
        (26, 10, None, None, "acknowledged", 1.0),
        (70, 10, 12, None, None, None),
        (71, 10, 12, None, "moved", 1.0),
        (71, 10, 12, 60, None, None),
        (71, 10, None, 60, "acknowledged", 46.0),
    ],
)
def test_each_step_has_its_limit_to_the_minute(
    minutes: int,
    told: int | None,
    acknowledged: int | None,
    moved: int | None,
    step: str | None,
    late: float | None,
) -> None:
    times = {
        f"{name}_at": NIGHT + after * MINUTE
        for name, after in (("acknowledged", acknowledged), ("moved", moved))
        if after is not None
    }
    actions = [] if told is None else [action("h", NIGHT + told * MINUTE, **times)]
    row = one(under_red(actions=actions), NIGHT + minutes * MINUTE)
    assert (row["overdue_step"], row["overdue_minutes"]) == (step, late)


def test_nobody_is_overdue_to_be_moved_who_was_told_to_stay() -> None:
    stays = action("h", NIGHT, acknowledged_at=NIGHT, persons_to_move_count=0)
    row = one(under_red(actions=[stays]), NIGHT + 3 * HOUR)
    assert (row["is_ordered"], row["overdue_step"]) == (False, None)


def test_what_happens_later_has_not_happened() -> None:
    told = action(
        "h", NOW - MINUTE, acknowledged_at=NOW, moved_at=NOW + MINUTE, moved_count=3,
        worker_code="w",
    )  # fmt: skip
    storm = under_red(actions=[told, action("h", NOW + MINUTE, warning_id="orange")])
    row = one(storm)
    assert (row["notified_at"], row["acknowledged_at"]) == (NOW - MINUTE, NOW)
    assert (row["moved_at"], row["persons_moved_count"]) == (None, 0)
    later = one(storm, NOW + MINUTE)
    assert (later["moved_at"], later["persons_moved_count"]) == (NOW + MINUTE, 3)
    assert one(storm, NOW - 2 * MINUTE)["notified_at"] is None
    assert one(storm, NOW - MINUTE)["notified_at"] == NOW - MINUTE


def test_steps_count_over_all_warnings_of_an_event_even_when_one_was_lifted() -> None:
    first = warning("orange", NIGHT - 2 * HOUR)
    red = warning("red", NIGHT - HOUR, lifted_at=NIGHT)
    moved = action("h", NIGHT - HOUR, acknowledged_at=NIGHT - HOUR, moved_at=NIGHT, moved_count=3)
    storm = under_red(warnings=[first, red], actions=[moved])
    assert one(storm)["moved_at"] == NIGHT


def test_steps_of_an_earlier_event_do_not_count() -> None:
    before = warning("red", NIGHT - 9 * HOUR, warning_id="old", lifted_at=NIGHT - HOUR)
    moved = action("h", NIGHT - 8 * HOUR, warning_id="old", moved_at=NIGHT - 7 * HOUR)
    storm = under_red(warnings=[before, warning("red", NIGHT)], actions=[moved])
    assert one(storm)["notified_at"] is None
    assert one(storm, NIGHT - 2 * HOUR)["moved_at"] == NIGHT - 7 * HOUR


def test_a_household_told_of_two_warnings_is_told_once() -> None:
    told = [
        action("h", NIGHT + MINUTE, warning_id="orange", persons_to_move_count=0, worker_code="u"),
        action("h", NIGHT + 9 * MINUTE, acknowledged_at=NIGHT + 12 * MINUTE, worker_code="w"),
    ]
    storm = under_red(actions=told, warnings=[warning("orange", NIGHT), warning("red", NIGHT)])
    rows = listed(storm, NIGHT + 70 * MINUTE)
    assert len(rows) == 1
    row = rows.row(0, named=True)
    assert (row["notified_at"], row["persons_to_move_count"]) == (NIGHT + MINUTE, 3)
    assert row["worker_code"] == "w"
    # Moving counts from the telling that ordered it.
    assert (row["overdue_step"], row["overdue_minutes"]) == ("moved", 1.0)


def test_of_several_workers_a_full_time_one_stands_for_the_grid() -> None:
    workers = [
        worker("b"), worker("a", role_code="part_time"), worker("c"), worker("d", OTHER_GRID),
    ]  # fmt: skip
    assert one(under_red(workers=workers))["worker_code"] == "b"
    assert one(under_red())["worker_code"] is None


def test_a_worker_who_follows_at_midnight_takes_over_whom_nobody_told() -> None:
    day, midnight = date(2026, 6, 24), local("2026-06-24 00:00")
    workers = [worker("old", valid_to_date=day), worker("new", valid_from_date=day)]
    storm = under_red(
        workers=workers,
        warnings=[warning("red", midnight - HOUR)],
        households=[household("told"), household("untold", elevation_m=81.0)],
        actions=[action("told", midnight - 50 * MINUTE, worker_code="old")],
    )
    storm.readings = readings("r", midnight, *[35.0] * 6)

    def by_whom(at: datetime) -> dict[str, str]:
        return dict(listed(storm, at).select("household_key", "worker_code").iter_rows())

    assert by_whom(midnight - MINUTE) == {"told": "old", "untold": "old"}
    assert by_whom(midnight) == {"told": "old", "untold": "new"}


def test_counts_of_grids_and_workers_add_up_and_name_nobody() -> None:
    houses = [
        household("a"),
        household("b"),
        household("c", grid_code=None),
        household("x", grid_code=OTHER_GRID, town_code=OTHER_TOWN),
    ]
    told = action("a", NIGHT, moved_at=NIGHT + MINUTE, acknowledged_at=NIGHT, worker_code="w")
    found = state(under_red(households=houses, workers=[worker("w")], actions=[told]), NIGHT + HOUR)
    assert found.by_grid is not None
    assert found.by_worker is not None
    assert found.by_grid.drop("community_code").rows() == [
        (houses[0]["town_code"], GRID, 2, 2, 1, 1, 1, 1, 1),
        (houses[0]["town_code"], None, 1, 1, 0, 0, 0, 0, 1),
    ]
    assert found.by_worker.rows() == [("w", 2, 2, 1, 1, 1, 1, 1), (None, 1, 1, 0, 0, 0, 0, 1)]
    for counts in (found.by_grid, found.by_worker, found.by_town):
        assert counts is not None
        assert "household_key" not in counts.columns


def test_a_flood_before_moves_a_household_up() -> None:
    houses = [household("low"), household("flooded", elevation_m=81.0, grid_code=OTHER_GRID)]
    floods = [flood(OTHER_GRID, local(f"2025-0{month}-01 00:00")) for month in (5, 6)]
    storm = under_red(households=houses, floods=floods)
    assert listed(storm)["household_key"].to_list() == ["flooded", "low"]


def test_without_the_file_about_persons_the_rest_is_still_there() -> None:
    found = state(under_red(households=None))
    assert found.households is None
    assert found.by_grid is None
    assert found.by_worker is None
    assert len(found.warnings) == 1
    assert len(found.gauges) == 1
