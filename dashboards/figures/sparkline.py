"""Sparkline: a small SVG picture, drawn here, so that eight of them cost the page nothing."""

from collections.abc import Sequence
from urllib.parse import quote

from dashboards.theme import Colours

WIDTH, HEIGHT, PAD = 128, 40, 4

Limits = tuple[float, float] | None


def points(
    values: Sequence[float | None], *, span: float = 0.0, count: int | None = None
) -> list[tuple[float, float] | None]:
    """Places of the values in the picture, the highest at the top; a missing value has none.

    Args:
        span: least range of values that the height stands for.
        count: how many of them follow one another across the picture; those after them only have
            a height.

    >>> points([0.0, None, 1.0])
    [(4.0, 36.0), None, (124.0, 4.0)]
    """
    known = [value for value in values if value is not None]
    if not known:
        return [None] * len(values)
    low, high = min(known), max(known)
    room = max(span - (high - low), 0.0) / 2 or (0.5 if high == low else 0.0)
    low, high = low - room, high + room
    step = step_of(values[:count])
    scale = (HEIGHT - 2 * PAD) / (high - low)
    return [
        None
        if value is None
        else (round(PAD + number * step, 1), round(HEIGHT - PAD - scale * (value - low), 1))
        for number, value in enumerate(values)
    ]


def sparkline(
    values: Sequence[float | None],
    *,
    provisional: Sequence[bool],
    colours: Colours,
    span: float = 0.0,
    limits: Sequence[Limits] = (),
    signals: Sequence[bool] = (),
) -> str:
    """The picture as SVG: a line with gaps where values are missing, its last point marked.

    The last point is hollow while its value is provisional.

    Args:
        limits: control limits beside the values: a band in place of the area below the line.
        signals: which values are more than noise: they are marked.
    """
    bounds = [bound for limit in limits if limit for bound in limit]
    places = points([*values, *bounds], span=span, count=len(values))
    bands = places[len(values) :]
    places = places[: len(values)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">'
    ]
    heights = [place[1] for place in bands if place]
    parts += _bands(limits, places, heights, step_of(values), colours)
    for run in _runs(places):
        line = " ".join(f"{x},{y}" for x, y in run)
        if len(run) > 1 and not limits:
            area = f"{run[0][0]},{HEIGHT} {line} {run[-1][0]},{HEIGHT}"
            parts.append(f'<polygon points="{area}" fill="{colours.band}"/>')
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colours.primary}" stroke-width="1.6" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
    for place, is_signal in zip(places, signals, strict=False):
        if place and is_signal:
            parts.append(f'<circle cx="{place[0]}" cy="{place[1]}" r="1.9" fill="{colours.bad}"/>')
    last = next((number for number in reversed(range(len(places))) if places[number]), None)
    if last is not None and (place := places[last]):
        fill = colours.surface if provisional[last] else colours.primary
        parts.append(
            f'<circle cx="{place[0]}" cy="{place[1]}" r="2.8" fill="{fill}" '
            f'stroke="{colours.primary}" stroke-width="1.6"/>'
        )
    return "".join([*parts, "</svg>"])


def step_of(values: Sequence[float | None]) -> float:
    """Width between two neighbours."""
    return (WIDTH - 2 * PAD) / max(len(values) - 1, 1)


def _bands(
    limits: Sequence[Limits],
    places: Sequence[tuple[float, float] | None],
    heights: Sequence[float],
    step: float,
    colours: Colours,
) -> list[str]:
    """A rectangle for each month with limits; neighbours touch."""
    parts, taken = [], iter(heights)
    for number, limit in enumerate(limits[: len(places)]):
        if limit is None:
            continue
        low, high = next(taken), next(taken)
        x, width = PAD + (number - 0.5) * step, step + 0.1
        parts.append(
            f'<rect x="{x:.1f}" y="{high}" width="{width:.1f}" height="{low - high:.1f}" '
            f'fill="{colours.band}"/>'
        )
    return parts


def as_address(svg: str) -> str:
    """The picture as an address for an image."""
    return f"data:image/svg+xml,{quote(svg)}"


def _runs(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]
