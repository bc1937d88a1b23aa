"""Named periods, resolved against a county's as-of day. Both days are in the period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.view import Preset, View

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """First and last day of a period, both in it."""

    first: date
    last: date

    @property
    def end(self) -> date:
        """The day after the last, as questions take it."""
        return self.last + ONE_DAY


def first_of_month(day: date, back: int = 0) -> date:
    """First day of the month `back` months before the day's own.

    >>> first_of_month(date(2026, 1, 15), back=2)
    datetime.date(2025, 11, 1)
    """
    month = day.year * 12 + day.month - 1 - back
    return date(month // 12, month % 12 + 1, 1)


def days_of(view: View, *, as_of: date, first: date) -> Days:
    """The days a view is about.

    "Last 3 months" and "last 12 months" are the complete months before the as-of day's own, so that
    most of their cases are due and a month is compared with its like; "this month" and "this year"
    run up to the as-of day.

    Args:
        as_of: the county's as-of day.
        first: the county's first reported day.
    """
    if view.period is Preset.CUSTOM and view.start and view.end:
        return Days(view.start, view.end)
    before_this_month = first_of_month(as_of) - ONE_DAY
    named: dict[Preset, Callable[[], Days]] = {
        Preset.THIS_MONTH: lambda: Days(first_of_month(as_of), as_of),
        Preset.LAST_MONTH: lambda: Days(first_of_month(as_of, back=1), before_this_month),
        Preset.LAST_3_MONTHS: lambda: Days(first_of_month(as_of, back=3), before_this_month),
        Preset.LAST_12_MONTHS: lambda: Days(first_of_month(as_of, back=12), before_this_month),
        Preset.THIS_YEAR: lambda: Days(date(as_of.year, 1, 1), as_of),
        Preset.ALL: lambda: Days(first, as_of),
    }
    return named[view.period]()
