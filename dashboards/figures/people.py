"""The roll over time: persons at the end of each month, and those who joined and left."""

from collections.abc import Sequence
from datetime import timedelta

import plotly.graph_objects as go
import polars as pl

from dashboards import numbers_text
from dashboards.data.people_counts import Moves
from dashboards.figures.layout import base_layout
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

HEIGHT = 260
MILLISECONDS_A_DAY = 86_400_000
FILLED = 0.8
"""Share of a bar's days that it is drawn over."""


def stock(months: pl.DataFrame, *, lang: Lang, colours: Colours) -> go.Figure:
    """One line of the persons on the roll at the end of each month.

    Args:
        months: an answer of the share with a file by month: `period_start_date`, `denominator`
            (null where not shown, a gap in the line).
    """
    counts = months["denominator"].to_list()
    figure = go.Figure(layout=base_layout(colours, height=HEIGHT))
    figure.add_trace(
        go.Scatter(
            x=months["period_start_date"].to_list(),
            y=counts,
            mode="lines+markers",
            name=text("people.stock", lang),
            line={"color": colours.primary, "width": 2.2},
            marker={"size": 6, "color": colours.primary},
            text=[
                f"{month:%Y-%m}  <b>"
                + (
                    text("people.hidden", lang)
                    if count is None
                    else text("people.stock.person_count", lang, count=numbers_text.number(count))
                )
                + "</b>"
                for month, count in zip(months["period_start_date"], counts, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    )
    known = [count for count in counts if count is not None]
    if known:
        # Chance must look like chance: the axis spans a fifth of the roll at least.
        low, high = min(known), max(known)
        room = max(0.2 * high - (high - low), 0) / 2 + 0.05 * (high - low)
        figure.update_yaxes(range=[max(low - room, 0), high + room], tickformat=",d")
    figure.update_layout(margin={"b": 32, "t": 12})
    return figure


def moves_chart(moves: Sequence[Moves], *, lang: Lang, colours: Colours) -> go.Figure:
    """Persons who joined above the line and those who left below it, a bar as wide as its months.

    Months taken together have the height of their mean, so that an area of the chart means a
    number of persons; they and the last month, not over yet, are hatched.

    Returns:
        Traces in this order: joined, left, net.
    """
    figure = go.Figure(layout=base_layout(colours, height=HEIGHT, barmode="relative", bargap=0))
    middles = [move.first + (move.last - move.first) / 2 for move in moves]
    widths = [((move.last - move.first).days + 1) * MILLISECONDS_A_DAY * FILLED for move in moves]
    hover = [_hover(move, lang) for move in moves]
    shapes = ["/" if move.month_count > 1 or _is_open(move) else "" for move in moves]
    for name, colour, heights in (
        ("joined", colours.series[2], [move.joined_count / move.month_count for move in moves]),
        ("left", colours.series[1], [-move.left_count / move.month_count for move in moves]),
    ):
        figure.add_trace(
            go.Bar(
                x=middles,
                y=heights,
                width=widths,
                name=text(f"people.moves.{name}", lang),
                marker={
                    "color": colour,
                    "pattern": {"shape": shapes, "fgcolor": colours.surface, "size": 5},
                },
                text=hover,
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=middles,
            y=[(move.joined_count - move.left_count) / move.month_count for move in moves],
            mode="lines+markers",
            name=text("people.moves.net", lang),
            line={"color": colours.ink, "width": 1.4},
            marker={"size": 4, "color": colours.ink},
            hoverinfo="skip",
        )
    )
    figure.update_yaxes(
        title={
            "text": text("people.moves.axis", lang),
            "font": {"size": 11, "color": colours.muted},
            "standoff": 4,
        },
        zeroline=True,
        zerolinecolor=colours.muted,
    )
    figure.update_layout(margin={"l": 52, "t": 12, "b": 48})
    return figure


def days_of(move: Moves) -> str:
    """Its months, or its days where the last one is not over."""
    if _is_open(move):
        return f"{move.first:%Y-%m} – {move.last:%Y-%m-%d}"
    if move.month_count == 1:
        return f"{move.first:%Y-%m}"
    return f"{move.first:%Y-%m} – {move.last:%Y-%m}"


def _is_open(move: Moves) -> bool:
    """Whether its last month is not over."""
    return (move.last + timedelta(days=1)).day != 1


def _hover(move: Moves, lang: Lang) -> str:
    words = text(
        "people.moves.hover",
        lang,
        days=days_of(move),
        joined=numbers_text.number(move.joined_count),
        left=numbers_text.number(move.left_count),
    )
    if move.month_count == 1:
        return words
    return f"{words}<br>{text('people.moves.together', lang, count=move.month_count)}"
