"""A chart on a page: drawn by our script from the figure beside it, with its words and its table.

The figure travels as data within the markup. Chosen marks lead where their `customdata` says, an
address of a page. `charts.js` draws it, keeps it when the page is drawn again, and saves it as a
picture.
"""

from typing import Any

from dashboards import html
from dashboards.components.data_table import data_table
from dashboards.components.parts import icon
from dashboards.data.tables import Table
from dashboards.html import Element, Raw
from dashboards.i18n import text
from dashboards.view import View


def chart(
    figure: Any,
    *,
    name: str,
    label: str,
    view: View,
    table: Table | None = None,
    zone: Any = None,
    height: int = 320,
) -> Element:
    """The place of a chart.

    Args:
        figure: a `plotly.graph_objects.Figure`, or its own SVG drawn here as text.
        name: of the chart within its page, and of the pictures saved.
        label: what is to be seen, for those who do not see it.
        table: the same figures, below.
    """
    is_svg = isinstance(figure, str)
    return html.Div(
        [
            html.Div(
                Raw(figure) if is_svg else html.Script(figure.to_json(), type="application/json"),
                className="chart-place",
                role="img",
                style={"minHeight": f"{height}px"},
                # A drawing of ours may be wider than a phone, and is scrolled by keys too.
                **({"tabIndex": 0} if is_svg else {}),
                **{"aria-label": label, "data-svg" if is_svg else "data-chart": name},
            ),
            html.Div(
                [
                    *([_as_table(table, view, zone)] if table else []),
                    html.Span(
                        [_save(name, kind, label, view) for kind in ("png", "svg")],
                        className="saves",
                    ),
                ],
                className="chart-foot",
            ),
        ],
        className="chart",
    )


def _as_table(table: Table, view: View, zone: Any) -> Element:
    return html.Details(
        [
            html.Summary(text("trend.table", view.lang)),
            data_table(table, view, zone=zone),
        ],
        className="as-table",
    )


def _save(name: str, kind: str, label: str, view: View) -> Element:
    return html.Button(
        [icon("download"), kind.upper()],
        type="button",
        className="save",
        title=text("chart.save", view.lang, kind=kind.upper()),
        **{
            "data-save": kind,
            "data-of": name,
            "aria-label": f"{text('chart.save', view.lang, kind=kind.upper())}: {label}",
        },
    )


def empty(reason: str) -> Element:
    """What stands where there is nothing to draw, and why."""
    return html.P(reason, className="empty")
