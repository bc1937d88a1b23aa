"""Lines of KPIs over time: whose they are, in which unit, and last year's under them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from dashboards.data.tables import Figure, figures
from dashboards.periods import Days, first_of_month
from dashboards.scope import Scope, area_name
from dashboards.view import UNITS, Unit
from warehouse.catalogue import Kpi, get_kpi
from warehouse.errors import UsageError, unknown_value
from warehouse.query import Question
from warehouse.query.periods import (
    DAYS_IN_52_WEEKS,
    ONE_DAY,
    Period,
    add_months,
    buckets,
    shift,
    start_of,
)

MOST_KPIS = 8
MOST_LINES = 8
"""As many as there are colours and signs to tell lines apart by."""
MOST_POINTS = 800
"""Of one line; beyond that its points cannot be told apart, nor pointed at."""
MOST_STATE_POINTS = 60
"""Of all lines of a KPI of persons' states: each point asks for the state of every person."""
UNIT_UP_TO_DAYS: Mapping[Unit, int] = {"day": 45, "week": 200, "month": 1500, "quarter": 4000}
SERIES_KINDS = ("town", "community", "department")


@dataclass(frozen=True)
class Line:
    """Whose values a line shows.

    Attributes:
        key: as the address writes it (`town:430181102000`); empty for what the page is about.
        scope: its questions are asked within.
    """

    key: str
    name: str
    scope: Scope


@dataclass(frozen=True)
class Point:
    """A value over one unit of time.

    Attributes:
        at: the day it is drawn at: its first, or for last year's the day above it.
        is_partial: whether the period or the as-of day cuts its unit.
    """

    at: date
    figure: Figure
    is_partial: bool

    @property
    def start(self) -> date:
        """First day."""
        day: date = self.figure.row["period_start_date"]
        return day

    @property
    def end(self) -> date:
        """Day after the last."""
        day: date = self.figure.row["period_end_date"]
        return day


@dataclass(frozen=True)
class Series:
    """One line's points, and last year's where asked for.

    Attributes:
        lacks: the filter that the KPI's rows cannot be limited by; then there are no points.
    """

    line: Line
    points: tuple[Point, ...] = ()
    last_year: tuple[Point, ...] = ()
    lacks: str | None = None


@dataclass(frozen=True)
class KpiTrend:
    """All lines of one KPI.

    Attributes:
        asked_points: null where they are few enough; else how many the unit would ask for.
    """

    kpi: Kpi
    series: tuple[Series, ...]
    asked_points: int | None = None

    @property
    def has_value(self) -> bool:
        """Whether there is anything to draw."""
        return any(point.figure.value is not None for one in self.series for point in one.points)


def unit_by_default(days: Days) -> Unit:
    """The unit that gives a line between a handful and some dozens of points."""
    length = (days.end - days.first).days
    for unit, most in UNIT_UP_TO_DAYS.items():
        if length <= most:
            return unit
    return "year"


def point_count(days: Days, unit: Unit) -> int:
    """Units that a period touches."""
    return sum(1 for _ in buckets(Period(days.first, days.end), unit))


def units_to_choose(days: Days) -> tuple[Unit, ...]:
    """Units that do not ask for more points than can be told apart."""
    return tuple(unit for unit in UNITS if point_count(days, unit) <= MOST_POINTS)


def unit_of(scope: Scope) -> Unit:
    """The unit the address names, or the one by default.

    Raises:
        UsageError: a unit too fine for the period.
    """
    unit, days = scope.view.unit, scope.days
    if not unit:
        return unit_by_default(days)
    if unit not in (allowed := units_to_choose(days)):
        raise UsageError(
            f"unit={unit}: 此时段过长,超过 {MOST_POINTS} 个点 / more than {MOST_POINTS} points in "
            f"this period; 可选 / choose {', '.join(allowed)}"
        )
    return unit


def kpis_of(scope: Scope) -> list[Kpi]:
    """The KPIs of the address, the page's own by default.

    Raises:
        UsageError: too many of them.
    """
    chosen = scope.view.kpis or (scope.view.kpi,)
    if len(chosen) > MOST_KPIS:
        raise UsageError(f"kpis: 最多 {MOST_KPIS} 项 / at most {MOST_KPIS}, not {len(chosen)}")
    return [scope.context.kpis[kpi_id] for kpi_id in chosen]


def focus_kpi(scope: Scope) -> Kpi:
    """The KPI that is judged: the page's own where it is drawn, else the first drawn."""
    drawn = kpis_of(scope)
    return next((kpi for kpi in drawn if kpi.kpi_id == scope.view.kpi), drawn[0])


def lines_of(scope: Scope) -> list[Line]:
    """The lines the address names, first the first; what the page is about stands last.

    Raises:
        UsageError: too many, or one that does not exist.
    """
    keys = tuple(dict.fromkeys(scope.view.series))
    if len(keys) > MOST_LINES:
        raise UsageError(f"series: 最多 {MOST_LINES} 条 / at most {MOST_LINES}, not {len(keys)}")
    lines = [_line(scope, key) for key in keys]
    own = Line("", own_name(scope), scope)
    if all(line.scope.where != scope.where for line in lines):
        lines.append(own)
    return lines


