"""Overview: is the county getting better, where is it not, and how sure is that."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards import numbers_text
from dashboards.components.filters import filters, kpi_choice
from dashboards.components.markup import static
from dashboards.components.ranking import ranking, to_map
from dashboards.components.status_strip import read_status, status_strip
from dashboards.components.tile import kpi_name, tile
from dashboards.context import Context, Services
from dashboards.figures.trend import CONFIG, HEIGHT, Marks, trend
from dashboards.i18n import Lang, text
from dashboards.overview_data import (
    Row,
    areas_ranked,
    comparable_months,
    departments_ranked,
    no_value,
    programme_start,
    tiles,
    trend_question,
)
from dashboards.scope import Scope, area_name
from dashboards.theme import colours
from dashboards.view import View

PATH = "/"
TITLE_KEY = "page.overview"


def layout(view: View, context: Context) -> Component:
    """Filters, tiles, ranking, trend and data status."""
    scope = Scope(view, context)
    lang = view.lang
    return html.Div(
        [
            html.Div(
                [
                    filters(scope),
                    html.P(
                        numbers_text.days(scope.days.first, scope.days.last, lang),
                        className="period-words",
                    ),
                ],
                className="bar",
            ),
            static(
                *(tile(data, view) for data in tiles(scope)),
                className="tiles",
                role="group",
                **{"aria-label": text("section.kpis", lang)},
            ),
            html.Div(
                [
                    html.Div(
                        [
                            _trend_panel(scope),
                            static(_department_panel(scope)),
                            static(_status_panel(scope)),
                        ],
                        className="column",
                    ),
                    static(_area_panel(scope)),
                ],
                className="panels",
            ),
        ],
        className="overview",
    )


def register_callbacks(app: Any, services: Services) -> None:
    """None: everything on the page follows from its address."""


def _panel(title: str, body: list[Component], *, tools: list[Component], name: str) -> Component:
    return html.Section(
        [html.Div([html.H2(title), *tools], className="panel-head"), *body],
        className=f"panel panel-{name}",
    )


def _trend_panel(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[view.kpi]
    months = comparable_months(scope.context.ask(trend_question(scope, view.kpi)), kpi)
    # A baseline is a figure of the whole county, so it says nothing of one town or department.
    baseline = None if scope.where else kpi.baseline_of(view.county)
    figure = trend(
        months,
        kpi=kpi,
        lang=lang,
        colours=colours(view.scheme),
        marks=Marks(
            baseline=baseline.value if baseline else None,
            programme_start=programme_start(scope),
        ),
    )
    first, *_, last = [*months["period_start_date"], scope.days.last]
    label = text(
        "trend.label", lang, kpi=kpi_name(kpi, lang), from_=f"{first:%Y-%m}", to=f"{last:%Y-%m}"
    )
    graph = html.Div(
        dcc.Graph(id="trend", figure=figure, config=CONFIG, style={"height": f"{HEIGHT}px"}),
        role="img",
        **{"aria-label": label, "data-chart": "trend"},
    )
    rows = months.rows(named=True)
    body = [graph, static(_table(rows, scope))]
    if not months["value"].is_not_null().any():
        fullest = max(rows, key=lambda row: row["excluded_count"])
        body = [html.P(no_value(fullest, lang, note=True), className="muted")]
    return _panel(
        f"{kpi_name(kpi, lang)} · {text('section.trend', lang)}",
        body,
        tools=[kpi_choice(scope)],
        name="trend",
    )


def _table(rows: list[Row], scope: Scope) -> Component:
    lang, kpi = scope.view.lang, scope.context.kpis[scope.view.kpi]
    heads = ("trend.month", "trend.value", "trend.interval", "trend.parts")
    return html.Details(
        [
            html.Summary(text("trend.table", lang)),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(text(key, lang)) for key in heads])),
                        html.Tbody(
                            [
                                html.Tr(
                                    [
                                        html.Td(f"{row['period_start_date']:%Y-%m}"),
                                        html.Td(
                                            numbers_text.value(row["value"], kpi, lang)
                                            + (
                                                f" ({text('trend.provisional', lang)})"
                                                if row["is_provisional"]
                                                else ""
                                            )
                                        ),
                                        html.Td(
                                            numbers_text.interval(
                                                row["interval_low"], row["interval_high"], kpi
                                            )
                                        ),
                                        html.Td(
                                            f"{numbers_text.number(row['numerator'])} / "
                                            f"{numbers_text.number(row['denominator'])}"
                                        ),
                                    ]
                                )
                                for row in reversed(rows)
                            ]
                        ),
                    ]
                ),
                className="scroll",
            ),
        ],
        className="as-table",
    )


def _area_panel(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[view.kpi]
    lines, whole = areas_ranked(scope, kpi)
    level_name = _level_name(scope, lang)
    body = ranking(
        lines,
        whole,
        kpi=kpi,
        view=view,
        part="area",
        whole_name=area_name(scope, scope.compared_area),
        level_name=level_name,
    )
    title = f"{kpi_name(kpi, lang)} · {text('section.ranking', lang, level=level_name)}"
    return _panel(title, [body], tools=[to_map(view)], name="areas")


def _department_panel(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[view.kpi]
    lines, whole = departments_ranked(scope, kpi)
    level_name = text("section.departments.level", lang)
    body = ranking(
        lines,
        whole,
        kpi=kpi,
        view=view,
        part="department",
        whole_name=area_name(scope, scope.area),
        level_name=level_name,
    )
    title = f"{kpi_name(kpi, lang)} · {text('section.ranking', lang, level=level_name)}"
    return _panel(title, [body], tools=[], name="departments")


def _level_name(scope: Scope, lang: Lang) -> str:
    for level in scope.context.county(scope.view.county).levels:
        if level.level == scope.level_below:
            return level.name.zh if lang is Lang.ZH else level.name.en.lower()
    return ""


def _status_panel(scope: Scope) -> Component:
    lang = scope.view.lang
    status = read_status(scope.context, scope.view.county)
    zone = scope.context.county(scope.view.county).zone
    return _panel(
        text("section.status", lang),
        [status_strip(status, zone=zone, lang=lang)],
        tools=[],
        name="status",
    )
