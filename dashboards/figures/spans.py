"""Durations side by side: from the median to the ninth decile, one line for each."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.figures.layout import base_layout
from dashboards.theme import Colours

LINE_HEIGHT = 44


@dataclass(frozen=True)
class Span:
    """One line; both in the same unit, null where nothing got there."""

    label: str
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class Words:
    """What the marks are called."""

    median: str
    p90: str
    unit: str


def spans(lines: Sequence[Span], *, words: Words, colours: Colours) -> go.Figure:
    """Median as a full mark, P90 as a hollow one, joined; the first line at the top.

    Returns:
        Traces: one joining line per span with values, then medians, then P90s.
    """
    known = [line for line in lines if line.median is not None and line.p90 is not None]
    labels = [line.label for line in known]
    figure = go.Figure(
        layout=base_layout(colours, height=96 + LINE_HEIGHT * len(known), hovermode="closest")
    )
    for line in known:
        figure.add_trace(
            go.Scatter(
                x=[line.median, line.p90],
                y=[line.label, line.label],
                mode="lines",
                line={"color": colours.band, "width": 9},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    marks = (
        (words.median, [line.median for line in known], "circle"),
        (words.p90, [line.p90 for line in known], "circle-open"),
    )
    for name, values, symbol in marks:
        figure.add_trace(
            go.Scatter(
                x=values,
                y=labels,
                mode="markers+text",
                name=name,
                marker={"color": colours.primary, "size": 10, "symbol": symbol},
                text=[numbers_text.number(value, 1) for value in values],
                textposition="top center",
                textfont={"size": 11, "color": colours.muted},
                hovertemplate=f"%{{y}}<br>{name} %{{text}} {words.unit}<extra></extra>",
            )
        )
    figure.update_xaxes(
        tickformat="",
        rangemode="tozero",
        showgrid=True,
        title={"text": words.unit, "standoff": 6, "font": {"size": 11, "color": colours.muted}},
    )
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False, nticks=None)
    return figure
