"""The look of every chart."""

from typing import Any

import plotly.graph_objects as go

from dashboards.theme import FONT, Colours


def base_layout(colours: Colours, *, height: int = 320, **more: Any) -> go.Layout:
    """What all charts share: quiet axes, no zooming, our font, numbers in the ticks.

    Args:
        more: what a chart sets otherwise; laid over, part by part.
    """
    axis = {
        "gridcolor": colours.line,
        "linecolor": colours.line,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 11, "color": colours.muted},
    }
    layout = go.Layout(
        template="none",
        height=height,
        margin={"l": 44, "r": 12, "t": 26, "b": 56},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "color": colours.ink, "size": 12},
        # Numbers in the ticks: the short month names of some locales read wrongly.
        xaxis={**axis, "tickformat": "%Y-%m", "showgrid": False, "nticks": 8},
        yaxis={**axis, "nticks": 6},
        hovermode="closest",
        hoverlabel={
            "bgcolor": colours.surface,
            "bordercolor": colours.line,
            "font": {"family": FONT, "color": colours.ink},
        },
        legend={
            "orientation": "h",
            "y": -0.14,
            "yanchor": "top",
            "x": 0,
            "font": {"size": 11, "color": colours.muted},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        dragmode=False,
    )
    return layout.update(more)
