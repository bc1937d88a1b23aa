"""Lengths of time as people say them: in minutes, hours or days, by how long they are."""

from dashboards import numbers_text
from dashboards.i18n import Lang, text

MINUTES_AN_HOUR = 60
MINUTES_A_DAY = 24 * 60
LEAST_TWO_DAYS = 2 * MINUTES_A_DAY


def duration(
    minutes: float | None, lang: Lang, *, least_days_minutes: float = LEAST_TWO_DAYS
) -> str:
    """A length of time in the unit that suits it.

    Args:
        least_days_minutes: what is as long as this is said in days.

    >>> [duration(minutes, Lang.ZH) for minutes in (0.4, 45, 90, 3000, 86400, None)]
    ['0.4 分钟', '45 分钟', '1.5 小时', '2.1 天', '60 天', '—']
    """
    if minutes is None:
        return "—"
    if minutes < MINUTES_AN_HOUR:
        value, unit, least_whole = minutes, "minutes", 10
    elif minutes < least_days_minutes:
        value, unit, least_whole = minutes / MINUTES_AN_HOUR, "hours", 100
    else:
        value, unit, least_whole = minutes / MINUTES_A_DAY, "days", 30
    decimals = 0 if value >= least_whole else 1
    return f"{numbers_text.number(value, decimals)} {text(f'unit.{unit}', lang)}"


def days(value: float | None, lang: Lang) -> str:
    """The same for a length in days, which stays in days from one day on."""
    minutes = None if value is None else value * MINUTES_A_DAY
    return duration(minutes, lang, least_days_minutes=MINUTES_A_DAY)
