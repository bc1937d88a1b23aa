"""Days that may explain a trend: the programme's start, public holidays, days of rain warnings."""

from dataclasses import dataclass
from datetime import date

from dashboards.names import code_names
from dashboards.periods import ONE_DAY
from dashboards.scope import Scope
from warehouse.catalogue import programme_start

COLOURS = ("blue", "yellow", "orange", "red")
"""Of rain warnings, the gravest last."""


@dataclass(frozen=True)
class Holiday:
    """Days of one public holiday in a row, both ends in it."""

    first: date
    last: date
    name: str


@dataclass(frozen=True)
class RainDay:
    """A day on which rain warnings were issued for the area, with the gravest colour's name."""

    day: date
    warning_count: int
    colour: str


@dataclass(frozen=True)
class MarkedDays:
    """What is marked in a period; the start is null where it lies outside or is not known."""

    programme_start: date | None
    holidays: tuple[Holiday, ...]
    rain: tuple[RainDay, ...]


def marked_days(scope: Scope) -> MarkedDays:
    """The days to mark in the page's period; warnings are those for its town, or for all."""
    days, start = scope.days, programme_start(scope.view.county)
    return MarkedDays(
        start if start and days.first <= start <= days.last else None,
        _holidays(scope),
        _rain(scope),
    )


def _holidays(scope: Scope) -> tuple[Holiday, ...]:
    rows = scope.context.sql(
        "select calendar_date, coalesce(holiday_name, '') as zh, "
        "coalesce(holiday_name_en, holiday_name, '') as en from mart.dim_dates "
        "where county_code = ? and is_holiday and calendar_date between ? and ? order by 1",
        scope.view.county,
        scope.days.first,
        scope.days.last,
    )
    found: list[Holiday] = []
    for row in rows.iter_rows(named=True):
        day, name = row["calendar_date"], row[scope.view.lang.value]
        if found and found[-1].name == name and found[-1].last + ONE_DAY == day:
            found[-1] = Holiday(found[-1].first, day, name)
        else:
            found.append(Holiday(day, day, name))
    return tuple(found)


def _rain(scope: Scope) -> tuple[RainDay, ...]:
    town = next((area.code for area in scope.trail if area.level == "town"), "")
    rows = scope.context.sql(
        "select issued_date, count(*) as warning_count, "
        f"max(list_position({list(COLOURS)}, colour_code)) as grade from mart.fct_warnings "
        "where county_code = ? and issued_date between ? and ? "
        "and (? = '' or town_code = ? or town_code is null) group by all order by 1",
        scope.view.county,
        scope.days.first,
        scope.days.last,
        town,
        town,
    )
    names = code_names(scope.context, scope.view.county, "colour_code", scope.view.lang)
    return tuple(
        RainDay(day, count, names.get(COLOURS[grade - 1], "") if grade else "")
        for day, count, grade in rows.iter_rows()
    )