def own_name(scope: Scope) -> str:
    """Name of what the page is about: its area, and department where it has one."""
    return " · ".join(filter(None, (area_name(scope, scope.area), scope.department_name)))


def _line(scope: Scope, key: str) -> Line:
    kind, _, code = key.partition(":")
    if kind == "department":
        if code not in scope.departments:
            known = [f"department:{one}" for one in scope.departments]
            raise UsageError(unknown_value("series", key, known))
        return Line(key, scope.department_names[code], _within(scope, department=code))
    if kind not in SERIES_KINDS:
        raise UsageError(unknown_value("series", key, [f"{one}:…" for one in SERIES_KINDS]))
    area = scope.areas.get(code)
    if area is None or area.level != kind:
        known = [f"{kind}:{one.code}" for one in scope.areas.values() if one.level == kind]
        raise UsageError(unknown_value("series", key, known))
    return Line(key, area.name or code, _within(scope, area=code))


def _within(scope: Scope, **changes: str) -> Scope:
    return Scope(scope.view.with_(**changes), scope.context)


def asks_for_states(kpi: Kpi) -> bool:
    """Whether it, or a part of the score it is, follows every person through the days."""
    if kpi.kind == "score":
        parts = {part for parts in kpi.parts for part in parts.weights}
        return any(asks_for_states(get_kpi(part)) for part in parts)
    return kpi.is_personal and kpi.kind in ("state_rate", "reach_rate")


def trends(scope: Scope, kpis: list[Kpi], lines: list[Line], unit: Unit) -> list[KpiTrend]:
    """Every KPI's lines over the page's period, all asked at once."""
    too_many = {kpi.kpi_id: _too_many(kpi, scope, lines, unit) for kpi in kpis}
    pairs = [
        (kpi, line)
        for kpi in kpis
        for line in lines
        if not too_many[kpi.kpi_id] and line.scope.lacks(kpi) is None
    ]
    now = [line.scope.question(kpi.kpi_id, by=(unit,)) for kpi, line in pairs]
    before = _last_year(scope, unit) if scope.view.overlay else None
    then = [_over(question, before) for question in now] if before else []
    answered = figures(scope.context, [*now, *then])
    found = {
        (kpi.kpi_id, line.key): Series(
            line,
            tuple(_point(one, unit) for one in answered[number]),
            _aligned(answered[len(now) + number], unit) if then else (),
        )
        for number, (kpi, line) in enumerate(pairs)
    }
    return [
        KpiTrend(
            kpi,
            tuple(
                found.get((kpi.kpi_id, line.key)) or Series(line, lacks=line.scope.lacks(kpi))
                for line in lines
            ),
            too_many[kpi.kpi_id],
        )
        for kpi in kpis
    ]


def _too_many(kpi: Kpi, scope: Scope, lines: list[Line], unit: Unit) -> int | None:
    asked = point_count(scope.days, unit) * len(lines) * (2 if scope.view.overlay else 1)
    return asked if asks_for_states(kpi) and asked > MOST_STATE_POINTS else None


def _last_year(scope: Scope, unit: Unit) -> Period | None:
    """The same days of last year, as far as the records reach back; null where they do not."""
    days = scope.days
    if unit == "week":
        back = timedelta(days=DAYS_IN_52_WEEKS)
        start, end = days.first - back, days.end - back
    else:
        start, end = add_months(days.first, -12), add_months(days.last, -12) + ONE_DAY
    start = max(start, first_of_month(scope.first_date))
    return Period(start, end) if start < end else None


def has_last_year(scope: Scope, unit: Unit) -> bool:
    """Whether the records reach back to the same days of last year."""
    return _last_year(scope, unit) is not None


def _over(question: Question, period: Period) -> Question:
    return Question(
        question.kpi_id,
        question.county_code,
        by=question.by,
        start=period.start,
        end=period.end,
        where=question.where,
    )


def _point(figure: Figure, unit: Unit, at: date | None = None) -> Point:
    start = cast(date, figure.row["period_start_date"])
    whole = (
        start_of(unit, start) == start and shift(unit, start, 1) == figure.row["period_end_date"]
    )
    return Point(at or start, figure, not whole)


def _aligned(last_year: list[Figure], unit: Unit) -> tuple[Point, ...]:
    """Last year's points above this year's days; weeks 52 weeks on, so that weekdays agree."""
    found: dict[date, Point] = {}
    for figure in last_year:
        start = cast(date, figure.row["period_start_date"])
        at = start + timedelta(days=DAYS_IN_52_WEEKS) if unit == "week" else add_months(start, 12)
        # 29 February falls on the 28th of the next year, which has its own.
        found.setdefault(at, _point(figure, unit, at))
    return tuple(found.values())
