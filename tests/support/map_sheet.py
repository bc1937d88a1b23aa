"""What the page sends to have a map printed."""

import base64
import struct
import zlib
from typing import Any


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
    """A sheet as the page sends it, with some parts changed."""
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
