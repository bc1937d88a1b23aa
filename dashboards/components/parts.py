"""Smallest parts: icons are masks of the style sheet, so they take the colour of the text."""

from dash import html
from dash.development.base_component import Component


def icon(name: str) -> Component:
    """A sign that repeats what the words beside it say."""
    return html.Span(className=f"icon icon-{name}", **{"aria-hidden": "true"})


def chip(name: str, label: str, *, tone: str, title: str = "") -> Component:
    """An icon and a word; the tone (`good`, `bad`, `fair`, `plain`) only adds to them."""
    return html.Span([icon(name), label], className=f"chip {tone}", title=title)
