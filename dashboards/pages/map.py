"""Grid map: the place in the page that the map's own scripts fill."""

from dashboards import html
from dashboards.context import MAP_KPIS, Context
from dashboards.data.tables import Table
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.map.listed import map_tables, shown_scope, told_of
from dashboards.scope import Scope
from dashboards.view import View

PATH = "/map"
TITLE_KEY = "page.map"
__all__ = ["KPIS", "PATH", "TITLE_KEY", "layout", "shown_scope", "tables", "told_of"]

KPIS = MAP_KPIS
"""What it can show; named here, as it is written elsewhere."""


def layout(view: View, _context: Context) -> Element:
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


def tables(scope: Scope) -> list[Table]:
    """The areas as the list beside the map has them."""
    return map_tables(scope)
