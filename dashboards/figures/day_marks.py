"""Lines, stripes and words that mark days in a chart of time."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from dashboards.data.trend_days import Holiday, MarkedDays
from dashboards.figures.levels import shade
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

NAMED_HOLIDAY_DAYS = 200
"""Longest stretch of time in which holidays have their names."""
WIDE_LETTER, NARROW_LETTER = 0.024, 0.012
"""Width of a letter as a part of a narrow chart's."""
FEW_RAIN_DAYS = 40
"""Up to which their signs are large."""


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


def mark_days(
    figure: go.Figure,
    marked: MarkedDays,
    drawn: tuple[date, date],
    *,
    lang: Lang,
    colours: Colours,
) -> None:
    """Holidays as stripes with their names, the programme's start, rain warnings at the foot.

    Args:
        drawn: first and last day of the chart.
    """
    for holiday in marked.holidays:
        shade(figure, holiday.first, holiday.last + timedelta(days=1), colours.fair, 0.14)
    if marked.holidays:
        _name_holidays(figure, marked.holidays, drawn, lang=lang, colours=colours)
    if marked.programme_start:
        mark_start(figure, marked.programme_start, lang, colours, width=1.2)
    if marked.rain:
        figure.add_trace(
            go.Scatter(
                x=[rain.day for rain in marked.rain],
                y=[0.035] * len(marked.rain),
                yaxis="y2",
                mode="markers",
                marker={
                    "symbol": "triangle-down",
                    "size": 7 if len(marked.rain) <= FEW_RAIN_DAYS else 5,
                    "color": colours.series[5],
                },
                text=[
                    f"{rain.day}<br>"
                    + text("trends.rain.day", lang, colour=rain.colour, count=rain.warning_count)
                    for rain in marked.rain
                ],
                hovertemplate="%{text}<extra></extra>",
                name=text("trends.rain", lang),
            )
        )


def _name_holidays(
    figure: go.Figure,
    holidays: Sequence[Holiday],
    drawn: tuple[date, date],
    *,
    lang: Lang,
    colours: Colours,
) -> None:
    """A sign over each, which says its name; the name itself where there is room for it."""
    first, last = drawn
    length = (last - first).days + 1
    middles = [one.first + (one.last + timedelta(days=1) - one.first) / 2 for one in holidays]
    figure.add_trace(
        go.Scatter(
            x=middles,
            y=[0.97] * len(holidays),
            yaxis="y2",
            mode="markers",
            marker={"symbol": "square", "size": 6, "color": colours.fair, "opacity": 0.7},
            text=[
                f"{one.name}<br>{one.first}"
                + (f" – {one.last:%m-%d}" if one.last > one.first else "")
                for one in holidays
            ],
            hovertemplate="%{text}<extra></extra>",
            name=text("trends.holidays", lang),
        )
    )
    if length > NAMED_HOLIDAY_DAYS:
        return
    written = first - timedelta(days=length)
    for one, middle in zip(holidays, middles, strict=True):
        width = len(one.name) * (WIDE_LETTER if lang is Lang.ZH else NARROW_LETTER)
        if (middle - written).days >= width * length:
            write_above(figure, middle, one.name, colours)
            written = middle
