"""Pages as markup: written as trees of `dash.html`, sent as HTML.

Every Dash component is a subscriber of the page's store, and each change asks all of them: a table
of 200 rows costs seconds. As markup it costs nothing, and its links work all the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from dash.development.base_component import Component

VOID = {"img", "br", "hr", "input"}
NAMES = {"className": "class", "tabIndex": "tabindex", "htmlFor": "for", "colSpan": "colspan"}
CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class Svg:
    """A picture drawn here, its texts escaped by who drew it."""

    source: str


@dataclass(frozen=True)
class Search:
    """A field that narrows a list of the page down as one types (see `assets/parts.js`).

    Attributes:
        of: name of the list; its items carry `data-found-in` with it.
        label: what is looked for, shown until something is typed.
    """

    of: str
    label: str


@dataclass(frozen=True)
class Day:
    """A field for a day of the address (see the filters in `assets/gridgov.js`).

    Attributes:
        name: its part of the address, `from` or `to`.
        label: what it is called to those who do not see it.
    """

    name: str
    label: str
    value: date
    first: date
    last: date


def markup(part: object) -> str:
    """HTML of a tree of `dash.html` components; every text and attribute is escaped.

    >>> from dash import html
    >>> markup(html.B("1 < 2", className="x"))
    '<b class="x">1 &lt; 2</b>'

    Raises:
        TypeError: a component that is no plain HTML element.
    """
    if part is None:
        return ""
    if isinstance(part, (str, int, float)):
        return escape(str(part))
    if isinstance(part, Svg):
        return part.source
    if isinstance(part, Search):
        label = escape(part.label)
        return (
            f'<input type="search" class="search" data-find="{escape(part.of)}" '
            f'aria-label="{label}" placeholder="{label}" autocomplete="off" spellcheck="false">'
        )
    if isinstance(part, Day):
        return (
            f'<input type="date" class="day" data-filter="{part.name}" '
            f'aria-label="{escape(part.label)}" value="{part.value}" '
            f'min="{part.first}" max="{part.last}" required>'
        )
    if isinstance(part, Sequence):
        return "".join(markup(child) for child in part)
    if not isinstance(part, Component) or part._namespace != "dash_html_components":
        raise TypeError(f"{type(part).__name__} is not an HTML element")
    tag = part._type.lower()
    properties = part.to_plotly_json()["props"]
    children = properties.pop("children", None)
    attributes = "".join(_attribute(name, value) for name, value in properties.items())
    if tag == "script":
        # Data, never run: nothing in it may end the element.
        return f"<{tag}{attributes}>{str(children).replace('<', chr(92) + 'u003c')}</{tag}>"
    if tag in VOID:
        return f"<{tag}{attributes}>"
    return f"<{tag}{attributes}>{markup(children)}</{tag}>"


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = NAMES.get(name, name)
    if value is True:
        return f" {name}"
    text = _style(value) if isinstance(value, Mapping) else str(value)
    return f' {name}="{escape(text)}"'


def _style(style: Mapping[str, object]) -> str:
    return ";".join(
        f"{name if name.startswith('--') else CAPITAL.sub('-', name).lower()}:{value}"
        for name, value in style.items()
    )
