"""Departments."""

from dash.development.base_component import Component

from dashboards.components.chart import empty
from dashboards.components.frame import frame
from dashboards.context import Context
from dashboards.data.tables import Table
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.view import View

PATH = "/departments"
TITLE_KEY = "page.departments"


def layout(view: View, context: Context) -> Component:
    """Nothing yet."""
    return frame(Scope(view, context), empty(text(TITLE_KEY, view.lang)), path=PATH)


def tables(_scope: Scope) -> list[Table]:
    """None yet."""
    return []
