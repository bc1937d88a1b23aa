"""Rain by the hour as small pictures, and the days behind an early alert."""

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from html import escape

import plotly.graph_objects as go
import polars as pl

from dashboards.data.rain_gauges import Gauge, Hour
from dashboards.figures.layout import base_layout
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

STEP, BAR = 9, 7
TOP, BASE, HEIGHT = 10, 62, 80
EVERY_HOURS = 6
ALERT_HEIGHT = 250


def gauge_bars(gauge: Gauge, *, scale_mm: float, zone: tzinfo, colours: Colours, label: str) -> str:
    """A gauge's hours as bars: solid observed, hollow forecast, hatched where nothing is known.

    Args:
        scale_mm: rain of an hour that is as high as the picture; that of all gauges side by side.
        label: what is to be seen.
    """
    awaited = [hour for hour in gauge.hours if hour.is_awaited and hour.rain_mm is None]
    past = [hour for hour in gauge.hours if hour not in awaited]
    hours = [*past, *gauge.forecast]
    width = STEP * len(hours)
    now = STEP * len(past)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}" preserveAspectRatio="none" class="warnings-bars">',
        f'<line x1="0" x2="{width}" y1="{BASE}" y2="{BASE}" stroke="{colours.line}"/>',
    ]
    for number, hour in enumerate(hours):
        parts.append(_bar(hour, number * STEP, number < len(past), scale_mm, colours))
    parts.append(
        f'<line x1="{now}" x2="{now}" y1="2" y2="{BASE + 3}" stroke="{colours.ink}" '
        'stroke-dasharray="2 2"/>'
    )
    parts += _ticks(hours, zone, colours)
    return "".join([*parts, "</svg>"])


def _bar(hour: Hour, x: int, is_past: bool, scale_mm: float, colours: Colours) -> str:
    if is_past and hour.rain_mm is None:
        # A gap is as high as the picture: nobody knows how much fell.
        lines = "".join(
            f'<line x1="{x}" x2="{x + BAR}" y1="{y}" y2="{y - BAR}" stroke="{colours.bad}"/>'
            for y in range(TOP + BAR, BASE + 1, 6)
        )
        return (
            f'<g class="gap"><rect x="{x}" y="{TOP}" width="{BAR}" height="{BASE - TOP}" '
            f'fill="{colours.band}"/>{lines}</g>'
        )
    height = round((BASE - TOP) * min((hour.rain_mm or 0.0) / scale_mm, 1.0), 1)
    if not height:
        return ""
    look = (
        f'fill="{colours.primary}"'
        if is_past
        else f'fill="none" stroke="{colours.primary}" stroke-dasharray="2 1"'
    )
    return f'<rect x="{x + 0.5}" y="{BASE - height}" width="{BAR - 1}" height="{height}" {look}/>'


def _ticks(hours: Sequence[Hour], zone: tzinfo, colours: Colours) -> list[str]:
    """Every sixth hour of the clock, under the end of its bar."""
    ticks = []
    for number, hour in enumerate(hours):
        local = hour.end_at.astimezone(zone)
        x = (number + 1) * STEP
        if local.hour % EVERY_HOURS == 0 and 1 < number < len(hours) - 1:
            ticks.append(
                f'<text x="{x}" y="{HEIGHT - 5}" font-size="10" text-anchor="middle" '
                f'fill="{colours.muted}">{local:%H}</text>'
            )
    return ticks


def alert_chart(
    days: pl.DataFrame,
    *,
    raised: date,
    window_first: date | None,
    lang: Lang,
    colours: Colours,
) -> go.Figure:
    """Cases by day as bars, what was expected as a line, up to the limit a band.

    Args:
        days: `warehouse.alerts.pages.alert_days`.
        raised, window_first: the days that were judged together, marked.

    Returns:
        Traces in this order: limit, expected, observed.
    """
    figure = go.Figure(layout=base_layout(colours, height=ALERT_HEIGHT, bargap=0.25))
    shown = days["day"].to_list()
    first = window_first or raised
    hover = [
        f"{day:%Y-%m-%d}  <b>{seen}</b><br>"
        + text("warnings.alert.hover", lang, expected=f"{mean:.1f}", upper=upper)
        for day, seen, mean, upper in days.iter_rows()
    ]
    figure.add_trace(
        go.Scatter(
            x=shown,
            y=days["upper_count"].to_list(),
            mode="lines",
            line={"color": colours.bad, "width": 1.2, "dash": "dot", "shape": "hvh"},
            fill="tozeroy",
            fillcolor=colours.band,
            name=text("warnings.alert.upper", lang),
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=shown,
            y=days["expected_count"].to_list(),
            mode="lines",
            line={"color": colours.target, "width": 2},
            name=text("warnings.alert.expected", lang),
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Bar(
            x=shown,
            y=days["observed_count"].to_list(),
            marker={
                "color": [
                    colours.bad if first <= day <= raised else colours.primary for day in shown
                ]
            },
            name=text("warnings.alert.observed", lang),
            text=hover,
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_xaxes(tickformat="%m-%d", nticks=7)
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(margin={"t": 14, "b": 48, "l": 34})
    figure.add_vrect(
        x0=str(first - timedelta(days=1)) + "T12:00",
        x1=str(raised) + "T12:00",
        line_width=0,
        fillcolor=colours.band,
        layer="below",
    )
    return figure
