"""Lines and words that mark a day in a chart of time."""

from datetime import date

import plotly.graph_objects as go

from dashboards.i18n import Lang, text
from dashboards.theme import Colours


def mark_start(
    figure: go.Figure, day: date, lang: Lang, colours: Colours, *, width: float = 1
) -> None:
    """A dotted line with words at the programme's start.

    Args:
        width: of the line in pixels.
    """
    rule_at(figure, day, colours, width=width)
    write_above(figure, day, f"{text('trend.start', lang)} {day:%Y-%m}", colours)


def rule_at(figure: go.Figure, day: date, colours: Colours, *, width: float = 1) -> None:
    """A dotted line over the whole height."""
    figure.add_shape(
        type="line",
        x0=day,
        x1=day,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": colours.muted, "width": width, "dash": "dot"},
    )


def write_above(figure: go.Figure, day: date, words: str, colours: Colours) -> None:
    """Words over the top edge, centred on a day."""
    figure.add_annotation(
        x=day,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="center",
        text=words,
        showarrow=False,
        font={"size": 11, "color": colours.muted},
    )
