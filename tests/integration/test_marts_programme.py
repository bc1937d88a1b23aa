"""Services, mediation, councils, volunteers and waste sorting: the marts of one small build."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tests.support.approvals import expected, made_up
from tests.support.records import land
from warehouse.build import build
from warehouse.published import Published, PublishedStore
from warehouse.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
TOWN, COMMUNITY, GRID = "430181100000", "430181100001", "430181100001001"
AREAS = [
    {"area_code": TOWN, "area_level": "town", "area_name": "镇", "parent_code": "430181"},
    {"area_code": COMMUNITY, "area_level": "community", "area_name": "村", "parent_code": TOWN},
]
ANNA, BAO, CHEN = ("a" * 32, "b" * 32, "c" * 32)

Rows = Sequence[Mapping[str, Any]]


def local(day: int, hour: int = 0, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def with_defaults(rows: Rows, **defaults: Any) -> Rows:
    return [{**defaults, **row} for row in rows]


MADE_UP = made_up(60, seed=20261116)
APPLICATIONS = with_defaults(
    [
        {"application_number": "publicised", "decided_at": local(13, 10),
         "decision_code": "approved", "person_key": ANNA, "birth_month_date": date(1966, 11, 1),
         "visit_count": 1, "is_complete_first_time": True},
        {"application_number": "supplemented", "due_at": local(10, 17, 30)},
        {"application_number": "at_the_deadline", "due_at": local(6, 10),
         "decided_at": local(6, 10), "decision_code": "rejected", "visit_count": 2,
         "is_complete_first_time": False},
        {"application_number": "overdue", "due_at": local(13, 17, 30)},
        {"application_number": "withdrawn", "due_at": local(3), "decided_at": local(4),
         "decision_code": "withdrawn"},
        {"application_number": "to_come", "submitted_at": local(16, 9, 1), "accepted_at": None},
    ],
    item_code="FW001",
    grid_code=GRID,
    submitted_at=local(2, 9),
    accepted_at=local(2, 10),
)  # fmt: skip
STEPS = [
    ("publicised", "check", "civil_affairs", local(2, 10), local(2, 11)),
    ("publicised", "review", "civil_affairs", local(2, 11), local(4, 11)),
    ("publicised", "review", "health", local(2, 11), local(5, 11)),
    ("publicised", "review", "urban_management", local(3, 11), local(4, 11)),
    ("publicised", "publicity", "civil_affairs", local(5, 11), local(12, 11)),
    ("publicised", "supplement", "civil_affairs", local(6, 11), local(9, 11)),
    ("publicised", "payment", "civil_affairs", local(13, 10), None),
    ("supplemented", "supplement", "civil_affairs", local(9, 10), None),
    ("overdue", "review", "urban_management", local(3, 10), None),
    ("overdue", "review", "health", local(2, 11), local(20, 11)),
    ("of_nobody", "review", "health", local(2, 11), local(4, 11)),
]
DISPUTES = with_defaults(
    [
        {"mediation_number": "up_to_the_town", "reported_at": local(1, 9, month=9),
         "accepted_at": local(1, 10, month=9), "closed_at": local(20, 9, month=9),
         "outcome_code": "settled", "agreement_due_date": date(2026, 10, 1),
         "is_agreement_kept": True},
        {"mediation_number": "again", "reported_at": local(10, 9), "accepted_at": local(10, 10),
         "party_a_person_key": BAO, "party_b_person_key": ANNA},
        {"mediation_number": "overdue", "reported_at": local(1, 9, month=10), "accepted_at": None,
         "party_b_person_key": CHEN},
        {"mediation_number": "withdrawn", "reported_at": local(1, 9, month=9),
         "accepted_at": local(1, 10, month=9), "closed_at": local(2, 9, month=9),
         "outcome_code": "withdrawn", "party_b_person_key": None},
    ],
    dispute_category_code="neighbour",
    grid_code=GRID,
    party_a_person_key=ANNA,
    party_b_person_key=BAO,
)  # fmt: skip
MEDIATION_STEPS = [
    ("up_to_the_town", "grid", local(1, 10, month=9), local(3, 10, month=9), "escalated"),
    ("up_to_the_town", "community", local(3, 10, month=9), local(8, 10, month=9), "escalated"),
    ("up_to_the_town", "town", local(8, 10, month=9), local(20, 9, month=9), "settled"),
    ("overdue", "grid", local(1, 10, month=10), None, None),
]
PROPOSALS = with_defaults(
    [
        {"proposal_number": "adopted", "decision_code": "adopted", "publicised_at": local(9, 17),
         "due_date": date(2026, 11, 15)},
        {"proposal_number": "rejected", "decision_code": "rejected",
         "due_date": date(2026, 11, 15)},
    ],
    community_code=COMMUNITY,
    topic_code="waste_sorting",
    vote_mode_code="household",
    entitled_count=8,
    proposed_at=local(2, 9),
    deliberated_at=local(4, 9),
    voted_at=local(5, 9),
)  # fmt: skip
VOTES = [
    ("first", "adopted", ANNA, "for", local(4, 10)),
    ("second_of_the_same", "adopted", ANNA, "against", local(4, 11)),
    ("other", "adopted", BAO, "against", local(5, 9)),
    ("after_the_end", "adopted", CHEN, "for", local(5, 10)),
    ("on_nothing", "of_nobody", CHEN, "for", local(4, 10)),
]
SERVICES = [
    ("care", "care", local(1, 9, month=8), 2.0, 20, None),
    ("patrol", "patrol", local(14, 9), None, None, None),
    ("redemption", "redemption", local(15, 9), None, None, 12),
]
INSPECTIONS = [
    {"inspection_number": str(number), "community_code": COMMUNITY,
     "inspected_at": local(number, 8), "inspected_drop_count": 20, "correct_drop_count": correct}
    for number, correct in ((3, 5), (4, 17), (17, 20))
]  # fmt: skip

ACTIONS = with_defaults(
    [
        {"action_number": "before_midnight", "acted_at": local(2, 23, 59)},
        {"action_number": "to_come", "acted_at": local(16, 9, 1)},
    ],
    user_code="U1",
    action_code="silenced",
    subject_kind_code="alert",
    subject_number=f"430181:town:{TOWN}:noise:2026-11-01",
    reason_code="known_event",
    silenced_until_date=date(2026, 11, 20),
    note="门口演出",
)


def land_services(settings: Settings) -> None:
    land(settings, "service_applications", APPLICATIONS, source_id="window")
    rows = [
        {
            "application_number": number,
            "step_number": order,
            "stage_code": stage,
            "department_code": department,
            "started_at": started,
            "ended_at": ended,
            "outcome_code": "passed" if ended else None,
        }
        for order, (number, stage, department, started, ended) in enumerate(STEPS, start=1)
    ]
    land(settings, "service_approval_steps", rows, source_id="window_steps")
    applications, steps = MADE_UP
    land(settings, "service_applications", applications, source_id="made_up")
    land(settings, "service_approval_steps", steps, source_id="made_up_steps")


def land_mediation(settings: Settings) -> None:
    land(settings, "mediation_cases", DISPUTES, source_id="disputes")
    rows = [
        {
            "mediation_number": number,
            "step_number": order,
            "level_code": level,
            "level_received_at": received,
            "started_at": received,
            "ended_at": ended,
            "outcome_code": outcome,
        }
        for order, (number, level, received, ended, outcome) in enumerate(MEDIATION_STEPS, start=1)
    ]
    land(settings, "mediation_steps", rows, source_id="levels")


def land_council(settings: Settings) -> None:
    land(settings, "council_proposals", PROPOSALS, source_id="council")
    names = ("vote_number", "proposal_number", "household_key", "choice_code", "voted_at")
    votes = [dict(zip(names, row, strict=True)) for row in VOTES]
    land(settings, "council_votes", votes, source_id="ballots")


def land_participation(settings: Settings) -> None:
    volunteer = {"community_code": COMMUNITY, "registered_date": date(2026, 7, 1)}
    people = [
        {"volunteer_number": "1", "person_key": ANNA, **volunteer},
        {"volunteer_number": "2", "person_key": BAO, **volunteer, "left_date": date(2026, 11, 1)},
    ]
    land(settings, "volunteers", people, source_id="volunteers")
    rows = [
        {
            "service_number": number,
            "volunteer_number": "1",
            "service_kind_code": kind,
            "started_at": started,
            "ended_at": started.replace(hour=10, minute=30),
            "service_hours": hours,
            "points_issued": issued,
            "points_redeemed": redeemed,
        }
        for number, kind, started, hours, issued, redeemed in SERVICES
    ]
    land(settings, "volunteer_services", rows, source_id="services")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    settings = Settings(home=tmp_path_factory.mktemp("programme"))
    land(settings, "areas", AREAS)
    land(settings, "grids", [{"grid_code": GRID, "community_code": COMMUNITY}])
    land_services(settings)
    land_mediation(settings)
    land_council(settings)
    land_participation(settings)
    land(settings, "waste_inspections", INSPECTIONS)
    land(settings, "user_actions", ACTIONS)
    build(settings=settings, as_of={"430181": local(16, 9)})
    return PublishedStore(settings, with_people=True).current()


def row(published: Published, table: str, key: str, value: str) -> dict[str, Any]:
    query = f"select * from mart.{table} where {key} = ?"
    return published.sql(query, [value]).row(0, named=True)


def rate(published: Published, table: str, numerator: str, denominator: str) -> tuple[int, int]:
    query = (
        f"select count(*) filter ({numerator} and {denominator}), count(*) filter ({denominator})"
        f" from mart.{table}"
    )
    return published.sql(query).row(0)


def at_the_window(condition: str) -> str:
    return f"{condition} and source_id = 'window'"


def application(published: Published, number: str) -> dict[str, Any]:
    return row(published, "fct_applications", "application_id", f"window:{number}")


def test_publicity_and_a_supplement_within_it_are_off_the_clock_once(published: Published) -> None:
    found = application(published, "publicised")
    # 2 November 10:00 to 13 November 10:00, less a week of publicity from Thursday to Thursday.
    assert found["off_clock_days"] == 7
    assert found["approval_days"] == 4
    # Nine working days, less five.
    assert found["approval_working_days"] == pytest.approx(4)
    # Fifteen working days from the 2nd end on the 23rd; five more on the 30th.
    assert (found["promised_at"], found["due_at"]) == (local(23, 17, 30), local(30, 17, 30))
    assert (found["document_count"], found["lead_department_code"]) == (3, "civil_affairs")
    assert (found["grid_code"], found["community_code"], found["town_code"]) == (
        GRID,
        COMMUNITY,
        TOWN,
    )


def test_parallel_reviews_are_counted_once_by_the_wall_clock(published: Published) -> None:
    reviews = published.sql(
        "select sum(step_days), sum(wall_clock_days), count(*) filter (is_parallel)"
        " from mart.fct_approval_steps"
        " where application_id = 'window:publicised' and stage_code = 'review'"
    )
    assert reviews.row(0) == (6.0, 3.0, 3)


def test_an_application_is_held_by_whom_its_oldest_open_step_is_with(published: Published) -> None:
    found = application(published, "overdue")
    # The review that ends on the 20th has not ended yet.
    assert (found["open_department_code"], found["open_department_count"]) == ("health", 2)
    assert application(published, "publicised")["open_department_code"] is None


def test_a_supplement_open_now_keeps_an_application_from_being_due(published: Published) -> None:
    found = application(published, "supplemented")
    assert (found["status"], found["is_not_yet_due"], found["is_overdue"]) == (
        "off_clock",
        True,
        False,
    )
    # From Monday 10:00 to the next Monday 9:00 it has been off the clock.
    assert found["off_clock_days"] == pytest.approx(7 - 1 / 24)


def test_the_on_time_rate_counts_the_overdue_and_leaves_the_withdrawn_out(
    published: Published,
) -> None:
    # On time: decided at the very deadline, and early. Against: overdue and undecided.
    due, decided = at_the_window("is_due_to_decide"), at_the_window("is_decided")
    assert rate(published, "fct_applications", "is_decided_on_time", due) == (2, 3)
    assert rate(published, "fct_applications", "is_one_visit", decided) == (1, 2)
    known = published.sql("select count(*) from mart.fct_applications where source_id = 'window'")
    assert known.item() == 5


def test_times_on_the_clock_are_those_counted_minute_by_minute(published: Published) -> None:
    applications, steps = MADE_UP
    rows = published.sql("select * from mart.fct_applications where source_id = 'made_up'")
    found = {row["application_id"].removeprefix("made_up:"): row for row in rows.to_dicts()}
    assert len(found) == len(applications)
    moved = 0
    for record in applications:
        number = record["application_number"]
        own = [step for step in steps if step["application_number"] == number]
        wanted = expected(record, own)
        for name, value in wanted.items():
            if isinstance(value, float):
                value = pytest.approx(value)
            assert found[number][name] == value, f"{number}: {name}"
        moved += wanted["due_at"] > wanted["promised_at"]
    assert moved > 20


def test_the_applicant_is_in_the_people_file_only(published: Published) -> None:
    persons = published.people_sql("select * from mart.fct_application_persons")
    assert persons.select("application_id", "person_key", "age_band_code").rows() == [
        ("window:publicised", ANNA, "60_79")
    ]


def test_a_dispute_escalated_twice_counts_against_two_levels(published: Published) -> None:
    found = row(published, "fct_mediations", "mediation_id", "disputes:up_to_the_town")
    assert (found["settled_level_code"], found["escalation_count"]) == ("town", 2)
    levels = published.sql(
        "select level_code, count(*), count(*) filter (is_settled_here)"
        " from mart.fct_mediation_steps group by level_code order by level_code"
    )
    assert levels.rows() == [("community", 1, 0), ("grid", 2, 0), ("town", 1, 1)]


def test_disputes_are_resolved_among_those_due(published: Published) -> None:
    # Due: the one settled and the one that nobody accepted; not yet due or withdrawn: the others.
    assert rate(published, "fct_mediations", "is_settled", "is_due_to_resolve") == (1, 2)
    overdue = row(published, "fct_mediations", "mediation_id", "disputes:overdue")
    assert overdue["due_at"] == local(31, 9, month=10)
    assert rate(published, "fct_mediations", "is_agreement_kept", "is_agreement_due") == (1, 1)


def test_the_same_parties_in_the_other_order_are_at_odds_again(published: Published) -> None:
    assert rate(published, "fct_mediations", "is_recurrent", "is_due_to_recur") == (1, 1)
    parties = published.people_sql("select count(*) from mart.fct_mediation_parties")
    assert parties.item() == 7


def test_a_household_votes_once_and_before_the_end(published: Published) -> None:
    found = row(published, "fct_proposals", "proposal_id", "council:adopted")
    counts = [found[f"{kind}_count"] for kind in ("entitled", "cast", "for", "against", "abstain")]
    assert counts == [8, 2, 1, 1, 0]
    assert found["uncounted_count"] == 1
    votes = published.people_sql("select vote_id from mart.fct_votes order by vote_id")
    assert votes["vote_id"].to_list() == [
        "ballots:after_the_end",
        "ballots:first",
        "ballots:other",
    ]


def test_decisions_are_publicised_in_three_working_days(published: Published) -> None:
    # Voted on Thursday the 5th, so until Tuesday the 10th; the rejection never was.
    rates = rate(published, "fct_proposals", "is_publicised_on_time", "is_due_to_publicise")
    assert rates == (1, 2)
    assert rate(published, "fct_proposals", "is_completed", "is_due_to_complete") == (0, 1)


def test_volunteers_are_counted_without_naming_them(published: Published) -> None:
    months = published.sql(
        "select month_date, service_kind_code, volunteers_active_count, service_hours,"
        " points_issued, points_redeemed from mart.fct_volunteer_months order by all"
    )
    assert months.rows() == [
        (date(2026, 8, 1), "care", 1, 2.0, 20, 0),
        (date(2026, 11, 1), "patrol", 1, 1.5, 0, 0),
        (date(2026, 11, 1), "redemption", 1, 0.0, 0, 12),
    ]
    roll = published.sql(
        "select month_date, registered_count, active_count from mart.fct_volunteer_roll_months"
    )
    found = {month: (registered, active) for month, registered, active in roll.iter_rows()}
    assert (found[date(2026, 10, 1)], found[date(2026, 11, 1)]) == ((2, 0), (1, 1))
    volunteers = published.people_sql("select * from mart.dim_volunteers order by volunteer_id")
    assert volunteers["is_active"].to_list() == [True, False]
    assert volunteers["service_hours"].to_list() == [3.5, 0.0]


def test_correct_drops_are_counted_by_the_day(published: Published) -> None:
    sums = published.sql(
        "select sum(correct_drop_count), sum(inspected_drop_count), min(community_code)"
        " from mart.fct_waste_inspections"
    )
    # The inspection of the 17th has not happened yet.
    assert sums.row(0) == (22, 40, COMMUNITY)


def test_nothing_that_is_served_tells_persons_apart(published: Published) -> None:
    keys = published.sql(
        "select table_name from information_schema.columns where table_schema = 'mart'"
        " and column_name in ('person_key', 'household_key', 'delegate_code')"
    )
    assert keys.filter(pl.col("table_name").str.starts_with("fct")).is_empty()


def test_what_users_did_is_published_without_their_notes(published: Published) -> None:
    actions = published.sql("select * from mart.fct_user_actions")
    (action,) = actions.iter_rows(named=True)
    assert action["action_id"] == "test_source:before_midnight"
    assert action["acted_date"] == date(2026, 11, 2)
    assert action["silenced_until_date"] == date(2026, 11, 20)
    assert "note" not in actions.columns


def test_an_alert_that_no_case_bears_out_is_withdrawn_with_what_was_done(
    published: Published,
) -> None:
    (alert,) = published.sql("select * from mart.fct_alerts").iter_rows(named=True)
    assert (alert["state"], alert["is_alive"]) == ("withdrawn", False)
    assert (alert["reason_code"], alert["action_count"]) == ("known_event", 1)
