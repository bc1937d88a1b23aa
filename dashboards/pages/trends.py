"""Trends: any KPIs over any time, whose lines one likes, and what can be concluded from them."""

from dataclasses import dataclass, replace
from functools import cached_property

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table, folded
from dashboards.components.frame import frame
from dashboards.components.number import number
from dashboards.components.section import section
from dashboards.components.trend_choosers import choosers
from dashboards.components.trend_judged import judged_panels
from dashboards.components.words import kpi_name, lacking_words
from dashboards.context import Context
from dashboards.data.tables import Table
from dashboards.data.trend_days import MarkedDays, marked_days
from dashboards.data.trend_judgements import (
    Refused,
    before_after,
    compared,
    last_whole_month,
    signals,
)
from dashboards.data.trend_tables import days_table, effect_table, signals_table, trend_table
from dashboards.data.trends import (
    KpiTrend,
    Line,
    Point,
    Series,
    focus_kpi,
    has_last_year,
    kpis_of,
    lines_of,
    trends,
    unit_of,
)
from dashboards.figures.time_series import HEIGHT, Drawing, time_series
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.periods import ONE_DAY
from dashboards.scope import Scope
from dashboards.theme import colours
from dashboards.view import Preset, Unit, View
from warehouse.catalogue import Kpi, Text
from warehouse.query.periods import Period

PATH = "/trends"
TITLE_KEY = "page.trends"
MOST_ROWS = 120
"""Of a table on the page; an export has all."""


@dataclass(frozen=True)
class Asked:
    """What an address asks of this page, and the answers that its parts share."""

    scope: Scope

    @cached_property
    def unit(self) -> Unit:
        """Unit of time of the lines."""
        return unit_of(self.scope)

    @cached_property
    def lines(self) -> list[Line]:
        """Whose values are drawn."""
        return lines_of(self.scope)

    @cached_property
    def trends(self) -> list[KpiTrend]:
        """A chart's worth for each KPI."""
        return trends(self.scope, kpis_of(self.scope), self.lines, self.unit)

    @cached_property
    def marked(self) -> MarkedDays:
        """Days that may explain what is seen."""
        return marked_days(self.scope)


def layout(view: View, context: Context) -> Element:
    """A chart for each KPI with its changes; signals and effect of the one that is judged."""
    scope = Scope(view, context)
    asked = Asked(scope)
    fact = focus_kpi(scope).fact
    return frame(
        scope,
        section(
            text("trends.lines", view.lang, unit=text(f"trends.by.{asked.unit}", view.lang)),
            *(_kpi_block(asked, trend) for trend in asked.trends),
            _days(asked),
            name="trends",
            note=_note(asked),
        ),
        judged_panels(scope, asked.lines),
        path=PATH,
        shown=("period", "area", "department", "category"),
        category_fact=fact,
        choosers=choosers(scope),
    )


def tables(scope: Scope) -> list[Table]:
    """The lines of each KPI, the months of the judged one, and the marked days."""
    asked, lang = Asked(scope), scope.view.lang
    kpi, line = focus_kpi(scope), asked.lines[0]
    made = [trend_table(trend, asked.unit, lang) for trend in asked.trends]
    if line.scope.lacks(kpi) is None:
        found, judged = signals(line, kpi), before_after(line, kpi)
        if not isinstance(found, Refused):
            made.append(signals_table(found, kpi, line, lang))
        if not isinstance(judged, Refused):
            made.append(effect_table(judged, kpi, line, lang))
    return [*made, days_table(asked.marked, lang)]


def _note(asked: Asked) -> str:
    view = asked.scope.view
    if view.overlay and not has_last_year(asked.scope, asked.unit):
        return text("trends.overlay.none", view.lang)
    key = "trends.click.day" if asked.unit == "day" else "trends.click"
    return text(key, view.lang)


def _kpi_block(asked: Asked, trend: KpiTrend) -> Element:
    view, kpi = asked.scope.view, trend.kpi
    return html.Article(
        [
            html.Div(
                [
                    html.H3(kpi_name(kpi, view.lang)),
                    html.Span(getattr(kpi.question, view.lang.value), className="trends-question"),
                ],
                className="trends-head",
            ),
            html.Div(
                [
                    html.Div(_chart(asked, trend), className="trends-plot"),
                    html.Div(_changes(asked, trend), className="trends-side"),
                ],
                className="trends-body",
            ),
        ],
        className="trends-kpi",
        id=f"trend-{kpi.kpi_id}",
        **{"aria-label": kpi_name(kpi, view.lang)},
    )


