"""The printed map: what the page sends is set as text, and nothing else gets into the document."""

import base64
import struct
import zlib
from typing import Any

import pytest

from dashboards.map.sheet import MOST_PIXELS, read_sheet, sheet_document
from warehouse.errors import UsageError


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def picture(width: int = 1, height: int = 1, *, head: bytes = b"IHDR") -> str:
    """A PNG of one grey dot that says it has so many."""
    parts = [
        chunk(head, struct.pack(">II5B", width, height, 8, 0, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\0\x7f")),
        chunk(b"IEND", b""),
    ]
    written = b"\x89PNG\r\n\x1a\n" + b"".join(parts)
    return "data:image/png;base64," + base64.b64encode(written).decode()


PICTURE = picture()


def sent(**changes: Any) -> dict[str, Any]:
    return {
        "lang": "zh",
        "title": "浏阳市 · 风险",
        "subtitle": "2026年8月1日 – 2026年10月31日",
        "heading": "图例(件)",
        "lines": [{"swatch": "class", "colour": "#fdf0d3", "text": "< 19", "count": "7"}],
        "said": ["颜色越浓,越需关注"],
        "foot": "发布版本 1",
        "mark": "示例数据",
        "metres": 20_000,
        "share": 0.2,
        "scale": "20 公里",
        "picture": PICTURE,
        **changes,
    }


def test_all_words_are_on_the_sheet_with_the_ratio_of_ground_to_paper() -> None:
    made = sheet_document(read_sheet(sent()))
    for words in ("浏阳市 · 风险", "图例(件)", "&lt; 19", "发布版本 1", "示例数据", PICTURE):
        assert words in made
    # 20 km on a fifth of 200 mm.
    assert "1:500,000" in made
    assert "width:40.000mm" in made


def test_markup_in_what_is_sent_stays_text() -> None:
    made = sheet_document(read_sheet(sent(title="<script>alert(1)</script>", mark='"><b>')))
    assert "<script" not in made
    assert "<b>" not in made


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("lang", "fr", "zh"),
        ("title", None, "title"),
        ("title", "x" * 3_000, "2000"),
        ("picture", "https://example.org/map.png", "data:image/png"),
        ("picture", 'data:image/png;base64,AA" onerror="x', "data:image/png"),
        ("picture", "data:image/png;base64,AAA", "base64"),
        ("picture", "data:image/png;base64,iVBORw0KGgo=", "whole PNG"),
        ("picture", PICTURE[:-4], "whole PNG"),
        ("picture", picture(head=b"IDAT"), "whole PNG"),
        ("picture", PICTURE.replace("AAAAB", "AAAAC", 1), "whole PNG"),
        ("picture", picture(4_000, 3_001), f"4000 × 3001: .*{MOST_PIXELS:,}"),
        ("picture", picture(0), "0 × 1"),
        ("metres", "far", "far"),
        ("metres", "9" * 100, "9{80}…"),
        ("metres", float("nan"), "nan"),
        ("share", 2, "0.01 … 1"),
        ("lines", {}, "lines"),
        ("lines", [{}] * 41, "40"),
        ("lines", ["<"], "swatch"),
        ("lines", [{"swatch": "star", "colour": "", "text": "", "count": ""}], "star"),
        ("lines", [{"swatch": "dot", "colour": "red", "text": "", "count": ""}], "red"),
    ],
)
def test_what_is_not_fit_for_a_sheet_is_refused_by_name(part: str, value: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_sheet(sent(**{part: value}))


def test_a_picture_as_the_page_sends_it_is_taken() -> None:
    assert read_sheet(sent(picture=picture(2_352, 1_860))).picture == picture(2_352, 1_860)
