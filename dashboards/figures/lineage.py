"""A drawing of what is made of what: columns of boxes, joined from left to right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from dashboards.theme import FONT, Colours

GAP_ACROSS, GAP_DOWN = 28, 10
HEAD = 30
LINE = 14
PAD = 9
HEAD_SIZE, TITLE_SIZE, NOTE_SIZE = 11.5, 12.5, 10.5
WIDE_FROM = 0x2E80
"""First of the characters that take a whole square, as Chinese ones do."""


@dataclass(frozen=True)
class Box:
    """One thing: a name, a line below it, and more lines where it stands for several.

    Attributes:
        weight: `strong` for what the drawing is about, `faint` for what is only passed through.
    """

    key: str
    title: str
    note: str = ""
    lines: tuple[str, ...] = ()
    weight: str = "plain"

    @property
    def height(self) -> float:
        """In pixels."""
        return 2 * PAD + LINE * (1 + bool(self.note) + len(self.lines)) - 2


@dataclass(frozen=True)
class Column:
    """Things of one kind, under its name, as wide as they need up to a limit."""

    title: str
    widest: float
    boxes: tuple[Box, ...]

    @property
    def width(self) -> float:
        """In pixels."""
        needed = [_width(self.title, HEAD_SIZE) - 2 * PAD]
        for box in self.boxes:
            needed.append(_width(box.title, TITLE_SIZE))
            needed += (_width(line, NOTE_SIZE) for line in (box.note, *box.lines))
        return min(self.widest, round(max(needed) + 2 * PAD + 2))


@dataclass(frozen=True)
class Place:
    """Where a box stands: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return self.y + self.height / 2


Joint = tuple[str, str]
"""Keys of two boxes: what is made of the first one is the second."""


def lineage(columns: Sequence[Column], joints: Sequence[Joint], *, colours: Colours) -> str:
    """The drawing as SVG; columns without a box are left out."""
    shown = [column for column in columns if column.boxes]
    places = placed(shown, joints)
    width = sum(column.width for column in shown) + GAP_ACROSS * (len(shown) - 1)
    height = max((place.y + place.height for place in places.values()), default=HEAD) + 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="{escape(FONT)}">'
    ]
    parts += [
        _curve(places[left], places[right], colours)
        for left, right in joints
        if left in places and right in places
    ]
    x = 0.0
    for column in shown:
        parts.append(
            f'<text x="{x:g}" y="13" font-size="{HEAD_SIZE}" fill="{colours.muted}">'
            f"{escape(column.title)}</text>"
        )
        parts += [_box(box, places[box.key], colours) for box in column.boxes]
        x += column.width + GAP_ACROSS
    return "".join([*parts, "</svg>"])


def placed(columns: Sequence[Column], joints: Sequence[Joint]) -> Mapping[str, Place]:
    """Places of all boxes: each near the middle of those it is made of, none over another.

    The fullest column decides the height; the first stands in its own order.
    """
    height = max((_height(column.boxes) for column in columns), default=0.0)
    places: dict[str, Place] = {}
    x = 0.0
    for column in columns:
        wanted = {
            box.key: _mean(
                [
                    places[left].middle
                    for left, right in joints
                    if right == box.key and left in places
                ]
            )
            for box in column.boxes
        }
        spare = (height - _height(column.boxes)) / 2
        order = sorted(column.boxes, key=lambda box: wanted[box.key] or 0.0)
        tops = _tops(order, wanted, HEAD + spare, HEAD + height)
        for box, top in zip(order, tops, strict=True):
            places[box.key] = Place(x, top, column.width, box.height)
        x += column.width + GAP_ACROSS
    return places


def _tops(
    order: Sequence[Box], wanted: Mapping[str, float | None], start: float, end: float
) -> list[float]:
    """Upper edges from the top down: where wanted, below the one before; moved up at the end."""
    tops: list[float] = []
    free = float(HEAD)
    for box in order:
        middle = wanted[box.key]
        top = max(
            free,
            start
            if middle is None and not tops
            else free
            if middle is None
            else middle - box.height / 2,
        )
        tops.append(top)
        free = top + box.height + GAP_DOWN
    limit = end
    for number in reversed(range(len(tops))):
        tops[number] = min(tops[number], limit - order[number].height)
        limit = tops[number] - GAP_DOWN
    return tops


def _height(boxes: Sequence[Box]) -> float:
    return sum(box.height for box in boxes) + GAP_DOWN * max(len(boxes) - 1, 0)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _curve(left: Place, right: Place, colours: Colours) -> str:
    x0, x1 = left.x + left.width, right.x
    bend = (x1 - x0) / 2
    return (
        f'<path d="M{x0:.1f} {left.middle:.1f}C{x0 + bend:.1f} {left.middle:.1f} '
        f'{x1 - bend:.1f} {right.middle:.1f} {x1:.1f} {right.middle:.1f}" fill="none" '
        f'stroke="{colours.muted}" stroke-opacity="0.45" stroke-width="1.3"/>'
    )


def _box(box: Box, place: Place, colours: Colours) -> str:
    is_strong = box.weight == "strong"
    fill = colours.primary if is_strong else colours.surface
    ink = colours.surface if is_strong else colours.ink
    note_ink = colours.surface if is_strong else colours.muted
    stroke = colours.primary if is_strong else colours.line
    dash = ' stroke-dasharray="4 3"' if box.weight == "faint" else ""
    room = place.width - 2 * PAD
    parts = [
        f"<g><title>{escape(' · '.join(filter(None, (box.title, box.note, *box.lines))))}</title>"
        f'<rect x="{place.x:.1f}" y="{place.y:.1f}" width="{place.width:g}" '
        f'height="{place.height:g}" rx="5" fill="{fill}" stroke="{stroke}"{dash}/>'
    ]
    texts = [(box.title, TITLE_SIZE, ink)]
    texts += [(line, NOTE_SIZE, note_ink) for line in (box.note, *box.lines) if line]
    for number, (words, size, colour) in enumerate(texts):
        parts.append(
            f'<text x="{place.x + PAD:.1f}" y="{place.y + PAD + 10 + LINE * number:.1f}" '
            f'font-size="{size}" fill="{colour}">{escape(fitted(words, room, size))}</text>'
        )
    return "".join([*parts, "</g>"])


def fitted(words: str, room: float, size: float) -> str:
    """Words cut to the room there is, with an ellipsis.

    >>> fitted("city_cases", 200, 12), fitted("城市管理案件", 40, 12)
    ('city_cases', '城市…')
    """
    if _width(words, size) <= room:
        return words
    cut = words
    while cut and _width(f"{cut}…", size) > room:
        cut = cut[:-1]
    return f"{cut}…"


def _width(words: str, size: float) -> float:
    return sum(size if ord(sign) >= WIDE_FROM else 0.58 * size for sign in words)
