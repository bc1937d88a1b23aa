"""The map as a sheet of A4 to print and keep: the browser draws the picture, all around it is text.

What the reader sees (title, classes, sentences) comes from the page in the reader's language; the
sheet sets it and Chromium prints it, as it does the reports.
"""

import base64
import math
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from dashboards.i18n import Lang, text
from dashboards.report.paper import styles
from warehouse.errors import UsageError, shortened, unknown_value

STYLES = Path(__file__).with_name("sheet.css")
PICTURE_WIDTH_MM = 200.0
"""On the paper; `sheet.css` has the same. Its height follows from the picture's own form."""
MOST_BYTES = 24_000_000
"""Of a request: a picture of 300 dots an inch has a tenth of that."""
MOST_LETTERS = 2_000
MOST_LINES = 40
SWATCHES = ("class", "faint", "none", "dot")
"""What stands before a line: a colour, a faint one with hatching, hatching alone, a point."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
COLOUR = re.compile(r"#[0-9a-f]{6}")
PICTURE = "data:image/png;base64,"
PNG = b"\x89PNG\r\n\x1a\n"
PNG_HEAD = struct.Struct(">I4sII5sI")
"""Of a PNG's first chunk: length, name, width, height, how it is coded, checksum."""
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
MOST_PIXELS = 12_000_000
"""Of a picture: 200 mm × 160 mm at 300 dots an inch has 4.4 million. A file of a few bytes may
unfold to more than the printing browser has room for."""


@dataclass(frozen=True)
class Line:
    """One line of the legend; `count` as it is written, empty where nothing is counted."""

    swatch: str
    colour: str
    text: str
    count: str


@dataclass(frozen=True)
class Sheet:
    """What stands on the paper.

    Attributes:
        subtitle: what the colours are and of which days.
        heading: above the legend, with the unit.
        said: sentences below it.
        foot: source and version.
        mark: of a sample; empty for real records.
        metres, share: length of the scale bar on the ground, and as a share of the picture's width.
        scale: what is written at it.
        picture: a PNG as a `data:` address.
    """

    lang: Lang
    title: str
    subtitle: str
    heading: str
    lines: tuple[Line, ...]
    said: tuple[str, ...]
    foot: str
    mark: str
    metres: float
    share: float
    scale: str
    picture: str

    @property
    def ratio(self) -> int:
        """Ground over paper, to two figures."""
        exact = self.metres / (self.share * PICTURE_WIDTH_MM / 1000)
        return int(round(exact, 1 - math.floor(math.log10(exact))))


def read_sheet(given: Any) -> Sheet:
    """What the page sends.

    Raises:
        UsageError: a part that is missing or not of its kind; names it.
    """
    if not isinstance(given, dict):
        raise UsageError("sheet: 不是 JSON 对象 / is no JSON object")
    lang = given.get("lang")
    if lang not in tuple(Lang):
        raise UsageError(unknown_value("lang", str(lang), tuple(Lang)))
    words = {
        name: _words(name, given.get(name))
        for name in ("title", "subtitle", "heading", "foot", "mark", "scale")
    }
    return Sheet(
        **words,
        lang=Lang(lang),
        lines=tuple(_line(one) for one in _list("lines", given.get("lines"))),
        said=tuple(_words("said", one) for one in _list("said", given.get("said"))),
        metres=_number("metres", given.get("metres"), least=1.0, most=1e7),
        share=_number("share", given.get("share"), least=0.01, most=1.0),
        picture=_picture(given.get("picture")),
    )


def sheet_document(sheet: Sheet) -> str:
    """The sheet as a self-contained HTML document."""
    lang = sheet.lang
    mark = f'<span class="mark">{escape(sheet.mark)}</span>' if sheet.mark else ""
    said = "".join(f"<p>{escape(one)}</p>" for one in sheet.said)
    lines = "".join(_legend_line(line) for line in sheet.lines)
    ratio = text("map.export.ratio", lang, ratio=f"{sheet.ratio:,}")
    return f"""<!DOCTYPE html>
<html lang="{lang.tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<title>{escape(sheet.title)}</title>
<style>{styles(STYLES)}</style>
</head>
<body>
<header><h1>{escape(sheet.title)}{mark}</h1><p>{escape(sheet.subtitle)}</p></header>
<main>
<figure><img src="{sheet.picture}" alt="">
<div class="north"><svg viewBox="0 0 18 28"><path d="M9 0 18 28 9 21 0 28Z"/></svg>
{escape(text("map.north", lang))}</div>
<div class="scale"><span>{escape(sheet.scale)}</span>
<i style="width:{sheet.share * PICTURE_WIDTH_MM:.3f}mm"></i></div>
</figure>
<aside><h2>{escape(sheet.heading)}</h2><table>{lines}</table>{said}
<p class="ratio">{escape(ratio)}</p></aside>
</main>
<footer>{escape(sheet.foot)}</footer>
</body>
</html>"""


