"""Pages as markup: trees of elements in Python, sent as HTML.

>>> markup(P(["1 < 2 ", B("is true", className="x")]))
'<p>1 &lt; 2 <b class="x">is true</b></p>'

Attributes are named as `dash.html` names them. Its own components are not used: each would be a
subscriber of the page's store, and building one costs ten times as much.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, partial
from html import escape

NAMES = {
    "autoComplete": "autocomplete",
    "className": "class",
    "colSpan": "colspan",
    "htmlFor": "for",
    "rowSpan": "rowspan",
    "spellCheck": "spellcheck",
    "tabIndex": "tabindex",
}
"""Attributes that HTML writes otherwise."""

VOID = {"br", "hr", "img", "input"}
CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Element:
    """One HTML element.

    Attributes:
        tag: its name.
        children: text, a number, an element, a raw piece, a sequence of those, or nothing.
        attributes: by name; null and false are left out, true has no value, a mapping is a style.
    """

    __slots__ = ("attributes", "children", "tag")

    def __init__(self, tag: str, children: object = None, /, **attributes: object) -> None:
        self.tag = tag
        self.children = children
        self.attributes = attributes


class Raw:
    """Markup made elsewhere, such as a picture, its texts escaped by who made it."""

    __slots__ = ("source",)

    def __init__(self, source: str) -> None:
        self.source = source


A = partial(Element, "a")
Article = partial(Element, "article")
B = partial(Element, "b")
Br = partial(Element, "br")
Button = partial(Element, "button")
Caption = partial(Element, "caption")
Code = partial(Element, "code")
Dd = partial(Element, "dd")
Details = partial(Element, "details")
Div = partial(Element, "div")
Dl = partial(Element, "dl")
Dt = partial(Element, "dt")
Figcaption = partial(Element, "figcaption")
Figure = partial(Element, "figure")
Footer = partial(Element, "footer")
H1 = partial(Element, "h1")
H2 = partial(Element, "h2")
H3 = partial(Element, "h3")
H4 = partial(Element, "h4")
Header = partial(Element, "header")
I = partial(Element, "i")  # noqa: E741
Img = partial(Element, "img")
Input = partial(Element, "input")
Li = partial(Element, "li")
Main = partial(Element, "main")
Nav = partial(Element, "nav")
Ol = partial(Element, "ol")
Optgroup = partial(Element, "optgroup")
Option = partial(Element, "option")
P = partial(Element, "p")
Pre = partial(Element, "pre")
Script = partial(Element, "script")
Section = partial(Element, "section")
Select = partial(Element, "select")
Small = partial(Element, "small")
Span = partial(Element, "span")
Summary = partial(Element, "summary")
Table = partial(Element, "table")
Tbody = partial(Element, "tbody")
Td = partial(Element, "td")
Th = partial(Element, "th")
Thead = partial(Element, "thead")
Time = partial(Element, "time")
Tr = partial(Element, "tr")
Ul = partial(Element, "ul")


def markup(part: object) -> str:
    """HTML of a tree; every text and attribute is escaped.

    Raises:
        TypeError: something that is no part of a tree.
    """
    pieces: list[str] = []
    _write(part, pieces)
    return "".join(pieces)


def _write(part: object, pieces: list[str]) -> None:
    if type(part) is Element:
        _write_element(part, pieces)
    elif part is None:
        return
    elif isinstance(part, str):
        pieces.append(escape(part))
    elif isinstance(part, Sequence):
        for child in part:
            _write(child, pieces)
    elif isinstance(part, (int, float)):
        pieces.append(str(part))
    elif isinstance(part, Raw):
        pieces.append(part.source)
    else:
        raise TypeError(f"{type(part).__name__} is no part of a page")


def _write_element(element: Element, pieces: list[str]) -> None:
    tag = element.tag
    attributes = "".join(
        [
            _attribute(name, value)
            for name, value in element.attributes.items()
            if value is not None and value is not False
        ]
    )
    pieces.append(f"<{tag}{attributes}>")
    if tag in VOID:
        return
    if tag == "script":
        # Data, never run: nothing in it may end the element.
        pieces.append(str(element.children).replace("<", "\\u003c"))
    else:
        _write(element.children, pieces)
    pieces.append(f"</{tag}>")


def _attribute(name: str, value: object) -> str:
    name = NAMES.get(name, name)
    if value is True:
        return f" {name}"
    text = _style(value) if isinstance(value, Mapping) else str(value)
    return f' {name}="{escape(text)}"'


def _style(style: Mapping[str, object]) -> str:
    return ";".join(f"{_property(name)}:{value}" for name, value in style.items())


@cache
def _property(name: str) -> str:
    return name if name.startswith("--") else CAPITAL.sub("-", name).lower()