def _chart(asked: Asked, trend: KpiTrend) -> list[Element]:
    scope, view, kpi = asked.scope, asked.scope.view, trend.kpi
    lang = view.lang
    if trend.asked_points:
        return [empty(text("trends.too_many", lang, count=trend.asked_points))]
    notes = [*_not_drawn(trend.series, view), *_suppressed(trend, view)]
    if not trend.has_value:
        if len(trend.series) > 1 or trend.series[0].lacks:
            return [empty(text("trends.nothing", lang)), *notes]
        return [empty(_reason(trend.series, view))]
    # A baseline is a figure of the whole county: it says nothing of one town or department.
    baseline = None if scope.where else kpi.baseline_of(view.county)
    figure = time_series(
        trend,
        baseline=baseline.value if baseline else None,
        marked=asked.marked,
        drawing=Drawing(
            scope.days.first,
            scope.days.last,
            asked.unit,
            lang,
            colours(view.scheme),
            lambda of, point: _lead(view, asked.unit, of, point),
        ),
    )
    label = text(
        "trends.label",
        lang,
        kpi=kpi_name(kpi, lang),
        unit=text(f"trends.by.{asked.unit}", lang),
        days=numbers_text.days(scope.days.first, scope.days.last, lang),
        lines=text("trends.and", lang).join(line.name for line in asked.lines),
    )
    table = trend_table(trend, asked.unit, lang)
    if len(table.rows) > MOST_ROWS:
        notes.append(_small(text("trends.cut_table", lang, count=MOST_ROWS)))
        table = replace(table, rows=table.rows[:MOST_ROWS])
    name = f"trend-{kpi.kpi_id}"
    return [
        chart(figure, name=name, label=label, view=view, table=table, height=HEIGHT),
        *notes,
    ]


def _lead(view: View, unit: Unit, kpi: Kpi, point: Point) -> str:
    """A point leads to its period in a finer unit; a day to its receipt."""
    if unit == "day":
        return view.href(receipt=kpi.kpi_id, of=written(point.figure.cell), role="")
    return view.href(
        period=Preset.CUSTOM, start=point.start, end=point.end - ONE_DAY, unit="", overlay=""
    )


def _reason(series: tuple[Series, ...], view: View) -> str:
    """Why there is nothing to draw."""
    rows = [point.figure.row for one in series for point in one.points]
    if not rows:
        return text("value.lacks", view.lang)
    fullest = max(rows, key=lambda row: (row["is_suppressed"], row["excluded_count"] or 0))
    return numbers_text.missing(fullest, view.lang, in_a_sentence=True)


def _not_drawn(series: tuple[Series, ...], view: View) -> list[Element]:
    """The lines that cannot be seen, and why: not split so, or without any value."""
    found = []
    for one in series:
        why = ""
        if one.lacks:
            why = lacking_words(one.lacks, view.lang)
        elif all(point.figure.value is None for point in one.points):
            why = _reason((one,), view)
        if why:
            found.append(_small(text("trends.without", view.lang, line=one.line.name, why=why)))
    return found


def _suppressed(trend: KpiTrend, view: View) -> list[Element]:
    rows = [point.figure.row for one in trend.series for point in one.points]
    count = sum(bool(row["is_suppressed"]) for row in rows)
    if not count:
        return []
    return [_small(text("trends.suppressed", view.lang, count=count, of=len(rows)))]


def _small(words: str) -> Element:
    return html.P(words, className="trends-note")


def _changes(asked: Asked, trend: KpiTrend) -> list[Element]:
    """The first line's KPI over the whole period, and over the last whole month in it."""
    scope, lang = asked.scope, asked.scope.view.lang
    line, kpi = asked.lines[0], trend.kpi
    if line.scope.lacks(kpi):
        return []
    whole = Period(scope.days.first, scope.days.end)
    month = last_whole_month(scope)
    asked_for = [(text("trends.change.period", lang), whole)]
    if month and month != whole:
        words = text("trends.change.month", lang, month=f"{month.start:%Y-%m}")
        asked_for.append((words, month))
    return [
        *([html.P(line.name, className="trends-whose")] if len(asked.lines) > 1 else []),
        *(_change(line, kpi, period, words) for words, period in asked_for),
    ]


def _change(line: Line, kpi: Kpi, period: Period, words: str) -> Element:
    view = line.scope.view
    found = compared(line, kpi, period)
    if isinstance(found, Refused):
        return _small(found.reason)
    return html.Div(
        [
            html.H4(
                [
                    html.Span(words, className="trends-when"),
                    html.Span(number(found.figure, view), className="trends-value"),
                ]
            ),
            html.Ul([html.Li(in_words(one, view)) for one in found.texts]),
        ],
        className="trends-change",
    )


def in_words(words: Text, view: View) -> str:
    """A sentence of an analysis in the page's language."""
    sentence: str = getattr(words, view.lang.value)
    return sentence


def _days(asked: Asked) -> Element | None:
    """Holidays, rain warnings and the programme's start, as a list to look up."""
    table = days_table(asked.marked, asked.scope.view.lang)
    if not table.rows:
        return None
    lang = asked.scope.view.lang
    return folded(
        text(
            "trends.days.count",
            lang,
            holidays=len(asked.marked.holidays),
            rain=len(asked.marked.rain),
        ),
        data_table(table, asked.scope.view),
    )
