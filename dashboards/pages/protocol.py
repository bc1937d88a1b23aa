"""What a page module offers."""

from typing import Any, Protocol

from dash.development.base_component import Component

from dashboards.context import Context, Services
from dashboards.view import View


class Page(Protocol):
    """A page of the navigation."""

    PATH: str
    TITLE_KEY: str

    def layout(self, view: View, context: Context) -> Component:
        """All that is drawn for a view; runs on a page thread, so it may ask and wait."""

    def register_callbacks(self, app: Any, services: Services) -> None:
        """Add the page's own callbacks to the Dash app, if it has any."""
