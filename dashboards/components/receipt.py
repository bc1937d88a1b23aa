"""Receipt of a number."""

from dash import html
from dash.development.base_component import Component

from dashboards.context import Context
from dashboards.view import View


def receipt(view: View, context: Context, *, path: str) -> Component:
    """Nothing yet."""
    return html.Div(view.receipt)
