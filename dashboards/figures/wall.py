"""Pictures of the wall screen, as SVG: ten units of a picture are one unit of the screen.

Their texts are at least 16 units high, which is legible at five metres on a wall of full HD.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from math import isfinite, log

import polars as pl

from dashboards import numbers_text
from dashboards.theme import Colours
from warehouse.analysis.funnel import Funnel
from warehouse.analysis.trends import Chart
from warehouse.catalogue import Kpi

TEXT = 16
SPARK = (250, 118)
FUNNEL = (430, 330)
DAYS = (360, 250)
Point = tuple[float, float]
Scale = Callable[[float], float]


def control_svg(
    chart: Chart,
    *,
    target: float | None,
    programme_start: date | None,
    colours: Colours,
) -> str:
    """Months with their control limits: band, centre, target, start of the programme, signals."""
    width, height = SPARK
    rows = chart.rows
    values = rows["value"].to_list()
    bounds = [
        value
        for name in ("low", "high", "centre")
        for value in rows[name].to_list()
        if value is not None and isfinite(value)
    ]
    y = _scale([*values, *bounds, *([] if target is None else [target])], height - 26, 6)
    step = (width - 16) / max(len(values) - 1, 1)
    x: Scale = lambda number: 8 + number * step  # noqa: E731
    parts = [_open(width, height)]
    for number, row in enumerate(rows.iter_rows(named=True)):
        if row["low"] is None or row["high"] is None:
            continue
        top, bottom = y(row["high"]), y(row["low"])
        left = x(number) - step / 2
        parts.append(_rect(left, top, step + 0.1, bottom - top, colours.band))
        parts.append(
            _line((left, y(row["centre"])), (left + step, y(row["centre"])), colours.muted, 1)
        )
    if target is not None:
        parts.append(_line((8, y(target)), (width - 8, y(target)), colours.target, 1.6, "5 4"))
    months = rows["month"].to_list()
    if programme_start in months:
        at = x(months.index(programme_start)) - step / 2
        parts.append(_line((at, 2), (at, height - 22), colours.baseline, 1.4, "2 3"))
    places = [(x(number), y(value)) for number, value in enumerate(values)]
    parts.append(_polyline(places, colours.primary, 2.4))
    # Of one colour: months of the way up lie below the centre they lead to, which is nothing bad.
    for place, signal in zip(places, rows["signal"], strict=True):
        if signal:
            parts.append(_dot(place, 2.8, colours.fair))
    if places:
        parts.append(_dot(places[-1], 4.4, colours.ink))
        parts.append(_text(8, height - 4, f"{months[0]:%Y-%m}", colours.muted))
        parts.append(_text(width - 8, height - 4, f"{months[-1]:%Y-%m}", colours.muted, "end"))
    return "".join([*parts, "</svg>"])


def funnel_svg(
    found: Funnel,
    *,
    kpi: Kpi,
    names: Mapping[str, str],
    size_label: str,
    colours: Colours,
) -> str:
    """Areas by their size (on a log scale) and value between the control limits, the odd named."""
    width, height = FUNNEL
    rows = found.rows.sort("denominator")
    sizes = rows["denominator"].to_list()
    left, bottom = 58, height - 44
    low, high = log(sizes[0]), log(sizes[-1])
    x: Scale = lambda size: (  # noqa: E731
        left + 14 + (log(size) - low) / ((high - low) or 1) * (width - left - 34)
    )
    limits = [value for name in ("low_95", "high_95") for value in rows[name]]
    y = _scale([*rows["value"], *limits], bottom - 8, 20)
    parts = [_open(width, height)]
    sign = "%" if kpi.unit == "percent" else ""
    for value in _ticks([*rows["value"], *limits]):
        if y(value) > bottom:
            continue
        parts.append(_line((left, y(value)), (width, y(value)), colours.line, 1))
        shown = numbers_text.amount(value, kpi) + sign
        parts.append(_text(left - 8, y(value) + 5, shown, colours.muted, "end"))
    upper = [(x(size), y(value)) for size, value in zip(sizes, rows["high_95"], strict=True)]
    lower = [(x(size), y(value)) for size, value in zip(sizes, rows["low_95"], strict=True)]
    outline = " ".join(f"{px:.1f},{py:.1f}" for px, py in [*upper, *reversed(lower)])
    parts.append(f'<polygon points="{outline}" fill="{colours.band}"/>')
    parts.append(
        _line((left, y(found.centre)), (width, y(found.centre)), colours.primary, 1.6, "6 4")
    )
    parts += _marks(rows, x, y, names, colours)
    for size, anchor in ((sizes[0], "start"), (sizes[-1], "end")):
        parts.append(_text(x(size), bottom + 18, numbers_text.number(size), colours.muted, anchor))
    parts.append(_text((left + width) / 2, height - 6, size_label, colours.muted, "middle"))
    return "".join([*parts, "</svg>"])


def _marks(
    rows: pl.DataFrame, x: Scale, y: Scale, names: Mapping[str, str], colours: Colours
) -> list[str]:
    tones = {"better": colours.good, "worse": colours.bad}
    parts, taken = [], list[tuple[float, float, bool]]()
    for row in rows.iter_rows(named=True):
        place = (x(row["denominator"]), y(row["value"]))
        tone = tones.get(row["judgement"] or "", colours.muted)
        if row["limit"] is None:
            parts.append(_dot(place, 4, tone))
            continue
        px, py = place
        parts.append(f'<path d="M{px:.1f} {py - 7:.1f}l7 7l-7 7l-7 -7z" fill="{tone}"/>')
        is_right = px < FUNNEL[0] * 0.62
        if _is_taken(place, taken, is_right=is_right):
            is_right = not is_right
        if _is_taken(place, taken, is_right=is_right):
            continue  # It stands in the list beside.
        taken.append((px, py, is_right))
        parts.append(
            _text(
                px + (12 if is_right else -12),
                py + 5,
                names.get(row["area_code"], row["area_code"]),
                colours.ink,
                "start" if is_right else "end",
            )
        )
    return parts


def _is_taken(place: Point, taken: Sequence[tuple[float, float, bool]], *, is_right: bool) -> bool:
    """Whether a name on this side of a mark would stand on another name."""
    return any(
        side == is_right and abs(place[0] - x) < 90 and abs(place[1] - y) < TEXT + 2
        for x, y, side in taken
    )


def days_svg(days: pl.DataFrame, *, colours: Colours) -> str:
    """New cases of the last days as bars, the closed ones as a line; rows: day, two counts."""
    width, height = DAYS
    bottom, left = height - 26, 52
    top = max(*days["new_count"], *days["closed_count"], 1)
    y: Scale = lambda count: bottom - count / top * (bottom - 12)  # noqa: E731
    step = (width - left) / days.height
    parts = [_open(width, height)]
    for count in (0, top // 2, top):
        parts.append(_line((left, y(count)), (width, y(count)), colours.line, 1))
        parts.append(
            _text(left - 8, y(count) + 5, numbers_text.number(count), colours.muted, "end")
        )
    for number, count in enumerate(days["new_count"]):
        parts.append(
            _rect(left + number * step + 1, y(count), step - 2, bottom - y(count), colours.primary)
        )
    places = [
        (left + (number + 0.5) * step, y(count))
        for number, count in enumerate(days["closed_count"])
    ]
    parts.append(_polyline(places, colours.series[1], 2.6))
    first, last = days["day"][0], days["day"][-1]
    parts.append(_text(left, height - 5, f"{first:%m-%d}", colours.muted))
    parts.append(_text(width, height - 5, f"{last:%m-%d}", colours.muted, "end"))
    return "".join([*parts, "</svg>"])


def _scale(values: Sequence[float], bottom: float, top: float) -> Scale:
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high == low:
        low, high = low - 0.5, high + 0.5
    return lambda value: bottom - (value - low) / (high - low) * (bottom - top)


def _ticks(values: Sequence[float]) -> list[float]:
    """Three to six round values within the range."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    size = 10.0 ** int(f"{span:e}".split("e")[1])
    step = next(part * size for part in (0.2, 0.5, 1, 2) if span / (part * size) <= 6)
    first = int(low / step) + (low > 0)
    return [round(number * step, 10) for number in range(first, int(high / step) + 1)]


def _open(width: float, height: float) -> str:
    return f'<svg viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">'


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
        f'height="{max(height, 0):.1f}" fill="{fill}"/>'
    )


def _line(one: Point, other: Point, stroke: str, width: float, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}" '
        f'stroke="{stroke}" stroke-width="{width}"{dashed}/>'
    )


def _polyline(places: Sequence[Point], stroke: str, width: float) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return (
        f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="{width}" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _dot(place: Point, radius: float, fill: str) -> str:
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius}" fill="{fill}"/>'


def _text(x: float, y: float, words: str, fill: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{TEXT}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
