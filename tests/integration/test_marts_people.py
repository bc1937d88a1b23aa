"""Residents, special groups, visits, health and rainstorms: the marts of one small build."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import yaml

from tests.support.records import land
from warehouse.build import build
from warehouse.project import project_folder
from warehouse.published import Published, PublishedStore
from warehouse.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
TOWN, COMMUNITY = "430181100000", "430181100001"
EAST, WEST = "430181100001001", "430181100001002"
AREAS = [
    {"area_code": TOWN, "area_level": "town", "area_name": "镇", "parent_code": "430181"},
    {"area_code": COMMUNITY, "area_level": "community", "area_name": "村", "parent_code": TOWN},
]
GRIDS = [{"grid_code": code, "community_code": COMMUNITY} for code in (EAST, WEST)]
ANNA, BAO, CHEN, DING = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)
LOW_HOUSE, HIGH_HOUSE = ("1" * 32, "2" * 32)

Rows = Sequence[Mapping[str, Any]]


def local(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def with_defaults(rows: Rows, **defaults: Any) -> Rows:
    return [{**defaults, **row} for row in rows]


RESIDENTS = with_defaults(
    [
        {"person_key": ANNA, "birth_month_date": date(1940, 5, 1), "sex_code": "female"},
        {"person_key": BAO, "birth_month_date": date(1950, 5, 1),
         "resident_to_date": date(2026, 10, 10), "leave_reason_code": "died"},
        {"person_key": CHEN, "birth_month_date": date(2008, 11, 1),
         "resident_from_date": date(2008, 11, 20)},
        {"person_key": DING, "birth_month_date": date(1990, 5, 1),
         "resident_to_date": date(2026, 11, 15), "leave_reason_code": "moved"},
    ],
    grid_code=EAST,
    resident_from_date=date(2000, 1, 1),
    residence_kind_code="registered",
)  # fmt: skip
REGISTERED_AGAIN = [
    {"person_key": ANNA, "birth_month_date": date(1940, 5, 1), "sex_code": "female",
     "grid_code": WEST, "residence_kind_code": "temporary",
     "resident_from_date": date(2026, 10, 15), "resident_to_date": date(2026, 11, 5)},
]  # fmt: skip
ROLL = with_defaults(
    [
        {"person_key": ANNA, "need_level_code": "weekly"},
        {"person_key": ANNA, "need_level_code": "daily", "roll_from_date": date(2026, 11, 10)},
        {"person_key": ANNA, "group_code": "disabled", "need_level_code": "monthly",
         "roll_from_date": date(2026, 10, 5)},
        {"person_key": BAO, "need_level_code": "weekly"},
        {"person_key": CHEN, "need_level_code": "monthly", "group_code": "left_behind_child",
         "roll_from_date": date(2026, 9, 1), "roll_to_date": date(2026, 10, 31),
         "end_reason_code": "recovered", "birth_month_date": date(2008, 11, 1)},
    ],
    group_code="elderly_living_alone",
    roll_from_date=date(2026, 10, 1),
    birth_month_date=date(1940, 5, 1),
    grid_code=EAST,
)  # fmt: skip
VISITS = [
    ("first_week", ANNA, local(10, 3, 9), "seen"),
    ("first_week_again", ANNA, local(10, 7, 23, 59), "seen"),
    ("at_midnight", ANNA, local(10, 15), "seen"),
    ("in_vain", ANNA, local(10, 23, 9), "not_home"),
    ("first_day", ANNA, local(11, 10, 9), "seen"),
    ("fifth_day", ANNA, local(11, 14, 9), "seen"),
    ("today", ANNA, local(11, 15, 9), "seen"),
    ("after_now", ANNA, local(11, 15, 18, 1), "seen"),
    ("alive", BAO, local(10, 2, 9), "seen"),
    ("after_death", BAO, local(10, 20, 9), "seen"),
    ("never_on_the_roll", DING, local(10, 20, 9), "seen"),
]
COVERAGE = with_defaults(
    [
        {"person_key": ANNA, "service_code": "medical_insurance"},
        {"person_key": ANNA, "service_code": "pension_insurance"},
        {"person_key": BAO, "service_code": "medical_insurance"},
        {"person_key": CHEN, "service_code": "legal_aid"},
        {"person_key": DING, "service_code": "pension_insurance",
         "covered_to_date": date(2026, 10, 30)},
    ],
    covered_from_date=date(2020, 1, 1),
)  # fmt: skip
FOLLOWUPS = with_defaults(
    [
        {"followup_number": "done", "due_date": date(2026, 10, 10),
         "followed_at": local(10, 9, 9), "outcome_code": "seen", "is_to_standard": True},
        {"followup_number": "lost", "due_date": date(2026, 11, 14), "outcome_code": "lost"},
        {"followup_number": "to_come", "due_date": date(2026, 11, 15)},
    ],
    person_key=ANNA,
    condition_code="smi",
)  # fmt: skip
HOUSEHOLDS = [
    {"household_key": LOW_HOUSE, "grid_code": EAST, "is_low_ground": True, "resident_count": 3},
    {"household_key": HIGH_HOUSE, "grid_code": WEST, "is_low_ground": False, "resident_count": 2},
]
GAUGES = [
    {
        "gauge_code": "R1",
        "gauge_name": "站",
        "town_code": TOWN,
        "longitude": 113.5,
        "latitude": 28.1,
    }
]
# 16.7 + 16.7 + 16.6 is 50 mm by 11 o'clock; the gauge is silent at 14.
RAIN = {8: 0.0, 9: 16.7, 10: 16.7, 11: 16.6, 12: 0.0, 13: 0.0, 15: 2.0, 16: 0.0, 17: 0.0}
WARNINGS = with_defaults(
    [
        {"warning_number": "in_time", "issued_at": local(11, 15, 8, 30),
         "lifted_at": local(11, 15, 12)},
        {"warning_number": "late", "issued_at": local(11, 15, 11, 30), "town_code": None,
         "lifted_at": local(11, 15, 13)},
        {"warning_number": "false", "colour_code": "red", "issued_at": local(11, 15, 8, 30),
         "lifted_at": local(11, 15, 13)},
        {"warning_number": "unknown", "colour_code": "red", "issued_at": local(11, 15, 8, 30),
         "lifted_at": local(11, 15, 15)},
        {"warning_number": "in_force", "colour_code": "red", "issued_at": local(11, 15, 15, 30),
         "lifted_at": local(11, 15, 19)},
    ],
    colour_code="orange",
    town_code=TOWN,
)  # fmt: skip
ACTIONS = with_defaults(
    [
        {"household_key": LOW_HOUSE, "acknowledged_at": local(11, 15, 8, 50),
         "moved_at": local(11, 15, 9, 40), "moved_count": 3, "persons_to_move_count": 3},
        {"household_key": HIGH_HOUSE, "acknowledged_at": local(11, 15, 18, 1),
         "moved_at": local(11, 15, 18, 30), "moved_count": 2, "persons_to_move_count": 2},
    ],
    warning_number="in_time",
    notified_at=local(11, 15, 8, 40),
)  # fmt: skip
FLOODS = [{"flood_number": "f1", "grid_code": EAST, "flooded_at": local(6, 1), "depth_cm": 40.0}]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    settings = Settings(home=tmp_path_factory.mktemp("marts_people"))
    land(settings, "areas", AREAS)
    land(settings, "grids", GRIDS)
    land(settings, "residents", RESIDENTS)
    land(settings, "residents", REGISTERED_AGAIN, source_id="census")
    land(settings, "special_group_roll", ROLL)
    land(
        settings,
        "special_group_visits",
        [
            {"visit_number": number, "person_key": key, "visited_at": at, "outcome_code": outcome}
            for number, key, at, outcome in VISITS
        ],
    )
    land(settings, "service_coverage", COVERAGE)
    land(settings, "health_followups", FOLLOWUPS)
    land(settings, "households", HOUSEHOLDS)
    land(settings, "rain_gauges", GAUGES)
    observations = [
        {"gauge_code": "R1", "observed_at": local(11, 15, hour), "rain_mm": rain}
        for hour, rain in RAIN.items()
    ]
    land(settings, "rain_observations", observations)
    land(settings, "rain_warnings", WARNINGS)
    land(settings, "warning_actions", ACTIONS)
    land(settings, "flood_history", FLOODS)
    build(settings=settings, as_of={"430181": local(11, 15, 18)})
    return PublishedStore(settings, with_people=True).current()


def residents_on(published: Published, day: date) -> list[tuple[Any, ...]]:
    return published.people_sql(
        "select person_key, grid_code, age_band_code from mart.fct_residents "
        "where valid_from_date <= $day and (valid_to_date is null or $day < valid_to_date) "
        "order by person_key",
        {"day": day},
    ).rows()


def documented_query(model: str) -> str:
    """The query in the description of a model about persons."""
    file = next((project_folder() / "models/people").rglob(f"{model}.yml"))
    description = yaml.safe_load(file.read_text(encoding="utf-8"))["models"][0]["description"]
    found = re.search(r"\n\n((?:    .*\n)+)", description)
    assert found is not None
    return found.group(1)


def warning(published: Published, number: str) -> dict[str, Any]:
    query = "select * from mart.fct_warnings where warning_id = ?"
    return published.sql(query, [f"test_source:{number}"]).row(0, named=True)


def test_a_person_counts_once_a_day_whoever_registered_them(published: Published) -> None:
    assert residents_on(published, date(2026, 10, 10)) == [
        (ANNA, EAST, "80_plus"),
        (BAO, EAST, "60_79"),
        (CHEN, EAST, "0_17"),
        (DING, EAST, "18_59"),
    ]
    assert residents_on(published, date(2026, 10, 31)) == [
        (ANNA, WEST, "80_plus"),
        (CHEN, EAST, "0_17"),
        (DING, EAST, "18_59"),
    ]


def test_who_leaves_today_is_here_today_and_a_child_grows_up(published: Published) -> None:
    assert residents_on(published, date(2026, 11, 15)) == [
        (ANNA, EAST, "80_plus"),
        (CHEN, EAST, "18_59"),
        (DING, EAST, "18_59"),
    ]


def test_windows_follow_the_stricter_need_from_the_first_day(published: Published) -> None:
    counts = published.people_sql(
        "select person_key, need_level_code, count(*), count(*) filter (is_due), "
        "count(*) filter (is_due and is_met), count(*) filter (is_overdue), "
        "count(*) filter (is_not_yet_due), count(*) filter (is_cut) "
        "from mart.fct_visit_obligations group by all order by all"
    ).rows()
    assert counts == [
        (ANNA, "daily", 6, 5, 2, 3, 1, 0),
        (ANNA, "weekly", 6, 5, 2, 3, 0, 1),
        (BAO, "weekly", 2, 1, 1, 0, 0, 1),
        (CHEN, "monthly", 3, 2, 0, 2, 0, 1),
    ]


def test_a_visit_at_midnight_meets_the_new_week_alone(published: Published) -> None:
    weeks = published.people_sql(
        "select window_start_date, is_met, is_unreachable, overdue_days, is_still_overdue "
        "from mart.fct_visit_obligations "
        "where person_key = $anna and need_level_code = 'weekly' order by all",
        {"anna": ANNA},
    ).rows()
    assert weeks == [
        (date(2026, 10, 1), True, False, None, False),
        (date(2026, 10, 8), False, False, 32, False),
        (date(2026, 10, 15), True, False, None, False),
        (date(2026, 10, 22), False, True, 18, False),
        (date(2026, 10, 29), False, False, 11, False),
        (date(2026, 11, 5), False, False, None, False),
    ]


def test_a_visit_falls_in_one_obligation_at_most(published: Published) -> None:
    visits = published.people_sql(
        "select split_part(visit_id, ':', 2), right(obligation_id, 10), is_meeting "
        "from mart.fct_visits order by visited_at"
    ).rows()
    assert visits == [
        ("alive", "2026-10-01", True),
        ("first_week", "2026-10-01", True),
        ("first_week_again", "2026-10-01", False),
        ("at_midnight", "2026-10-15", True),
        ("after_death", None, False),
        ("in_vain", "2026-10-22", False),
        ("first_day", "2026-11-10", True),
        ("fifth_day", "2026-11-14", True),
        ("today", "2026-11-15", True),
    ]


def test_the_roll_of_a_day_is_what_the_documented_query_counts(published: Published) -> None:
    counts = published.people_sql(documented_query("fct_roll_days") + " order by all").rows()
    assert counts == [("disabled", 1), ("elderly_living_alone", 1), ("left_behind_child", 1)]


def test_spells_of_coverage_agree_with_the_documented_query(published: Published) -> None:
    month_ends = published.people_sql(
        "select day, count(*), count(*) filter (is_covered) "
        "from (values (date '2026-09-30'), (date '2026-10-31'), (date '2026-11-15')) days (day) "
        "inner join mart.fct_coverage_spells as spells on spells.valid_from_date <= day "
        "and (spells.valid_to_date is null or day < spells.valid_to_date) "
        "group by all order by all"
    ).rows()
    assert month_ends == [
        (date(2026, 9, 30), 4, 3),
        (date(2026, 10, 31), 3, 1),
        (date(2026, 11, 15), 3, 1),
    ]
    day = published.people_sql(documented_query("fct_covered_spells")).rows()
    assert day == [(COMMUNITY, 3, 1)]


def test_population_by_age_is_what_the_documented_query_counts(published: Published) -> None:
    counts = published.people_sql(documented_query("fct_residents") + " order by all").rows()
    assert counts == [(COMMUNITY, "0_17", 1), (COMMUNITY, "18_59", 1), (COMMUNITY, "80_plus", 1)]


def test_a_followup_to_come_is_not_due(published: Published) -> None:
    followups = published.people_sql(
        "select split_part(followup_id, ':', 2), is_due, is_done_on_time, is_lost, overdue_days, "
        "grid_code from mart.fct_health_followups order by due_date"
    ).rows()
    assert followups == [
        ("done", True, True, False, None, EAST),
        ("lost", True, False, True, 1, EAST),
        ("to_come", False, False, False, None, EAST),
    ]


def test_one_person_is_known_to_many_departments(published: Published) -> None:
    persons = published.people_sql(
        "select person_key, dataset_count, group_count, is_resident, is_on_roll, is_deceased, "
        "is_in_health_followups from mart.dim_persons order by all"
    ).rows()
    assert persons == [
        (ANNA, 5, 2, True, True, False, True),
        (BAO, 4, 0, False, False, True, False),
        (CHEN, 3, 0, True, False, False, False),
        (DING, 2, 0, True, False, False, False),
    ]


def test_fifty_millimetres_in_tenths_reach_the_threshold(published: Published) -> None:
    hours = published.sql(
        "select hour(observed_at at time zone 'Asia/Shanghai'), rain_3h_mm, is_complete_3h "
        "from mart.fct_rain_hours order by observed_at"
    ).rows()
    assert dict((hour, (rain, whole)) for hour, rain, whole in hours) == {
        8: (0.0, False),
        9: (16.7, False),
        10: (33.4, True),
        11: (50.0, True),
        12: (33.3, True),
        13: (16.6, True),
        15: (2.0, False),
        16: (2.0, False),
        17: (2.0, True),
    }
    assert warning(published, "in_time")["lead_minutes"] == 150


@pytest.mark.parametrize(
    ("number", "flag"),
    [
        ("in_time", "is_reached"),
        ("false", "is_false_warning"),
        ("unknown", "is_outcome_unknown"),
        ("in_force", "is_not_yet_known"),
    ],
)
def test_a_warning_has_one_outcome(published: Published, number: str, flag: str) -> None:
    flags = ["is_reached", "is_false_warning", "is_outcome_unknown", "is_not_yet_known"]
    found = warning(published, number)
    assert [name for name in flags if found[name]] == [flag]


def test_a_warning_after_the_rain_is_no_warning_of_it(published: Published) -> None:
    # The three hours to 11 o'clock reached it, those to 12 did not: it was over by half past.
    found = warning(published, "late")
    assert (found["area_level"], found["is_reached"]) == ("county", False)
    assert (found["is_false_warning"], found["lead_minutes"]) == (True, None)


def test_a_household_acknowledged_after_now_is_not_acknowledged(published: Published) -> None:
    found = warning(published, "in_time")
    counts = ("notified_count", "acknowledged_count", "persons_to_move_count", "moved_count")
    assert [found[name] for name in counts] == [2, 1, 5, 3]
    assert found["acknowledge_minutes_median"] == 10
    actions = published.people_sql(
        "select household_key, grid_code, is_low_ground, is_acknowledged, is_moved "
        "from mart.fct_warning_actions order by all"
    ).rows()
    assert actions == [
        (LOW_HOUSE, EAST, True, True, True),
        (HIGH_HOUSE, WEST, False, False, False),
    ]


def test_a_flood_at_midnight_belongs_to_the_new_day_and_its_grid(published: Published) -> None:
    floods = published.sql(
        "select flooded_date, grid_code, community_code, town_code, depth_cm from mart.fct_floods"
    ).rows()
    assert floods == [(date(2026, 6, 1), EAST, COMMUNITY, TOWN, 40.0)]


def test_no_flag_about_persons_is_null(published: Published) -> None:
    columns: pl.DataFrame = published.people_sql(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'mart' and data_type = 'BOOLEAN'"
    )
    assert len(columns) > 30
    nulls = [
        (table, column)
        for table, column in columns.iter_rows()
        if published.people_sql(f"select 1 from mart.{table} where {column} is null").height
    ]
    assert nulls == []
