"""Working time of an office, hour by hour from the list of holidays and make-up days."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
DAY = timedelta(days=1)

Shifts = tuple[tuple[time, time], ...]


class Calendar:
    """Working time in the shifts of a county."""

    def __init__(self, calendar_code: str, shifts: Shifts, zone: ZoneInfo) -> None:
        self.shifts = shifts
        self.zone = zone
        with (SEEDS / "holidays.csv").open(encoding="utf-8") as file:
            self.exceptions = {
                date.fromisoformat(row["holiday_date"]): row["is_workday"] == "true"
                for row in csv.DictReader(file)
                if row["calendar_code"] == calendar_code
            }

    def is_workday(self, day: date) -> bool:
        """Monday to Friday but for holidays, and weekend days worked for them."""
        return self.exceptions.get(day, day.weekday() < 5)

    def shifts_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working hours from a moment on, the first one cut."""
        local = moment.astimezone(self.zone)
        day = local.date()
        while True:
            if self.is_workday(day):
                for start, end in self.shifts:
                    first = datetime.combine(day, start, self.zone)
                    last = datetime.combine(day, end, self.zone)
                    if last > local:
                        yield max(first, local), last
            day += DAY

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments."""
        total = timedelta()
        for first, last in self.shifts_from(start):
            if first >= end:
                return total
            total += min(last, end) - first
        raise AssertionError("the calendar has no end")

    def later(self, moment: datetime, work: timedelta) -> datetime:
        """The moment by which so much more work has been done."""
        for first, last in self.shifts_from(moment):
            if work <= last - first:
                return first + work
            work -= last - first
        raise AssertionError("the calendar has no end")

    def after_days(self, moment: datetime, count: float, unit: str) -> datetime:
        """When a limit that began at a moment has run out.

        Working days are counted from the day after and end with the last day's work; hours and
        natural days run from the moment itself, working hours in the shifts.
        """
        if unit == "natural_hours":
            return moment + timedelta(hours=count)
        if unit == "natural_days":
            return moment + count * DAY
        if unit == "working_hours":
            return self.later(moment, timedelta(hours=count))
        assert unit == "working_days", unit
        assert count == int(count), count
        day = moment.astimezone(self.zone).date()
        for _ in range(int(count)):
            day += DAY
            while not self.is_workday(day):
                day += DAY
        return datetime.combine(day, self.shifts[-1][1], self.zone)
