"""Warnings: the rain now or at a past hour with the households to move, and early alerts.

What is shown of households, and why: how many are to be moved, told and moved, by grid and grid
worker, whole and however few, because one left out of a count may be left behind in the night. No
household's key, address or number of persons is on the page or in its exports; who they are is told
by `gridgov warn`, to those who have the vault's key.
"""

from datetime import datetime

from dashboards import html
from dashboards.components.chart import empty
from dashboards.components.frame import frame
from dashboards.components.section import section
from dashboards.components.warnings.alerts import alerts_sections
from dashboards.components.warnings.rain_gauges import gauges_section
from dashboards.components.warnings.rain_head import rain_head
from dashboards.components.warnings.rain_households import households_section
from dashboards.components.warnings.rain_storms import record_section, storms_section
from dashboards.components.warnings.rain_towns import towns_section
from dashboards.context import Context
from dashboards.data import warning_tables
from dashboards.data.early_alerts import alerts
from dashboards.data.rain import has_rain, rain_at
from dashboards.data.rain_record import KPIS
from dashboards.data.tables import Table
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.view import Preset, View

PATH = "/warnings"
TITLE_KEY = "page.warnings"
__all__ = ["KPIS", "PATH", "TITLE_KEY", "layout", "shown_scope", "tables"]


def layout(view: View, context: Context) -> Element:
    """The rain, what is to be done, early alerts, then the storms of the record."""
    scope = Scope(view, context)
    rain, record = _rain(scope)
    warned = alerts_sections(
        alerts(scope),
        missing=text("warnings.no_tables.alerts", view.lang, version=context.published.version),
        title=text("warnings.alerts", view.lang),
    )
    return frame(
        scope,
        *rain,
        *warned,
        *record,
        path=PATH,
        shown=("area",),
    )


def tables(scope: Scope) -> list[Table]:
    """What the page shows, persons left out."""
    return warning_tables.tables(scope)


def shown_scope(scope: Scope) -> Scope:
    """The scope of the day that is shown: the page follows a time and no period."""
    view = scope.view
    day = (
        datetime.fromisoformat(view.at).date()
        if view.at
        else scope.context.builds[view.county].as_of_date
    )
    return Scope(view.with_(period=Preset.CUSTOM, start=day, end=day), scope.context)


def _rain(scope: Scope) -> tuple[list[Element], list[Element]]:
    """The rain at the time, and the record of storms."""
    lang, version = scope.view.lang, scope.context.published.version
    if not has_rain(scope.context):
        reason = empty(text("warnings.no_tables", lang, version=version))
        return [section(text("warnings.rain", lang), reason, name="warnings-rain")], []
    rain = rain_at(scope)
    households = households_section(rain)
    return (
        [
            rain_head(rain),
            *([households] if households is not None else []),
            html.Div(
                [towns_section(rain), gauges_section(rain)], className="warnings-towns-gauges"
            ),
        ],
        [html.Div([storms_section(rain), record_section(rain)], className="two")],
    )
