"""What a line over time is held against: a band between two bounds, rules at a level, and days with
a shade of their own."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from dashboards.theme import Colours


def band(
    days: Sequence[date],
    low: Sequence[float],
    high: Sequence[float],
    name: str,
    colours: Colours,
    *,
    is_named: bool | None = None,
) -> go.Scatter:
    """The surface between two bounds, under the lines.

    Args:
        is_named: whether it is in the legend; null as the chart has it.
    """
    return go.Scatter(
        x=[*days, *days[::-1]],
        y=[*high, *low[::-1]],
        fill="toself",
        fillcolor=colours.band,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        name=name,
        showlegend=is_named,
    )


def shade(
    figure: go.Figure, first: date, end: date, colour: str, opacity: float, *, name: str = ""
) -> None:
    """Shade a chart from a day up to another, under all; in the legend where it has a name."""
    figure.add_shape(
        type="rect",
        x0=first,
        x1=end,
        y0=0,
        y1=1,
        yref="paper",
        layer="below",
        fillcolor=colour,
        opacity=opacity,
        line={"width": 0},
        name=name,
        showlegend=bool(name),
    )


def rule(
    days: Sequence[date], values: Sequence[float | None], colour: str, dash: str, name: str
) -> go.Scatter:
    """A level that may step from one unit to the next; a single unit has a short stroke."""
    return go.Scatter(
        x=days,
        y=values,
        mode="lines" if len(days) > 1 else "markers",
        line={"color": colour, "width": 1.4, "dash": dash, "shape": "hv"},
        marker={"symbol": "line-ew", "size": 22, "line": {"color": colour, "width": 2}},
        hoverinfo="skip",
        name=name,
    )
