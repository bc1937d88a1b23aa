"""A part of a page under its own heading."""

from collections.abc import Sequence

from dashboards import html
from dashboards.html import Element


def section(
    title: str,
    *body: Element | None,
    name: str,
    tools: Sequence[Element] = (),
    note: str = "",
) -> Element:
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
