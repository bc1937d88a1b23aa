"""Periods: buckets of a unit of time, and what each is fairly compared with. Ends are exclusive."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Literal

from warehouse.errors import UsageError
from warehouse.query.question import TimeUnit

ONE_DAY = timedelta(days=1)
MONTHS: dict[TimeUnit, int] = {"month": 1, "quarter": 3, "year": 12}
CALENDAR_UNITS: tuple[TimeUnit, ...] = ("day", "week", "month", "quarter", "year")
DAYS_IN_52_WEEKS = 364

Back = Literal["previous", "last_year"]


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.end - ONE_DAY


@dataclass(frozen=True)
class Bucket:
    """A period and the unit it is a part of; `unit` is null for an arbitrary range of days."""

    period: Period
    unit: TimeUnit | None = None


def start_of(unit: TimeUnit, day: date) -> date:
    """First day of the unit that holds the day; weeks begin on Monday."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def shift(unit: TimeUnit, first_day: date, count: int) -> date:
    """First day of the unit `count` units later."""
    if unit in MONTHS:
        return add_months(first_day, MONTHS[unit] * count)
    return first_day + timedelta(days=(7 if unit == "week" else 1) * count)


def add_months(day: date, count: int) -> date:
    """The same day of another month, or its last day where it is shorter (29 February).

    Raises:
        UsageError: the month lies before the year 1 or after 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise UsageError(
            f"{day} 加 {count} 个月超出范围 / {day} and {count} months is out of range;"
            f" 可用 / allowed: {date.min} … {date.max}"
        )
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def buckets(period: Period, unit: TimeUnit) -> Iterator[Bucket]:
    """The units that a period touches, each clipped to the period, in order."""
    first = start_of(unit, period.start)
    while first < period.end:
        following = shift(unit, first, 1)
        yield Bucket(Period(max(first, period.start), min(following, period.end)), unit)
        first = following


def whole(asked: Period, *, known_until: date) -> Bucket:
    """A period cut at `known_until` (the day after the as-of day) and the unit it stands for.

    Exactly one day, week, month, quarter or year is that unit, cut or not; so is a period that
    begins with one and runs up to the as-of day ("this month so far", of the smallest such unit).
    """
    cut = Period(asked.start, min(asked.end, known_until))
    for unit in CALENDAR_UNITS:
        if start_of(unit, asked.start) == asked.start:
            following = shift(unit, asked.start, 1)
            if asked.end == following or known_until == cut.end < following:
                return Bucket(cut, unit)
    return Bucket(cut)


def compared_with(bucket: Bucket, back: Back) -> Period:
    """The period a bucket is fairly compared with (kpis rule 7).

    A complete unit goes with the complete unit before, or of last year; an incomplete one with the
    same days, first to k-th, of the other (fewer where the other is shorter). Whole months go with
    as many whole months before. Any other range goes with the same number of days just before, or
    with the same days of last year, 29 February becoming the 28th. A week of last year is the one
    52 weeks before, so that the days of the week agree.
    """
    period, unit = bucket.period, bucket.unit
    if unit is None:
        return _range_before(period, back)
    first = start_of(unit, period.start)
    if back == "previous":
        other = shift(unit, first, -1)
    elif unit == "week":
        other = first - timedelta(days=DAYS_IN_52_WEEKS)
    else:
        other = add_months(first, -12)
    other_end = shift(unit, other, 1)
    if period.end == shift(unit, first, 1):
        end = other_end
    else:
        end = min(other + (period.end - first), other_end)
    return Period(min(other + (period.start - first), end), end)


def _range_before(period: Period, back: Back) -> Period:
    if back == "last_year":
        return Period(add_months(period.start, -12), add_months(period.last_day, -12) + ONE_DAY)
    if period.start.day == 1 and period.end.day == 1:
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
        return Period(add_months(period.start, -months), period.start)
    return Period(period.start - (period.end - period.start), period.start)
