"""Smallest parts: icons are masks of the style sheet, so they take the colour of the text."""

from dashboards import html
from dashboards.html import Element


def icon(name: str) -> Element:
    """A sign that repeats what the words beside it say."""
    return html.Span(className=f"icon icon-{name}", **{"aria-hidden": "true"})


def chip(name: str, label: str, *, tone: str, title: str = "") -> Element:
    """An icon and a word; the tone (`good`, `bad`, `fair`, `plain`) only adds to them."""
    return html.Span([icon(name), label], className=f"chip {tone}", title=title)


def search(of: str, label: str) -> Element:
    """A field that narrows a list of the page down as one types (see `assets/parts.js`).

    Args:
        of: name of the list; its items carry `data-found-in` with it.
        label: what is looked for, shown until something is typed.
    """
    return html.Input(
        type="search",
        className="search",
        placeholder=label,
        autoComplete="off",
        spellCheck="false",
        **{"data-find": of, "aria-label": label},
    )
