"""Names of units of time, on axes and beside points."""

from collections.abc import Sequence
from datetime import date, timedelta

from dashboards.i18n import Lang, text
from dashboards.view import Unit
from warehouse.query.periods import shift, start_of

MOST_TICKS = 6


def period_name(start: date, end: date, unit: Unit, lang: Lang) -> str:
    """A unit's name; of a week, and of what is cut short, its first and last day.

    Args:
        end: the day after the last.
    """
    last = end - timedelta(days=1)
    is_whole = start_of(unit, start) == start and shift(unit, start, 1) == end
    if unit == "day" or start == last:
        return f"{start}"
    if unit == "week" or not is_whole:
        return f"{start} – {last:%m-%d}" if start.year == last.year else f"{start} – {last}"
    if unit == "quarter":
        number = (start.month - 1) // 3 + 1
        return text(f"trends.quarter.{number}", lang, year=start.year)
    return tick_name(start, unit)


def tick_name(start: date, unit: Unit) -> str:
    """The name an axis has room for, also a narrow one.

    >>> tick_name(date(2026, 7, 1), "quarter"), tick_name(date(2026, 7, 1), "month")
    ('2026Q3', '2026-07')
    """
    if unit == "year":
        return f"{start.year}"
    if unit == "quarter":
        return f"{start.year}Q{(start.month - 1) // 3 + 1}"
    return f"{start:%Y-%m}" if unit == "month" else f"{start:%m-%d}"


def ticks(days: Sequence[date], unit: Unit) -> tuple[list[date], list[str]]:
    """Places and words of an axis: as many units as can be read, evenly apart.

    Days and weeks get the year under the first of each.
    """
    if not days:
        return [], []
    step = -(-len(days) // MOST_TICKS)
    places = list(days[::step])
    words, year = [], 0
    for day in places:
        name = tick_name(day, unit)
        if unit in ("day", "week") and day.year != year:
            name, year = f"{name}<br>{day.year}", day.year
        words.append(name)
    return places, words
