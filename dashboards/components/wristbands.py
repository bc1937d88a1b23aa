"""Wristband alerts: their figures, months, kinds and areas."""

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.number import number
from dashboards.components.ranking import ranking
from dashboards.components.section import section
from dashboards.components.words import kpi_name
from dashboards.data import people_alerts
from dashboards.data.people_alerts import Alerts
from dashboards.data.people_tables import alert_months_table, kinds_table
from dashboards.data.tables import Figure
from dashboards.figures.trend import marks_of, trend
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Scope, area_name
from dashboards.theme import colours
from dashboards.view import View


def alerts_section(scope: Scope, codes: tuple[str, ...]) -> Element:
    """Response and false alarms over the period, by month and by kind of alert.

    Args:
        codes: the kinds; none where the county delivers no wristband alerts.
    """
    lang = scope.view.lang
    title = text("people.alerts", lang)
    if not codes:
        return section(title, empty(text("people.alerts.none", lang)), name="people-alerts")
    found = people_alerts.alerts(scope, codes)
    kinds = kinds_table(found, lang)
    return section(
        title,
        html.Dl(
            [_figure(figure, scope.view, lang) for figure in found.whole], className="people-load"
        ),
        html.Div(
            [
                html.Div(
                    [html.H3(text("people.alerts.trend", lang)), _months(scope, found)],
                    className="people-part",
                ),
                html.Div(
                    [
                        html.H3(text("people.alerts.kind", lang)),
                        data_table(kinds, scope.view, is_tall=True),
                    ],
                    className="people-part",
                ),
            ],
            className="people-split",
        ),
        name="people-alerts",
        note=text("people.alerts.note", lang),
    )


def alert_areas_section(scope: Scope, codes: tuple[str, ...]) -> Element:
    """The areas by their median response time to alerts."""
    lang = scope.view.lang
    level = scope.level_name(scope.level_below)
    return section(
        text("people.alerts.ranking", lang, level=level.lower()),
        ranking(
            people_alerts.areas_ranked(scope, codes),
            view=scope.view,
            part="area",
            whole_name=area_name(scope, scope.compared_area),
            level_name=level,
        ),
        name="people-alerts-areas",
    )


def _figure(figure: Figure, view: View, lang: Lang) -> Element:
    row, kpi = figure.row, figure.kpi
    has_interval = row["interval_low"] is not None
    shown = numbers_text.interval(row["interval_low"], row["interval_high"], kpi)
    return html.Div(
        [
            html.Dt(kpi_name(kpi, lang)),
            html.Dd(number(figure, view), className="people-load-value"),
            html.Dd(
                text("people.interval", lang, interval=shown) if has_interval else "",
                className="muted",
            ),
        ]
    )


def _months(scope: Scope, found: Alerts) -> Element:
    view, lang = scope.view, scope.view.lang
    if not found.months["value"].is_not_null().any():
        return empty(numbers_text.missing(found.whole[0].row, lang, in_a_sentence=True))
    kpi = scope.context.kpis[people_alerts.RESPONSE_KPI]
    figure = trend(
        found.months,
        kpi=kpi,
        lang=lang,
        colours=colours(view.scheme),
        marks=marks_of(kpi, view.county, with_baseline=False),
    )
    return chart(
        figure,
        name="people-alerts",
        label=text("people.alerts.trend", lang),
        view=view,
        table=alert_months_table(found, kpi, lang),
    )
