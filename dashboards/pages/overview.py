"""Overview: is the county getting better, where is it not, and how sure is that."""

from dash import html
from dash.development.base_component import Component

from dashboards import numbers_text
from dashboards.cells import cell_of
from dashboards.components.chart import chart, empty
from dashboards.components.frame import frame
from dashboards.components.ranking import ranking, to_map
from dashboards.components.section import section
from dashboards.components.status_strip import read_status, status_strip
from dashboards.components.tile import tile
from dashboards.components.words import kpi_name
from dashboards.context import Context
from dashboards.data.months import comparable_months, trend_question
from dashboards.data.overview import tiles
from dashboards.data.ranking import areas_ranked, departments_ranked
from dashboards.data.tables import Figure, Table
from dashboards.figures.trend import Marks, trend
from dashboards.i18n import Lang, text
from dashboards.scope import Scope, area_name
from dashboards.theme import colours
from dashboards.view import View
from warehouse.catalogue import programme_start

PATH = "/"
TITLE_KEY = "page.overview"
TILES = (
    "response_time_median",
    "on_time_response_rate",
    "on_time_resolution_rate",
    "resolution_rate",
    "response_time_mean",
    "response_time_p90",
    "open_backlog",
    "cases_per_1000_residents",
)


def layout(view: View, context: Context) -> Component:
    """Tiles, trend, rankings and data status."""
    scope = Scope(view, context)
    lang = view.lang
    return frame(
        scope,
        html.Div(
            [tile(data, view) for data in tiles(scope, TILES)],
            className="tiles",
            role="group",
            **{"aria-label": text("section.kpis", lang)},
        ),
        html.Div(
            [
                html.Div(
                    [_trend_panel(scope), _department_panel(scope), _status_panel(scope)],
                    className="column",
                ),
                _area_panel(scope),
            ],
            className="panels",
        ),
        path=PATH,
    )


def tables(scope: Scope) -> list[Table]:
    """Months, towns and departments of the chosen KPI."""
    return [months_table(scope)]


def months_table(scope: Scope) -> Table:
    """The chosen KPI by month, the newest first."""
    lang, kpi = scope.view.lang, scope.context.kpis[scope.view.kpi]
    question = trend_question(scope, kpi.kpi_id)
    months = comparable_months(scope.context.ask(question), kpi)
    return Table(
        "months",
        f"{kpi_name(kpi, lang)} · {text('section.trend', lang)}",
        [
            text(key, lang)
            for key in ("trend.month", "trend.value", "trend.interval", "trend.parts")
        ],
        [
            [
                f"{row['period_start_date']:%Y-%m}",
                Figure(kpi, row, cell_of(question, row)),
                numbers_text.interval(row["interval_low"], row["interval_high"], kpi),
                f"{numbers_text.number(row['numerator'])} / "
                f"{numbers_text.number(row['denominator'])}",
            ]
            for row in reversed(months.rows(named=True))
        ],
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
            programme_start=programme_start(view.county),
        ),
    )
    first, *_, last = [*months["period_start_date"], scope.days.last]
    label = text(
        "trend.label", lang, kpi=kpi_name(kpi, lang), from_=f"{first:%Y-%m}", to=f"{last:%Y-%m}"
    )
    title = f"{kpi_name(kpi, lang)} · {text('section.trend', lang)}"
    if not months["value"].is_not_null().any():
        fullest = max(months.rows(named=True), key=lambda row: row["excluded_count"])
        body = empty(numbers_text.missing(fullest, lang, in_a_sentence=True))
    else:
        body = chart(figure, name="trend", label=label, view=view, table=months_table(scope))
    return section(title, body, name="trend")


def _area_panel(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[view.kpi]
    level_name = _level_name(scope)
    body = ranking(
        areas_ranked(scope, kpi),
        view=view,
        part="area",
        whole_name=area_name(scope, scope.compared_area),
        level_name=level_name,
    )
    title = f"{kpi_name(kpi, lang)} · {text('section.ranking', lang, level=level_name)}"
    return section(title, body, tools=[to_map(view)], name="areas")


def _department_panel(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[view.kpi]
    level_name = text("section.departments.level", lang)
    body = ranking(
        departments_ranked(scope, kpi),
        view=view,
        part="department",
        whole_name=area_name(scope, scope.area),
        level_name=level_name,
    )
    title = f"{kpi_name(kpi, lang)} · {text('section.ranking', lang, level=level_name)}"
    return section(title, body, name="departments")


def _level_name(scope: Scope) -> str:
    for level in scope.context.county(scope.view.county).levels:
        if level.level == scope.level_below:
            return level.name.zh if scope.view.lang is Lang.ZH else level.name.en
    return ""


def _status_panel(scope: Scope) -> Component:
    lang = scope.view.lang
    status = read_status(scope.context, scope.view.county)
    zone = scope.context.county(scope.view.county).zone
    return section(
        text("section.status", lang), status_strip(status, zone=zone, lang=lang), name="status"
    )