def _legend_line(line: Line) -> str:
    fill = f'fill="{line.colour}"' if line.colour else 'fill="none"'
    hatching = '<path class="hatch" d="M-2 12 12 -2M4 18 24 -2M16 18 36 -2"/>'
    shape = f'<rect x=".4" y=".4" width="29.2" height="15.2" rx="2" {fill}/>'
    if line.swatch == "dot":
        shape = f'<circle cx="15" cy="8" r="5" {fill}/>'
    if line.swatch in ("faint", "none"):
        shape = shape.replace("<rect", '<rect class="pale"') + hatching
    return (
        f'<tr><td><svg viewBox="0 0 30 16">{shape}</svg></td>'
        f"<td>{escape(line.text)}</td><td>{escape(line.count)}</td></tr>"
    )


def _line(given: Any) -> Line:
    if not isinstance(given, Mapping):
        raise UsageError('lines: 每行需要 / each needs "swatch", "colour", "text", "count"')
    swatch, colour = given.get("swatch"), given.get("colour")
    if swatch not in SWATCHES:
        raise UsageError(unknown_value("swatch", str(swatch), SWATCHES))
    if not isinstance(colour, str) or (colour and not COLOUR.fullmatch(colour)):
        raise UsageError(f'colour "{shortened(colour)}": 需要 / needs #rrggbb')
    written, count = _words("text", given.get("text")), _words("count", given.get("count"))
    return Line(swatch=str(swatch), colour=colour, text=written, count=count)


def _picture(given: Any) -> str:
    """The address of a picture that is one, and not too large."""
    if not isinstance(given, str) or not given.startswith(PICTURE):
        raise UsageError(f"picture: 需要 / needs {PICTURE}…")
    try:
        held = base64.b64decode(given.removeprefix(PICTURE), validate=True)
    except ValueError as error:
        raise UsageError(f"picture: base64 有误 / is no base64; 需要 / needs {PICTURE}…") from error
    head = held[len(PNG) : len(PNG) + PNG_HEAD.size]
    is_whole = held.startswith(PNG) and held.endswith(PNG_END) and len(head) == PNG_HEAD.size
    if not is_whole or not _is_head(head):
        raise UsageError("picture: 不是完整的 PNG / is no whole PNG")
    _, _, width, height, _, _ = PNG_HEAD.unpack(head)
    if not 0 < width * height <= MOST_PIXELS:
        allowed = f"1 … {MOST_PIXELS:,} 像素 / pixels"
        raise UsageError(f"picture {width} × {height}: 超出范围 / is out of range; {allowed}")
    return given


def _is_head(head: bytes) -> bool:
    length, name, *_, checksum = PNG_HEAD.unpack(head)
    is_named = (length, name) == (13, b"IHDR")
    return is_named and bool(zlib.crc32(head[4:-4]) == checksum)


def _list(name: str, given: Any) -> list[Any]:
    if not isinstance(given, list) or len(given) > MOST_LINES:
        raise UsageError(f"{name}: 需要列表,最多 / needs a list of at most {MOST_LINES}")
    return given


def _words(name: str, given: Any) -> str:
    if not isinstance(given, str) or len(given) > MOST_LETTERS:
        raise UsageError(f"{name}: 需要文字,最多 / needs a text of at most {MOST_LETTERS}")
    return given


def _number(name: str, given: Any, *, least: float, most: float) -> float:
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if not is_number or not least <= given <= most:
        raise UsageError(
            f'{name} "{shortened(given)}": 需要数字 / needs a number, {least:g} … {most:g}'
        )
    return float(given)
