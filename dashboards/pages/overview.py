"""Overview."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.context import Context, Services
from dashboards.view import View

PATH = "/"
TITLE_KEY = "page.overview"


def layout(view: View, context: Context) -> Component:
    """Nothing yet."""
    return html.Div(view.county)


def register_callbacks(app: Any, services: Services) -> None:
    """None."""
