"""A part of a page under its own heading."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component


def section(
    title: str,
    *body: Component | None,
    name: str,
    tools: Sequence[Component] = (),
    note: str = "",
) -> Component:
    """A panel; `name` is its class, `note` one line below the heading."""
    return html.Section(
        [
            html.Div([html.H2(title), *tools], className="panel-head"),
            *([html.P(note, className="panel-note")] if note else []),
            *(part for part in body if part is not None),
        ],
        className=f"panel panel-{name}",
        **{"aria-label": title},
    )
