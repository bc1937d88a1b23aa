"""Grid map: the place in the page that the map's own scripts fill."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.context import Context, Services
from dashboards.i18n import text
from dashboards.view import View

PATH = "/map"
TITLE_KEY = "page.map"


def layout(view: View, _context: Context) -> Component:
    """An empty place.

    What is drawn there follows the address and asks `/api/map/…`, so that a click on the map waits
    for nothing but its values; this page is drawn again only for its head.
    """
    return html.Div(
        id="map-place",
        role="region",
        className="map-place",
        **{
            "aria-label": text(TITLE_KEY, view.lang),
            "data-pending": "map",
        },
    )


def register_callbacks(_app: Any, _services: Services) -> None:
    """None: the map's scripts talk to their own addresses."""
