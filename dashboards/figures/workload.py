"""What comes in and goes out, and what stays: two axes of time, one above the other."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.data.departments import Flow, Load
from dashboards.figures.layout import base_layout
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

HEIGHT = 340
LINE_HEIGHT = 26
FADED = 0.45
DAYS_A_WEEK = 7
MOST_TICKS = 8


def workload(flows: Sequence[Flow], *, lang: Lang, colours: Colours, whole_days: int) -> go.Figure:
    """Bars of what was reported and what left, above the line of what was open at the end.

    Args:
        whole_days: fewest days of a whole week or month; a cut one is drawn paler.

    Returns:
        Traces in this order: reported, left, open.
    """
    pattern = "%m-%d" if whole_days <= DAYS_A_WEEK else "%Y-%m"
    if flows and flows[0].figure.row["period_start_date"].year != _last(flows).year:
        pattern = pattern.replace("%m-%d", "%y-%m-%d")
    # Spans of equal width side by side, a cut one too: on an axis of time it would be a sliver.
    days = [f"{flow.figure.row['period_start_date']:{pattern}}" for flow in flows]
    step = -(-len(days) // MOST_TICKS) or 1
    opacity = [1.0 if flow.day_count >= whole_days else FADED for flow in flows]
    figure = go.Figure(layout=base_layout(colours, height=HEIGHT, barmode="group", bargap=0.25))
    for key, counts, colour in (
        ("reported", [flow.reported_count for flow in flows], colours.series[0]),
        ("left", [flow.left_count for flow in flows], colours.series[2]),
    ):
        figure.add_trace(
            go.Bar(
                x=days,
                y=counts,
                name=text(f"departments.flow.{key}", lang),
                marker={"color": colour, "opacity": opacity},
                text=[
                    text(
                        f"departments.flow.{key}.hover",
                        lang,
                        day=flow.figure.row["period_start_date"].isoformat(),
                        days=flow.day_count,
                        count=numbers_text.number(count),
                    )
                    for flow, count in zip(flows, counts, strict=True)
                ],
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=days,
            y=[flow.figure.value for flow in flows],
            name=text("departments.flow.open", lang),
            mode="lines+markers",
            line={"color": colours.series[1], "width": 2},
            marker={"size": 6, "symbol": "diamond"},
            yaxis="y2",
            text=[
                text(
                    "departments.flow.open.hover",
                    lang,
                    day=flow.figure.row["period_start_date"].isoformat(),
                    count=numbers_text.number(flow.figure.value),
                )
                for flow in flows
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    axis = figure.layout.yaxis.to_plotly_json()
    figure.update_layout(
        yaxis={"domain": [0.42, 1.0], "rangemode": "tozero", "nticks": 5, "tickformat": ",d"},
        yaxis2={
            **axis,
            "domain": [0.0, 0.32],
            "rangemode": "tozero",
            "nticks": 3,
            "tickformat": ",d",
        },
        xaxis={"anchor": "y2", "tickformat": "", "type": "category", "tickvals": days[::step]},
        legend={"y": 1.02, "yanchor": "bottom"},
        margin={"t": 34, "b": 30},
    )
    return figure


def _last(flows: Sequence[Flow]) -> date:
    day: date = flows[-1].figure.row["period_start_date"]
    return day


def age_bands(
    loads: Sequence[Load],
    *,
    names: Sequence[str],
    hrefs: Sequence[str],
    chosen: str,
    lang: Lang,
    colours: Colours,
    ramp: Sequence[str],
) -> go.Figure:
    """One bar a department, the fullest on top, split by how long cases have been open.

    Args:
        names: of the bands, youngest first, as many as there are colours in `ramp`.
        hrefs: where each department's bar leads.
    """
    figure = go.Figure(
        layout=base_layout(
            colours, height=90 + LINE_HEIGHT * len(loads), barmode="stack", bargap=0.3
        )
    )
    labels = [_label(load, chosen) for load in loads]
    for number, name in enumerate(names):
        counts = [load.ages[number] for load in loads]
        figure.add_trace(
            go.Bar(
                x=counts,
                y=labels,
                orientation="h",
                name=name,
                marker={
                    "color": ramp[number],
                    "line": {"color": colours.surface, "width": 1},
                },
                customdata=list(hrefs),
                text=[
                    f"{load.name} · {name}<br><b>{numbers_text.number(count)}</b> "
                    + text("unit.cases", lang)
                    for load, count in zip(loads, counts, strict=True)
                ],
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=[sum(load.ages) for load in loads],
            y=labels,
            mode="text",
            text=[f" {numbers_text.number(sum(load.ages))}" for load in loads],
            textposition="middle right",
            textfont={"color": colours.muted, "size": 11},
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
        )
    )
    return figure.update_layout(
        xaxis={"tickformat": "", "showgrid": True, "rangemode": "tozero", "nticks": 5},
        yaxis={
            "autorange": "reversed",
            "automargin": True,
            "showgrid": False,
            "dtick": 1,
            "tickfont": {"size": 12, "color": colours.ink},
        },
        legend={"y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        margin={"l": 10, "r": 40, "t": 30, "b": 28},
    )


def _label(load: Load, chosen: str) -> str:
    return f"<b>{load.name}</b>" if load.code == chosen else load.name
