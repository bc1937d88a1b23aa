"""What a line over time is held against: a band between two bounds, and rules at a level."""

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
