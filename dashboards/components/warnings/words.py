"""Names and sentences of the page of warnings."""

from collections.abc import Sequence
from datetime import datetime

from dashboards import html, numbers_text
from dashboards.data.rain import Rain
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.names import code_names
from dashboards.scope import Scope

NAMED_TOWNS = 4
MINUTES_AN_HOUR = 60
ONE_DAY_MINUTES = 1440

COLOURS = ("blue", "yellow", "orange", "red")
"""From the mildest on, as their severity numbers go from 1."""


def colour_names(scope: Scope) -> dict[str, str]:
    """Names of the warning colours; a code without one is its own."""
    known = code_names(scope.context, scope.view.county, "colour_code", scope.view.lang)
    return {code: known.get(code, code) for code in dict.fromkeys([*COLOURS, *known])}


def colour_chip(code: str, label: str) -> Element:
    """A colour as a sign: its word always stands in it."""
    known = code if code in COLOURS else "other"
    return html.Span(label, className=f"warnings-colour warnings-is-{known}")


def clock(at: datetime, rain: Rain) -> str:
    """Hour and minute in the county's zone, with month and day where it is another day."""
    zone = rain.state.zone
    local, now = at.astimezone(zone), rain.at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%m-%d %H:%M}"


def moment(at: datetime, rain: Rain) -> str:
    """A time in full in the county's zone."""
    return numbers_text.moment(at, rain.state.zone, rain.scope.view.lang)


def duration(minutes: float, lang: Lang) -> str:
    """Minutes in words, hours from sixty on.

    >>> duration(215.4, Lang.ZH), duration(40, Lang.EN)
    ('3 小时 35 分', '40 min')
    """
    whole = round(minutes)
    hours, rest = divmod(whole, MINUTES_AN_HOUR)
    if not hours:
        return text("warnings.minutes", lang, minutes=rest)
    if not rest:
        return text("warnings.hours", lang, hours=hours)
    return text("warnings.hours_minutes", lang, hours=hours, minutes=rest)


def span(first: datetime, last: datetime, rain: Rain) -> str:
    """From a time to another one, the day once where it is the same."""
    zone, lang = rain.state.zone, rain.scope.view.lang
    begin, end = first.astimezone(zone), last.astimezone(zone)
    day = numbers_text.day(begin.date(), lang)
    until = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%m-%d %H:%M}"
    return f"{day} {begin:%H:%M} – {until}"


def towns_in_words(names: Sequence[str], lang: Lang) -> str:
    """A few towns by name, more by the first of them and how many."""
    joined = text("warnings.joined", lang).join(names[:NAMED_TOWNS])
    if len(names) <= NAMED_TOWNS:
        return joined
    return text("warnings.towns.more", lang, names=joined, count=len(names))


def address(at: datetime, rain: Rain) -> str:
    """A time as an address writes it."""
    return f"{at.astimezone(rain.state.zone):%Y-%m-%dT%H:%M}"


def to_hour(rain: Rain, at: datetime) -> str:
    """Address of the page at another time."""
    return rain.scope.view.href(at=address(at, rain))
