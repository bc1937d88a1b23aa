"""The working-time clock of the models beside a walk from minute to minute.

Four counties keep different hours: two as they come; one with three shifts, a six-day week and
hours that change in summer, in winter and from one year to the next; one where clocks are put
forward and back. Every case is a pair of instants, to the microsecond, with a suspension and a
deadline: the time worked on it is a difference, the deadline moved by the time suspended a sum.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tests.support.records import land
from warehouse.build import build
from warehouse.project import project_folder
from warehouse.published import PublishedStore
from warehouse.settings import Settings

FIRST, LAST = datetime(2022, 12, 20, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC)
AS_OF = datetime(2026, 11, 1, 12, tzinfo=UTC)
PAIRS = 2500
"""In each county."""
MINUTE = 60_000_000

Shift = tuple[str, str]

COUNTY = """
name: {zh: 县, en: County}
levels: [{level: county, name: {zh: 全县, en: County}}]
datum: cgcs2000
extent: [110, 25, 115, 30]
"""
THREE_SHIFTS = """
time_zone: Asia/Shanghai
work_calendar:
  holiday_calendar: CN
  weekdays: [1, 2, 3, 4, 5, 6]
  shifts: [["08:03", "11:57"], ["13:30", "17:30"], ["19:00", "20:15"]]
  other_hours:
    - {from: "05-01", to: "09-30", shifts: [["08:00", "12:00"], ["15:00", "18:00"]]}
    - {from: "12-15", to: "02-10", shifts: [["09:00", "16:00"]]}
    - {valid_from_date: 2024-03-01, valid_to_date: 2024-04-11, shifts: [["10:00", "10:45"]]}
"""
EVENINGS = """
time_zone: America/New_York
work_calendar:
  holiday_calendar: US-MA
  weekdays: [1, 2, 3, 4, 5, 6, 7]
  shifts: [["00:00", "01:00"], ["06:00", "11:13"], ["19:30", "23:59"]]
"""


@dataclass(frozen=True)
class Office:
    """When people work in a county: once more, from the calendar as published and the hours."""

    county_code: str
    zone: ZoneInfo
    holiday_calendar: str
    weekdays: tuple[int, ...]

    def shifts_on(self, day: date) -> list[Shift]:
        if self.county_code == "430181":
            return [("08:30", "12:00"), ("13:30", "17:30")]
        if self.county_code == "boston":
            return [("09:00", "17:00")]
        if self.county_code == "evenings":
            return [("00:00", "01:00"), ("06:00", "11:13"), ("19:30", "23:59")]
        if date(2024, 3, 1) <= day < date(2024, 4, 11):
            return [("10:00", "10:45")]
        if (day.month, day.day) >= (12, 15) or (day.month, day.day) <= (2, 10):
            return [("09:00", "16:00")]
        if 5 <= day.month <= 9:
            return [("08:00", "12:00"), ("15:00", "18:00")]
        return [("08:03", "11:57"), ("13:30", "17:30"), ("19:00", "20:15")]

    @cached_property
    def is_worked(self) -> NDArray[np.bool_]:
        """For each minute since `FIRST`, whether it is worked."""
        worked = np.zeros(int((LAST - FIRST).total_seconds()) // 60, dtype=bool)
        exceptions = dict(_exceptions(self.holiday_calendar))
        day = FIRST.date() + timedelta(days=1)
        while day < LAST.date() - timedelta(days=1):
            if exceptions.get(day, day.isoweekday() in self.weekdays):
                for start, end in self.shifts_on(day):
                    minute = _minute_of_day(start)
                    while minute < _minute_of_day(end):
                        local = datetime(
                            day.year,
                            day.month,
                            day.day,
                            minute // 60,
                            minute % 60,
                            tzinfo=self.zone,
                        )
                        worked[int((local - FIRST).total_seconds()) // 60] = True
                        minute += 1
            day += timedelta(days=1)
        return worked

    def worked(self, start: datetime, end: datetime) -> int:
        """Microseconds worked between two instants."""
        first, skipped = divmod(_since_first(start), MINUTE)
        last, used = divmod(_since_first(end), MINUTE)
        whole = int(self.is_worked[first:last].sum()) * MINUTE
        return whole - int(self.is_worked[first]) * skipped + int(self.is_worked[last]) * used

    def later(self, start: datetime, work: int) -> datetime:
        """The first instant by which so many more microseconds are worked."""
        first, skipped = divmod(_since_first(start), MINUTE)
        work += int(self.is_worked[first]) * skipped
        ahead = np.flatnonzero(self.is_worked[first : first + 60 * 24 * 400]) + first
        # A minute that is worked to its end is not followed by a further one.
        number = (work + MINUTE - 1) // MINUTE - 1
        rest = work - number * MINUTE
        return FIRST + timedelta(microseconds=int(ahead[number]) * MINUTE + rest)


def _exceptions(calendar: str) -> Iterator[tuple[date, bool]]:
    with (project_folder() / "seeds" / "holidays.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["calendar_code"] == calendar:
                yield date.fromisoformat(row["holiday_date"]), row["is_workday"] == "true"


def _minute_of_day(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _since_first(at: datetime) -> int:
    return (at - FIRST) // timedelta(microseconds=1)


CHINA, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
OFFICES = {
    office.county_code: office
    for office in (
        Office("430181", CHINA, "CN", (1, 2, 3, 4, 5)),
        Office("boston", NEW_YORK, "US-MA", (1, 2, 3, 4, 5)),
        Office("three_shifts", CHINA, "CN", (1, 2, 3, 4, 5, 6)),
        Office("evenings", NEW_YORK, "US-MA", (1, 2, 3, 4, 5, 6, 7)),
    )
}


def drawn(random: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Cases whose times lie up to some months apart, at whole minutes now and then."""
    for number in range(PAIRS):
        step = MINUTE if number % 5 == 0 else 1
        reported = datetime(2023, 1, 2, tzinfo=UTC) + _drawn_time(random, 1300, step)
        closed = reported + _drawn_time(random, float(random.choice([0.2, 3, 20, 100])), step)
        row = {
            "case_number": f"{number}",
            "category_code": "x",
            "reported_at": reported,
            "closed_at": closed,
            "due_at": reported + _drawn_time(random, 40, step),
        }
        if number % 2:
            begun = reported + (closed - reported) * float(random.random())
            row["suspended_at"] = begun
            # Now and then it is closed while it is suspended.
            row["resumed_at"] = begun + _drawn_time(
                random, float(random.choice([0.1, 2, 12])), step
            )
        yield row


