"""The days of a share of persons reached: a whole month, quarter or year.

Persons seen in two periods do not add up to those seen in both, so such a share is shown for
periods of the calendar only (`warehouse.query.disclosure`). Of any other period the page shows the
last whole month.
"""

from dataclasses import replace
from datetime import date

from dashboards.periods import ONE_DAY, Days, first_of_month
from dashboards.scope import Scope
from dashboards.view import Preset

MONTHS_OF_UNITS = (1, 3, 12)


def reach_days(days: Days, *, as_of: date, first: date) -> Days:
    """The period where it is one of the calendar, else the last whole month in it.

    Args:
        days: the page's.
        as_of: the last day known; a unit of the calendar may end with it.
        first: the first day known.

    Returns:
        The period itself where there is no whole month in it.
    """
    last = min(days.last, as_of)
    if (days.first, last) == (first, as_of) or _is_unit(days.first, last, as_of):
        return days
    end = last + ONE_DAY
    month_end = end if end.day == 1 else first_of_month(last)
    month = first_of_month(month_end, back=1)
    return Days(month, month_end - ONE_DAY) if month >= days.first else days


def reach_scope(scope: Scope) -> Scope:
    """The same page over the days that a share of persons reached is shown for."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    days = reach_days(scope.days, as_of=as_of, first=scope.first_date)
    if days == scope.days:
        return scope
    view = replace(scope.view, period=Preset.CUSTOM, start=days.first, end=days.last)
    return Scope(view, scope.context)


def _is_unit(first: date, last: date, as_of: date) -> bool:
    """Whether the days are a month, quarter or year, to its end or as far as it is known."""
    for months in MONTHS_OF_UNITS:
        if first.day != 1 or (first.month - 1) % months:
            continue
        last_of_unit = first_of_month(first, back=-months) - ONE_DAY
        if last == min(last_of_unit, as_of):
            return True
    return False
