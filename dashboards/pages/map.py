"""Grid map."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.context import Context, Services
from dashboards.view import View

PATH = "/map"
TITLE_KEY = "page.map"


def layout(view: View, context: Context) -> Component:
    """Nothing yet."""
    return html.Div(className="map-page", **{"data-county": view.county})


def register_callbacks(app: Any, services: Services) -> None:
    """None."""
