"""A flow through stages as an SVG picture: what comes into each stage and what becomes of it.

Stages stand in columns from left to right, each a step lower than the one before: what leaves a
stage for good ends above the next stage, so no band runs through a label. A band that skips stages
is led below them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal

from dashboards.theme import FONT, Colours

Tone = Literal["stage", "good", "bad", "fair", "muted"]

COLUMN = 182.0
"""From one column to the next; the last has as much beside it for its labels."""
BAR = 12.0
TALLEST = 250.0
"""Height of all that comes in."""
LABEL_ROOM = 38.0
"""Above a stage: its name and its count."""
END_ROOM = 18.0
"""Least height of an end, so that its label has a line."""
GAP = 6.0
TOP = 6.0
LEAST_BAND = 1.0


@dataclass(frozen=True)
class Node:
    """A stage or an end.

    Attributes:
        column: place from the left, 0 first.
        is_end: what comes here stays; its label stands beside it, a stage's above it.
        note: below or behind the label, such as the count.
    """

    key: str
    label: str
    note: str
    column: int
    tone: Tone
    is_end: bool = False


@dataclass(frozen=True)
class Link:
    """How many went from one node to another; `title` says it in words."""

    source: str
    target: str
    count: int
    title: str


@dataclass
class _Place:
    """A node in the picture; `node` is null where a band passes a column."""

    node: Node | None
    column: int
    size: float
    top: float = 0.0
    sent: float = 0.0
    received: float = 0.0


def sums(links: Sequence[Link]) -> tuple[dict[str, int], dict[str, int]]:
    """What comes into each node and what leaves it."""
    into: dict[str, int] = {}
    out: dict[str, int] = {}
    for link in links:
        into[link.target] = into.get(link.target, 0) + link.count
        out[link.source] = out.get(link.source, 0) + link.count
    return into, out


def sankey(nodes: Sequence[Node], links: Sequence[Link], *, colours: Colours) -> str:
    """The picture as SVG; nodes of a column in the order given, those with nothing left out.

    Raises:
        ValueError: a link that does not lead to a later column.
    """
    links = [link for link in links if link.count > 0]
    into, out = sums(links)
    weight = {
        node.key: max(into.get(node.key, 0), out.get(node.key, 0))
        for node in nodes
        if node.key in into or node.key in out
    }
    places, ways = _places(nodes, links, weight)
    width = (max((place.column for place in places), default=0) + 1) * COLUMN
    height = _stack(places) + TOP
    bands = _bands(links, places, ways, colours, _scale(weight))
    named = [_named(place, colours) for place in places if place.node]
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:.1f}" '
            f'width="{width:g}" height="{height:.1f}" font-family="{escape(FONT)}" '
            f'font-size="13" class="sankey">',
            f'<rect width="100%" height="100%" fill="{colours.surface}"/>',
            *bands,
            *named,
            "</svg>",
        ]
    )


def _scale(weight: dict[str, int]) -> float:
    return TALLEST / max(weight.values(), default=1)


def _places(
    nodes: Sequence[Node], links: Sequence[Link], weight: dict[str, int]
) -> tuple[list[_Place], dict[Link, list[_Place]]]:
    """Places of nodes, then of what passes their columns; and each link's way through them."""
    scale = _scale(weight)
    by_key = {
        node.key: _Place(node, node.column, weight[node.key] * scale)
        for node in nodes
        if node.key in weight
    }
    places, ways = list(by_key.values()), {}
    for link in links:
        start, end = by_key[link.source], by_key[link.target]
        if end.column <= start.column:
            raise ValueError(f"{link.source} → {link.target}: does not lead to a later column")
        passed = [
            _Place(None, column, link.count * scale)
            for column in range(start.column + 1, end.column)
        ]
        places.extend(passed)
        ways[link] = [start, *passed, end]
    return places, ways


def _stack(places: list[_Place]) -> float:
    """Put the places of each column one below the other; returns where the lowest ends."""
    floor, lowest = TOP, TOP
    for column in range(max((place.column for place in places), default=0) + 1):
        top, next_floor = floor, floor
        for place in (place for place in places if place.column == column):
            if place.node is None:
                place.top = top
                top += place.size + GAP
            elif place.node.is_end:
                place.top = top + max(END_ROOM - place.size, 0.0) / 2
                top += max(place.size, END_ROOM) + GAP
            else:
                place.top = next_floor = top + LABEL_ROOM
                top = place.top + place.size + GAP
        floor = next_floor
        lowest = max(lowest, top)
    return lowest


