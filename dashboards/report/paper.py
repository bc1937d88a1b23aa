"""Styles of documents that are printed: what all begin with, then their own."""

from functools import cache
from pathlib import Path

PAPER = Path(__file__).with_name("paper.css")
FONT = (
    '"WenQuanYi Micro Hei", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", '
    "sans-serif"
)
"""Fonts with TrueType outlines first: the others are embedded as drawings (Type 3)."""


@cache
def styles(own: Path) -> str:
    """The style sheet of a document whose own rules are in a file."""
    # `font` of its own would undo `font-variant-numeric`, so what is common comes last.
    rules = own.read_text(encoding="utf-8") + PAPER.read_text(encoding="utf-8")
    return rules.replace("var(--font)", FONT)
