"""Rules across files and datasets, what breaks them, and who delivers late."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from rich.cells import cell_len

from tests.support.records import land
from warehouse.build import build
from warehouse.published import Published, PublishedStore
from warehouse.rendering import Format
from warehouse.settings import Settings
from warehouse.status import read_status, render_status
from warehouse.transform import WORK_FILE

ZONE = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 11, 16, 9, tzinfo=ZONE)
FIRST_OF_MONTH = date(2026, 11, 1)
SILENT_DAYS = range(5, 12)
VOTE = {"proposal_number": "P1", "choice_code": "for"}
EARLIER, LATER = (datetime(2026, 11, day, tzinfo=UTC) for day in (14, 15))


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("quality"))
    _land_votes(settings)
    _land_visits(settings)
    _land_cases(settings)
    proposal = {"proposal_number": "P1", "community_code": "430181100001", "topic_code": "road"}
    land(settings, "council_proposals", [{**proposal, "proposed_at": at(1)}])
    build(settings=settings, as_of={"430181": AS_OF})
    return settings


def _land_votes(settings: Settings) -> None:
    second = {**VOTE, "vote_number": "V2", "household_key": "a", "voted_at": at(3)}
    other = {**VOTE, "vote_number": "V3", "household_key": "b", "voted_at": at(3)}
    nobody = {**VOTE, "vote_number": "V4", "household_key": "c", "voted_at": at(3)}
    land(
        settings,
        "council_votes",
        [second, other, {**nobody, "proposal_number": "P9"}],
        received_at=EARLIER,
        refused={"missing:voted_at": 1},
    )
    # The first vote of household a arrives last; the vote of b arrives again, corrected.
    first = {**VOTE, "vote_number": "V1", "household_key": "a", "voted_at": at(2)}
    changed = {**other, "choice_code": "against", "updated_at": at(4)}
    land(settings, "council_votes", [first, changed], received_at=LATER)


def _land_visits(settings: Settings) -> None:
    rolled = {
        "person_key": "p",
        "group_code": "disabled",
        "need_level_code": "weekly",
        "roll_from_date": date(2026, 11, 3),
        "roll_to_date": date(2026, 11, 9),
    }
    resident = {"resident_from_date": date(2020, 1, 1)}
    land(settings, "residents", [{**resident, "person_key": key} for key in ("p", "q")])
    land(settings, "special_group_roll", [rolled, {**rolled, "person_key": "q", "group_code": "x"}])
    times = {
        "first_day": at(3, 0),
        "day_before": at(2, 23, 59),
        "last_day": at(9, 23, 59),
        "day_after": at(10, 0),
    }
    visits = [
        {"visit_number": name, "person_key": "p", "visited_at": time, "outcome_code": "seen"}
        for name, time in times.items()
    ]
    stranger = {**visits[0], "visit_number": "stranger", "person_key": "z"}
    land(settings, "special_group_visits", [*visits, stranger])


def _land_cases(settings: Settings) -> None:
    """Three city cases a day but for a week; grid events of every other day, and not of late."""
    city = [
        {"case_number": f"{day}-{number}", "category_code": "x", "reported_at": at(day, 8 + number)}
        for day in range(1, 16)
        if day not in SILENT_DAYS
        for number in range(3)
    ]
    land(settings, "city_cases", city, rules=("missing:reported_at", "half_a_point"))
    events = [
        {"case_number": f"{day}", "category_code": "x", "reported_at": at(day)}
        for day in range(1, 13, 2)
    ]
    land(settings, "grid_events", events)


@pytest.fixture(scope="module")
def published(home: Settings) -> Published:
    return PublishedStore(home).current()


def work(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.paths.work / WORK_FILE), read_only=True) as con:
        return con.execute(query).fetchall()


def broken(settings: Settings, dataset: str) -> dict[str, str]:
    rows = work(
        settings,
        "select record_key, rule from intermediate.int_quality__broken_rules "
        f"where dataset = '{dataset}'",
    )
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def quality(published: Published, dataset: str, rule: str) -> Sequence[Mapping[str, Any]]:
    rows = published.sql(
        "select * from ops.quality where dataset = ? and rule = ? order by batch_id",
        [dataset, rule],
    )
    return rows.to_dicts()


def test_a_second_vote_is_refused_with_the_reason_and_the_first_stays(home: Settings) -> None:
    assert broken(home, "council_votes") == {
        "V2": "second_vote_of_the_household",
        "V4": "unknown_proposal",
    }


def test_a_visit_counts_on_the_days_of_the_roll_only(home: Settings) -> None:
    assert broken(home, "special_group_visits") == dict.fromkeys(
        ("day_before", "day_after", "stranger"), "not_on_the_roll_that_day"
    )


def test_a_code_of_no_list_is_counted_and_kept(home: Settings, published: Published) -> None:
    assert broken(home, "special_group_roll") == {"q x 2026-11-03": "unknown_group_code"}
    (row,) = quality(published, "special_group_roll", "unknown_group_code")
    assert (row["severity"], row["judged_on"]) == ("warning", "build")
    assert (row["checked_count"], row["failed_count"], row["failed_ratio"]) == (2, 1, 0.5)


def test_every_rule_of_every_batch_is_told_of(published: Published) -> None:
    first, second = quality(published, "council_votes", "second_vote_of_the_household")
    # Of the first batch V3 has been replaced by its correction.
    assert (first["checked_count"], first["failed_count"]) == (2, 1)
    assert (second["checked_count"], second["failed_count"], second["failed_ratio"]) == (2, 0, 0.0)
    assert first["first_seen_at"] == second["first_seen_at"] == EARLIER
    (never,) = quality(published, "special_group_roll", "unknown_need_level_code")
    assert (never["failed_count"], never["first_seen_at"]) == (0, None)
    (refused,) = quality(published, "council_votes", "missing:voted_at")
    assert (refused["judged_on"], refused["checked_count"], refused["failed_count"]) == (
        "load",
        4,
        1,
    )


def test_a_rule_in_force_that_no_row_broke_is_in_the_list(published: Published) -> None:
    (row,) = quality(published, "city_cases", "missing:reported_at")
    assert (row["checked_count"], row["failed_count"], row["first_seen_at"]) == (24, 0, None)


def test_a_department_that_stops_for_a_week_shows(published: Published) -> None:
    gaps = published.sql("select * from ops.delivery_gaps").to_dicts()
    (gap,) = [gap for gap in gaps if gap["dataset"] == "city_cases"]
    assert gap["gap_from_date"] == FIRST_OF_MONTH + timedelta(days=4)
    assert gap["gap_to_date"] == FIRST_OF_MONTH + timedelta(days=11)
    assert (gap["gap_days"], gap["is_open"]) == (7, False)
    # 24 cases on 15 days, 7 days without.
    assert gap["missing_record_count"] == pytest.approx(7 * 24 / 15)


def test_a_dataset_of_few_records_is_not_silent_for_want_of_delivery(published: Published) -> None:
    gaps = published.sql("select dataset from ops.delivery_gaps")["dataset"].to_list()
    assert "grid_events" not in gaps


def test_freshness_is_held_against_the_promise(published: Published) -> None:
    rows = {row["dataset"]: row for row in published.sql("select * from ops.freshness").to_dicts()}
    events, city = rows["grid_events"], rows["city_cases"]
    assert (events["promised_every_days"], events["lateness_days"]) == (1, 1)
    # Noon of the eleventh to nine o'clock of the sixteenth, two days of them allowed.
    assert events["is_late"] is True
    assert events["days_late"] == pytest.approx(4.875 - 2)
    assert (city["is_late"], city["days_late"]) == (False, 0.0)
    assert city["newest_record_at"].astimezone(ZONE) == at(15, 10)
    assert (city["rows_read"], city["rows_landed"], city["rows_refused"]) == (24, 24, 0)


def test_a_dataset_never_delivered_is_neither_fresh_nor_late(published: Published) -> None:
    datasets = set(published.sql("select dataset from ops.freshness")["dataset"])
    assert datasets == {
        "council_votes",
        "council_proposals",
        "residents",
        "special_group_roll",
        "special_group_visits",
        "city_cases",
        "grid_events",
    }


def test_the_status_names_every_dataset_by_department_within_a_page(home: Settings) -> None:
    text = render_status(read_status(home), Format.TABLE)
    lines = {line.split()[2]: line for line in text.splitlines() if len(line.split()) > 2}
    assert lines["council_votes"].split()[:2] == ["网格中心", "议事表决"]
    assert lines["council_votes"].split()[3:] == ["6", "5", "1", "2026-11-04", "7+7"]
    assert lines["grid_events"].split()[-2:] == ["1+1", "3"]
    assert max(cell_len(line) for line in text.splitlines()) <= 100
    assert text.index("special_group_visits") < text.index("grid_events")
    assert "2026-11-05  2026-11-12  7" in text