def _bands(
    links: Sequence[Link],
    places: list[_Place],
    ways: dict[Link, list[_Place]],
    colours: Colours,
    scale: float,
) -> list[str]:
    """The bands, those that end highest leaving highest, and the same where they arrive."""
    leaves: dict[Link, float] = {}
    arrives: dict[Link, float] = {}
    for link in sorted(links, key=lambda link: _order(ways[link][1], places)):
        start = ways[link][0]
        leaves[link] = start.top + start.sent
        start.sent += link.count * scale
    for link in sorted(links, key=lambda link: _order(ways[link][-2], places)):
        end = ways[link][-1]
        arrives[link] = end.top + end.received
        end.received += link.count * scale
    drawn = []
    for link in links:
        way = ways[link]
        tops = [leaves[link], *(place.top for place in way[1:-1]), arrives[link]]
        points = [(place.column * COLUMN, top) for place, top in zip(way, tops, strict=True)]
        end_node = way[-1].node
        tone = _colour(end_node.tone if end_node else "stage", colours)
        path = _ribbon(points, max(link.count * scale, LEAST_BAND))
        drawn.append(
            f'<path d="{path}" fill="{tone}" fill-opacity="0.3" class="sankey-band">'
            f"<title>{escape(link.title)}</title></path>"
        )
    return drawn


def _order(place: _Place, places: list[_Place]) -> tuple[float, int]:
    return place.top, places.index(place)


def _ribbon(points: Sequence[tuple[float, float]], thick: float) -> str:
    """There along the upper edge, back along the lower one."""
    there = [(x + (BAR if number == 0 else 0), y) for number, (x, y) in enumerate(points)]
    parts = [f"M{there[0][0]:.1f},{there[0][1]:.1f}"]
    parts += [_curve(one, other) for one, other in pairwise(there)]
    back = [(x, y + thick) for x, y in reversed(there)]
    parts.append(f"L{back[0][0]:.1f},{back[0][1]:.1f}")
    parts += [_curve(one, other) for one, other in pairwise(back)]
    return "".join([*parts, "Z"])


def _curve(one: tuple[float, float], other: tuple[float, float]) -> str:
    middle = (one[0] + other[0]) / 2
    return f"C{middle:.1f},{one[1]:.1f} {middle:.1f},{other[1]:.1f} {other[0]:.1f},{other[1]:.1f}"


def _named(place: _Place, colours: Colours) -> str:
    """A node's bar with its label."""
    node = place.node
    if node is None:
        return ""
    x = node.column * COLUMN
    size = max(place.size, LEAST_BAND)
    bar = (
        f'<rect x="{x:g}" y="{place.top:.1f}" width="{BAR:g}" height="{size:.1f}" rx="1.5" '
        f'fill="{_colour(node.tone, colours)}"><title>{escape(node.label)} {escape(node.note)}'
        "</title></rect>"
    )
    label, note = escape(node.label), escape(node.note)
    if node.is_end:
        middle = place.top + size / 2 + 4.5
        return (
            f'{bar}<text x="{x + BAR + 6:g}" y="{middle:.1f}" fill="{colours.ink}">{label} '
            f'<tspan fill="{colours.muted}" class="sankey-count">{note}</tspan></text>'
        )
    return (
        f'{bar}<text x="{x:g}" y="{place.top - 22:.1f}" fill="{colours.ink}" font-weight="600">'
        f'{label}</text><text x="{x:g}" y="{place.top - 6:.1f}" fill="{colours.muted}">{note}'
        "</text>"
    )


def _colour(tone: Tone, colours: Colours) -> str:
    named: dict[Tone, Callable[[Colours], str]] = {
        "stage": lambda scheme: scheme.primary,
        "good": lambda scheme: scheme.good,
        "bad": lambda scheme: scheme.bad,
        "fair": lambda scheme: scheme.fair,
        "muted": lambda scheme: scheme.muted,
    }
    return named[tone](colours)
