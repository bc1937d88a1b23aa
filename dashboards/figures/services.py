"""Service items by how often and how slow, and applications by the visits they took."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.data.services import Item, Visits
from dashboards.figures.layout import base_layout
from dashboards.figures.log_ticks import log_axis
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

ITEM_HEIGHT = 380
VISIT_HEIGHT = 240
MOST_NAMED = 5


def item_plot(
    items: Sequence[Item], *, hrefs: Sequence[str], chosen: str, lang: Lang, colours: Colours
) -> go.Figure:
    """Median days by applications submitted; most to be gained is at the top right.

    Args:
        items: those with a median; `hrefs` says where each one's mark leads.
    """
    figure = go.Figure(layout=base_layout(colours, height=ITEM_HEIGHT))
    days = [item.figures[0].value if item.figures[0] else None for item in items]
    counts = [item.submitted_count for item in items]
    named = _named(items, days, chosen)
    figure.add_trace(
        go.Scatter(
            x=counts,
            y=days,
            mode="markers+text",
            marker={
                "size": [13 if item.code == chosen else 9 for item in items],
                "color": [
                    colours.series[1] if item.code == chosen else colours.series[0]
                    for item in items
                ],
                "symbol": ["diamond" if item.code == chosen else "circle" for item in items],
                "opacity": 0.85,
                "line": {"color": colours.surface, "width": 1},
            },
            text=[item.name if item.code in named else "" for item in items],
            # The item asked for most is at the right edge; its name would run out of the chart.
            textposition=[
                "middle left" if count == max(counts) else "top center" for count in counts
            ],
            textfont={"size": 11, "color": colours.ink},
            hovertext=[
                text(
                    "services.items.hover",
                    lang,
                    name=item.name,
                    count=numbers_text.number(item.submitted_count),
                    days=numbers_text.number(value, 1),
                )
                for item, value in zip(items, days, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
            customdata=list(hrefs),
            showlegend=False,
            cliponaxis=False,
        )
    )
    return figure.update_layout(
        xaxis={
            **log_axis(min(counts) * 0.8, max(counts) * 1.25),
            "range": [math.log10(min(counts) * 0.8), math.log10(max(counts) * 1.25)],
            "title": _title(text("services.items.x", lang), colours),
        },
        yaxis={"rangemode": "tozero", "title": _title(text("services.items.y", lang), colours)},
        margin={"l": 56, "t": 16, "b": 46, "r": 20},
    )


def _title(words: str, colours: Colours) -> dict[str, object]:
    return {"text": words, "font": {"size": 11, "color": colours.muted}, "standoff": 6}


def _named(items: Sequence[Item], days: Sequence[float | None], chosen: str) -> set[str]:
    """The items worth a name: those that cost most days in all, and the chosen one."""
    cost = {
        item.code: item.submitted_count * (value or 0)
        for item, value in zip(items, days, strict=True)
    }
    return {*sorted(cost, key=lambda code: -cost[code])[:MOST_NAMED], chosen}


def visit_bars(visits: Visits, *, lang: Lang, colours: Colours) -> go.Figure:
    """One bar a number of visits, the last class open; one visit at most is the promise."""
    last = len(visits.counts) - 1
    names = [
        text("services.visits.class" if number < last else "services.visits.last", lang, n=number)
        for number in range(len(visits.counts))
    ]
    shares = [100 * count / visits.known_count for count in visits.counts]
    figure = go.Figure(layout=base_layout(colours, height=VISIT_HEIGHT, bargap=0.35))
    figure.add_trace(
        go.Bar(
            x=names,
            y=list(visits.counts),
            marker={
                "color": [
                    colours.series[2] if number <= 1 else colours.series[1]
                    for number in range(len(names))
                ]
            },
            text=[
                f"{numbers_text.number(count)}<br>{numbers_text.number(share, 1)}%"
                for count, share in zip(visits.counts, shares, strict=True)
            ],
            textposition="outside",
            textfont={"size": 11, "color": colours.ink},
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
        )
    )
    return figure.update_layout(
        xaxis={"tickformat": "", "type": "category", "tickfont": {"size": 12}},
        yaxis={"visible": False, "range": [0, 1.25 * max(visits.counts, default=1)]},
        margin={"l": 12, "t": 12, "b": 28},
    )
