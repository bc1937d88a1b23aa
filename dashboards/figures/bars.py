"""Units in order as bars, each with its 95 % interval, against the value of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.figures.layout import base_layout
from dashboards.i18n import Lang, text
from dashboards.theme import Colours
from warehouse.catalogue import Kpi


@dataclass(frozen=True)
class Bar:
    """A unit's value in the KPI's own unit, with its interval where there is one."""

    name: str
    value: float
    low: float | None
    high: float | None


def bars(
    units: Sequence[Bar],
    *,
    kpi: Kpi,
    whole: float | None,
    lang: Lang,
    colours: Colours,
    height: int,
) -> go.Figure:
    """Dots with their intervals, the first unit on top; a line for the whole.

    Dots, not bars: the scale begins near the lowest value, where a bar's length would mislead.

    Returns:
        One trace of dots, and a shape where there is a whole.
    """
    scale = 100 if kpi.unit == "percent" else 1
    names = [unit.name for unit in units]
    values = [unit.value * scale for unit in units]
    up = [0.0 if unit.high is None else (unit.high - unit.value) * scale for unit in units]
    down = [0.0 if unit.low is None else (unit.value - unit.low) * scale for unit in units]
    figure = go.Figure(layout=base_layout(colours, height=height))
    figure.add_trace(
        go.Scatter(
            x=values,
            y=names,
            mode="markers",
            marker={"size": 7, "color": colours.primary},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": up,
                "arrayminus": down,
                "color": colours.primary,
                "thickness": 1.2,
                "width": 0,
            },
            text=[numbers_text.value(unit.value, kpi, lang) for unit in units],
            hovertemplate="%{y} <b>%{text}</b><extra></extra>",
            showlegend=False,
        )
    )
    if whole is not None:
        place = whole * scale
        figure.add_shape(
            type="line",
            x0=place,
            x1=place,
            y0=0,
            y1=1,
            yref="paper",
            line={"color": colours.baseline, "width": 1.2, "dash": "dash"},
        )
        figure.add_annotation(
            x=place,
            y=1,
            yref="paper",
            yanchor="bottom",
            text=text("report.chart.whole", lang, value=numbers_text.value(whole, kpi, lang)),
            showarrow=False,
            font={"size": 11, "color": colours.baseline},
        )
    figure.update_layout(margin={"l": 8, "r": 16, "t": 24, "b": 28})
    figure.update_xaxes(
        range=_range(values, most=100.0 if kpi.unit == "percent" else None),
        tickformat="",
        ticksuffix="%" if kpi.unit == "percent" else "",
        showgrid=True,
        gridcolor=colours.line,
    )
    figure.update_yaxes(
        automargin=True,
        autorange="reversed",
        tickmode="array",
        tickvals=names,
        showgrid=True,
        type="category",
    )
    return figure


def _range(values: Sequence[float], *, most: float | None = None) -> tuple[float, float]:
    """From below the lowest value to above the highest; a small unit's interval may run out of it.

    >>> _range([10.0, 20.0])
    (6.5, 23.5)
    >>> _range([80.0, 100.0], most=100.0)
    (73.0, 100.4)
    """
    low, high = min(values), max(values)
    room = (high - low) * 0.35 or abs(high) * 0.1 or 1.0
    end = high + room if most is None else min(high + room, most + 0.02 * (high - low or 1.0))
    return low - room, end
