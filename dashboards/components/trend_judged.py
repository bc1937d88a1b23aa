"""The judged KPI of the trends page: signals among its months, before and after the programme."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal

from dashboards import html
from dashboards.components.chart import chart, empty
from dashboards.components.number import number
from dashboards.components.parts import chip
from dashboards.components.section import section
from dashboards.components.words import kpi_name, lacking_words
from dashboards.data.tables import Figure
from dashboards.data.trend_judgements import BeforeAfter, Refused, before_after, signals
from dashboards.data.trend_tables import effect_table, signals_table
from dashboards.data.trends import Line, focus_kpi, kpis_of
from dashboards.figures.judged_months import HEIGHT, control_figure, effect_figure
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.periods import ONE_DAY
from dashboards.scope import Scope
from dashboards.theme import colours
from dashboards.view import Preset, View
from warehouse.catalogue import Kpi, Text, programme_start
from warehouse.query.periods import add_months

VERDICTS = {
    "better": ("check", "good"),
    "worse": ("alert", "bad"),
    "faded": ("dash", "fair"),
    "changed": ("dash", "plain"),
    "none": ("dash", "plain"),
    "unjudged": ("clock", "plain"),
}


def judged_panels(scope: Scope, lines: Sequence[Line]) -> Element:
    """Both panels, with what to judge to be chosen above them where there is a choice."""
    kpi, line, view = focus_kpi(scope), lines[0], scope.view
    lacks = line.scope.lacks(kpi)
    if lacks:
        why = lacking_words(lacks, view.lang)
        panels = [_panel(title, empty(why), scope=scope) for title in ("signals", "effect")]
    else:
        panels = [_signals(scope, line, kpi), _effect(scope, line, kpi)]
    return html.Div(
        [*_choice(scope, lines, kpi), html.Div(panels, className="two")],
        className="trends-judged",
    )


def _choice(scope: Scope, lines: Sequence[Line], judged: Kpi) -> list[Element]:
    """Which KPI and which line is judged: the first of the lines."""
    view, lang = scope.view, scope.view.lang
    drawn = kpis_of(scope)
    named = [line for line in lines if line.key]
    kpis = [
        html.A(
            kpi_name(kpi, lang),
            # Without a list of its own the address would follow the chosen KPI.
            href=view.href(kpi=kpi.kpi_id, kpis=tuple(one.kpi_id for one in drawn)),
            **({"aria-current": "true"} if kpi is judged else {}),
        )
        for kpi in drawn
    ]
    whose = [
        html.A(
            line.name,
            href=view.href(series=(line.key, *(one.key for one in named if one.key != line.key))),
            **({"aria-current": "true"} if line is lines[0] else {}),
        )
        for line in named
    ]
    rows = [
        html.Div(links, className="segments", role="group", **{"aria-label": text(key, lang)})
        for key, links in (("trends.judge.kpi", kpis), ("trends.judge.line", whose))
        if len(links) > 1
    ]
    if not rows:
        return []
    label = html.Span(text("trends.judge", lang), className="trends-label")
    return [html.Div([label, *rows], className="trends-choice")]


def _panel(name: str, *body: Element | None, scope: Scope, note: str = "") -> Element:
    title = text(f"trends.{name}", scope.view.lang)
    return section(title, *body, name=f"trends-{name}", note=note)


def _about(scope: Scope, line: Line, kpi: Kpi) -> str:
    """What the panels are about: they take all months there are."""
    return text(
        "trends.judged", scope.view.lang, kpi=kpi_name(kpi, scope.view.lang), line=line.name
    )


def _signals(scope: Scope, line: Line, kpi: Kpi) -> Element:
    view, lang = scope.view, scope.view.lang
    found = signals(line, kpi)
    if isinstance(found, Refused):
        return _panel("signals", empty(found.reason), scope=scope)
    if found.chart.rows.is_empty():
        return _panel("signals", empty(_no_month(found.months, view)), scope=scope)
    figure = control_figure(
        found.chart.rows,
        kpi=kpi,
        phase_starts=found.chart.phase_starts,
        start=found.start,
        lang=lang,
        colours=colours(view.scheme),
        link=_to_month(view),
    )
    table = signals_table(found, kpi, line, lang)
    return _panel(
        "signals",
        chart(figure, name="signals", label=table.title, view=view, table=table, height=HEIGHT),
        _per_day(found.is_per_day, "signals", view),
        _sentences(found.texts, view),
        html.P(text("trends.signals.rule", lang), className="trends-note"),
        scope=scope,
        note=_about(scope, line, kpi),
    )


def _effect(scope: Scope, line: Line, kpi: Kpi) -> Element:
    view, lang = scope.view, scope.view.lang
    if programme_start(view.county) is None:
        return _panel("effect", empty(text("trends.effect.no_start", lang)), scope=scope)
    found = before_after(line, kpi)
    if isinstance(found, Refused):
        # What refuses the months refuses both; otherwise one side has none.
        months = signals(line, kpi)
        reason = text("trends.effect.no_side", lang)
        if isinstance(months, Refused):
            reason = months.reason
        return _panel("effect", empty(reason), scope=scope)
    figure = effect_figure(
        found.rows,
        kpi=kpi,
        start=found.start,
        change=found.change,
        lang=lang,
        colours=colours(view.scheme),
        link=_to_month(view),
    )
    table = effect_table(found, kpi, line, lang)
    return _panel(
        "effect",
        _sides(found, view),
        chart(figure, name="effect", label=table.title, view=view, table=table, height=HEIGHT),
        _per_day(found.is_per_day, "effect", view),
        _sentences(found.texts, view),
        scope=scope,
        note=_about(scope, line, kpi),
    )


def _no_month(months: Mapping[date, Figure], view: View) -> str:
    """Why no month has a value."""
    hidden = any(one.row["is_suppressed"] for one in months.values())
    key = "value.suppressed.note" if hidden else "trends.no_month"
    return text(key, view.lang)


def _sides(found: BeforeAfter, view: View) -> Element:
    """Both sides and the verdict, in figures and one word."""
    lang = view.lang
    sign, tone = VERDICTS[found.verdict]
    before, after = found.month_counts

    def side(key: str, months: int, one: Figure) -> Element:
        return html.Div(
            [
                html.Dt(text(key, lang, count=months)),
                html.Dd(number(one, view)),
            ]
        )

    return html.Div(
        [
            html.Dl(
                [
                    side("trends.effect.before", before, found.before),
                    side("trends.effect.after", after, found.after),
                ]
            ),
            chip(sign, text(f"trends.verdict.{found.verdict}", lang), tone=tone),
        ],
        className="trends-sides",
    )


def _sentences(texts: Sequence[Text], view: View) -> Element:
    return html.Ul(
        [html.Li(getattr(one, view.lang.value)) for one in texts], className="trends-sentences"
    )


def _per_day(is_per_day: bool, panel: Literal["signals", "effect"], view: View) -> Element | None:
    if not is_per_day:
        return None
    return html.P(text(f"trends.per_day.{panel}", view.lang), className="trends-note")


def _to_month(view: View) -> Callable[[date], str]:
    def link(month: date) -> str:
        last = add_months(month, 1) - ONE_DAY
        return view.href(period=Preset.CUSTOM, start=month, end=last, unit="", overlay="")

    return link
