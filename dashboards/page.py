"""What a page module offers."""

from typing import Protocol

from dashboards.context import Context
from dashboards.data.tables import Table
from dashboards.html import Element
from dashboards.scope import Scope
from dashboards.view import View


class Page(Protocol):
    """A page of the navigation.

    What it draws depends on the view and the version alone, so it is drawn once. A module that also
    sets `IS_SCREEN = True` is drawn without the header of the others.
    """

    PATH: str
    TITLE_KEY: str

    def layout(self, view: View, context: Context) -> Element:
        """All that is drawn for a view; runs on a page thread, so it may ask and wait."""

    def tables(self, scope: Scope) -> list[Table]:
        """What the page shows, as it is exported; empty where nothing of it is a table."""