def _drawn_time(random: np.random.Generator, most_days: float, step: int) -> timedelta:
    return timedelta(microseconds=int(random.random() * most_days * 86400e6) // step * step)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Each case with its source's times, and its working_hours and due_at from the marts."""
    settings = Settings(home=tmp_path_factory.mktemp("working_time"))
    _write_counties(settings.paths.counties)
    random = np.random.default_rng(20261101)
    rows = []
    for county_code in OFFICES:
        of_county = list(drawn(random))
        source = f"source_{county_code}"
        land(settings, "city_cases", of_county, source_id=source, county_code=county_code)
        rows += [
            {"case_id": f"{source}:{row['case_number']}", "county_code": county_code, **row}
            for row in of_county
        ]
    build(settings=settings, as_of=dict.fromkeys(OFFICES, AS_OF))
    computed = (
        PublishedStore(settings)
        .current()
        .sql("select case_id, working_hours, due_at as moved_due_at from mart.fct_cases")
    )
    sent = pl.DataFrame(rows, infer_schema_length=None)
    joined = sent.join(computed, on="case_id", how="inner")
    assert len(joined) == len(OFFICES) * PAIRS
    return joined.to_dicts()


def _write_counties(folder: Path) -> None:
    folder.mkdir(parents=True)
    for code, calendar in (("three_shifts", THREE_SHIFTS), ("evenings", EVENINGS)):
        (folder / f"{code}.yml").write_text(COUNTY + calendar, encoding="utf-8")


def suspended(row: dict[str, Any]) -> int:
    """Microseconds worked while a case was suspended."""
    if row["suspended_at"] is None or row["suspended_at"] >= row["closed_at"]:
        return 0
    until = min(row["resumed_at"], row["closed_at"])
    return OFFICES[row["county_code"]].worked(row["suspended_at"], until)


def test_time_worked_is_what_a_walk_over_the_minutes_finds(cases: list[dict[str, Any]]) -> None:
    wrong = []
    for row in cases:
        office = OFFICES[row["county_code"]]
        expected = office.worked(row["reported_at"], row["closed_at"]) - suspended(row)
        # Hours are a quotient: within its last digit, and nothing but this number of microseconds.
        if abs(row["working_hours"] - expected / 3.6e9) > 1e-12 * max(1.0, expected / 3.6e9):
            wrong.append((row, expected / 3.6e9))
    assert wrong == []


def test_a_deadline_moves_to_the_microsecond_that_a_walk_finds(
    cases: list[dict[str, Any]],
) -> None:
    wrong, moved_count = [], 0
    for row in cases:
        work = suspended(row)
        expected = row["due_at"]
        if work and row["suspended_at"] <= row["due_at"]:
            expected = OFFICES[row["county_code"]].later(row["due_at"], work)
            moved_count += 1
        if row["moved_due_at"] != expected:
            wrong.append((row, expected))
    assert wrong == []
    assert moved_count > 1500
