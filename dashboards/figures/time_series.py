"""Lines of one KPI over time, side by side or with last year's under them, and what may explain
them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.data.trend_days import MarkedDays
from dashboards.data.trends import KpiTrend, Point, Series
from dashboards.figures.day_marks import mark_days
from dashboards.figures.layout import base_layout
from dashboards.figures.levels import rule
from dashboards.figures.periods import period_name, ticks
from dashboards.i18n import Lang, text
from dashboards.theme import Colours
from dashboards.view import Unit
from warehouse.catalogue import Kpi

SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "pentagon",
    "hexagon",
    "triangle-down",
    "star",
)
DASHES = ("solid", "dash", "dashdot", "longdash", "solid", "dash", "dashdot", "longdash")
MOST_WITH_SIGNS = 70
"""Points of a line beyond which their signs would run into each other."""
MOST_ENTRIES_A_ROW = 5
ROW_HEIGHT = 20
ROOM = 0.02
FAR = 3
HEIGHT = 280


@dataclass(frozen=True)
class Drawing:
    """How a chart is drawn: its period, unit, language and colours, and where points lead."""

    first: date
    last: date
    unit: Unit
    lang: Lang
    colours: Colours
    link: Callable[[Kpi, Point], str]


def time_series(
    trend: KpiTrend, *, baseline: float | None, marked: MarkedDays, drawing: Drawing
) -> go.Figure:
    """The chart of one KPI.

    A point without a value is a gap; a provisional one is drawn hollow; one whose unit is cut short
    is left out of the line of what grows with the days, and stands beside it.

    Args:
        baseline: the published level before, where it is about what the page is about.

    Returns:
        Traces: interval (of a single line that has one), target, baseline, last year's lines, the
        lines, cut units, suppressed points, rain days.
    """
    colours, kpi = drawing.colours, trend.kpi
    figure = go.Figure(layout=base_layout(colours, height=HEIGHT))
    scale = 100 if kpi.unit == "percent" else 1
    drawn = [one for one in trend.series if one.points]
    if len(drawn) == 1:
        _add_band(figure, drawn[0], kpi, drawing, scale)
    _add_rules(figure, drawn, kpi, baseline, drawing, scale)
    for number, one in enumerate(drawn):
        if one.last_year:
            figure.add_trace(_line(one, number, len(drawn), kpi, drawing, is_last_year=True))
    for number, one in enumerate(drawn):
        figure.add_trace(_line(one, number, len(drawn), kpi, drawing))
    _add_cut(figure, drawn, kpi, drawing)
    _add_suppressed(figure, drawn, drawing)
    mark_days(figure, marked, (drawing.first, drawing.last), lang=drawing.lang, colours=colours)
    _set_axes(figure, drawn, kpi, drawing)
    return figure


def _style(number: int, one: Series, count: int, colours: Colours) -> tuple[str, str, str]:
    """Colour, sign and dashes of a line; what the page is about is quiet beside others."""
    if count == 1:
        return colours.primary, "circle", "solid"
    if not one.line.key:
        return colours.muted, "line-ew", "dot"
    return colours.series[number], SYMBOLS[number], DASHES[number]


def _line(
    one: Series,
    number: int,
    count: int,
    kpi: Kpi,
    drawing: Drawing,
    *,
    is_last_year: bool = False,
) -> go.Scatter:
    colours = drawing.colours
    colour, symbol, dash = _style(number, one, count, colours)
    points = one.last_year if is_last_year else one.points
    shown = [_in_line(point, kpi) for point in points]
    has_signs = len(points) <= MOST_WITH_SIGNS and not is_last_year
    return go.Scatter(
        x=[point.at for point in points],
        y=shown,
        mode="lines+markers" if has_signs else "lines",
        # Last year's lines are thin and dotted, each in the colour of its own: one entry for all.
        name=text("trends.overlay", drawing.lang) if is_last_year else one.line.name,
        opacity=0.6 if is_last_year else 1,
        line={
            "color": colour,
            "width": 1.5 if is_last_year else 2.2,
            "dash": "dot" if is_last_year else dash,
        },
        marker={
            "size": 7,
            "color": colour,
            "symbol": [
                f"{symbol}-open" if point.figure.row["is_provisional"] else symbol
                for point in points
            ],
            "line": {"color": colour, "width": 1.6},
        },
        text=[hover(one.line.name, point, kpi, drawing) for point in points],
        customdata=[drawing.link(kpi, point) for point in points],
        hovertemplate="%{text}<extra></extra>",
        legendgroup="last_year" if is_last_year else one.line.key,
        showlegend=number == 0 if is_last_year else count > 1 or bool(one.last_year),
    )


def _in_line(point: Point, kpi: Kpi) -> float | None:
    return None if point.is_partial and kpi.grows_with_days else point.figure.shown


def hover(name: str, point: Point, kpi: Kpi, drawing: Drawing) -> str:
    """What a point says: whose it is, of which days, value, interval, and what to mind."""
    lang, row = drawing.lang, point.figure.row
    when = period_name(point.start, point.end, drawing.unit, lang)
    lines = [f"{name} · {when}", f"<b>{numbers_text.value(point.figure.value, kpi, lang)}</b>"]
    if row["interval_low"] is not None:
        between = numbers_text.interval(row["interval_low"], row["interval_high"], kpi)
        lines.append(f"{text('trend.interval', lang)} {between}")
    if row["is_provisional"]:
        lines.append(text("trend.provisional", lang))
    if point.is_partial:
        count = (point.end - point.start).days
        lines.append(text("trends.partial.days", lang, count=count))
    return "<br>".join(lines)


def _add_band(figure: go.Figure, one: Series, kpi: Kpi, drawing: Drawing, scale: int) -> None:
    """The 95 % band, in as many pieces as the line has: it does not bridge gaps."""
    pieces: list[list[Point]] = [[]]
    for point in one.points:
        if point.figure.row["interval_low"] is None or _in_line(point, kpi) is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    x: list[date | None] = []
    y: list[float | None] = []
    for piece in pieces:
        if not piece:
            continue
        days = [point.at for point in piece]
        low = [point.figure.row["interval_low"] * scale for point in piece]
        high = [point.figure.row["interval_high"] * scale for point in piece]
        x += [*days, *days[::-1], None]
        y += [*high, *low[::-1], None]
    if not x:
        return
    figure.add_trace(
        go.Scatter(
            x=x[:-1],
            y=y[:-1],
            fill="toself",
            fillcolor=drawing.colours.band,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            name=text("trend.interval", drawing.lang),
        )
    )


def _add_rules(
    figure: go.Figure,
    drawn: Sequence[Series],
    kpi: Kpi,
    baseline: float | None,
    drawing: Drawing,
    scale: int,
) -> None:
    colours, lang = drawing.colours, drawing.lang
    points = drawn[-1].points if drawn else ()
    days = [point.at for point in points]
    targets = [point.figure.row["target"] for point in points]
    known = [target for target in targets if target is not None]
    if known:
        name = text("trend.target", lang, value=numbers_text.value(known[-1], kpi, lang))
        y = [None if target is None else target * scale for target in targets]
        figure.add_trace(rule(days, y, colours.target, "dash", name))
    if baseline is not None and days:
        name = text("trend.baseline", lang, value=numbers_text.value(baseline, kpi, lang))
        level: list[float | None] = [baseline * scale] * len(days)
        if _is_far(baseline * scale, drawn, kpi, scale):
            # It would press the lines flat; what it is stands in the legend all the same.
            name, level = text("trends.outside", lang, what=name), [None] * len(days)
        figure.add_trace(rule(days, level, colours.baseline, "dot", name))


def _is_far(level: float, drawn: Sequence[Series], kpi: Kpi, scale: int) -> bool:
    """Whether a level lies so far off that lines and target would take a third of the height."""
    points = [point for one in drawn for point in (*one.points, *one.last_year)]
    values = [point.figure.shown for point in points if point.figure.shown is not None]
    values += [
        point.figure.row["target"] * scale
        for point in points
        if point.figure.row["target"] is not None
    ]
    if not values:
        return False
    low, high = min(values), max(values)
    if kpi.unit != "percent":
        low = min(low, 0.0)
    return max(high, level) - min(low, level) > FAR * max(high - low, abs(high) * ROOM)


def _add_cut(figure: go.Figure, drawn: Sequence[Series], kpi: Kpi, drawing: Drawing) -> None:
    """Units cut short of what grows with the days: beside the line, not in it."""
    if not kpi.grows_with_days:
        return
    for number, one in enumerate(drawn):
        cut = [point for point in one.points if point.is_partial]
        if not cut:
            continue
        colour, _, _ = _style(number, one, len(drawn), drawing.colours)
        figure.add_trace(
            go.Scatter(
                x=[point.at for point in cut],
                y=[point.figure.shown for point in cut],
                mode="markers",
                marker={"symbol": "x-thin", "size": 8, "line": {"color": colour, "width": 1.6}},
                text=[hover(one.line.name, point, kpi, drawing) for point in cut],
                customdata=[drawing.link(kpi, point) for point in cut],
                hovertemplate="%{text}<extra></extra>",
                name=text("trends.partial", drawing.lang),
                showlegend=number == 0,
            )
        )


def _add_suppressed(figure: go.Figure, drawn: Sequence[Series], drawing: Drawing) -> None:
    """Where a value is not shown, a sign at the foot says so."""
    found = [
        (one, point) for one in drawn for point in one.points if point.figure.row["is_suppressed"]
    ]
    if not found:
        return
    word = text("value.suppressed", drawing.lang)
    figure.add_trace(
        go.Scatter(
            x=[point.at for _, point in found],
            y=[0.04] * len(found),
            yaxis="y2",
            mode="markers",
            marker={
                "symbol": "x-thin",
                "size": 7,
                "line": {"color": drawing.colours.muted, "width": 1.4},
            },
            text=[
                f"{one.line.name} · "
                f"{period_name(point.start, point.end, drawing.unit, drawing.lang)}<br>{word}"
                for one, point in found
            ],
            hovertemplate="%{text}<extra></extra>",
            name=word,
        )
    )


def _set_axes(figure: go.Figure, drawn: Sequence[Series], kpi: Kpi, drawing: Drawing) -> None:
    is_percent = kpi.unit == "percent"
    days = sorted({point.at for one in drawn for point in one.points})
    room = max((drawing.last - drawing.first) * ROOM, timedelta(days=1))
    places, words = ticks(days, drawing.unit)
    figure.update_xaxes(
        range=[drawing.first - room, drawing.last + room],
        tickmode="array",
        tickvals=places,
        ticktext=words,
        tickangle=0,
        type="date",
    )
    entries = sum(trace.showlegend is not False for trace in figure.data)
    rows = -(-entries // MOST_ENTRIES_A_ROW)
    figure.update_layout(
        height=HEIGHT + ROW_HEIGHT * max(rows - 1, 0),
        margin={"l": 52, "r": 14, "t": 24, "b": 64},
        yaxis={
            "ticksuffix": "%" if is_percent else "",
            "rangemode": "normal" if is_percent else "tozero",
        },
        yaxis2={
            "overlaying": "y",
            "range": [0, 1],
            "visible": False,
            "fixedrange": True,
        },
        legend={"y": -0.19},
    )
