"""A table in a window of its own, which a keyboard can scroll and a screen reader can name."""

from collections.abc import Sequence

from dashboards import html
from dashboards.html import Element


def scroll_table(
    title: str,
    heads: Sequence[Element],
    rows: Sequence[Element],
    *,
    name: str = "",
    table_class: str = "",
    window: str = "tall",
) -> Element:
    """Rows under the heads of their columns.

    Args:
        title: what it is a table of; heard, not seen.
        name: what tests and exports call it.
        window: class of the window: `tall` shows the whole height, empty a part of it.
    """
    return html.Div(
        html.Table(
            [
                html.Caption(title, className="visually-hidden"),
                html.Thead(html.Tr(heads)),
                html.Tbody(rows),
            ],
            className=table_class or None,
        ),
        className=f"scroll {window}".rstrip(),
        tabIndex=0,
        role="region",
        **{"aria-label": title, "data-table": name or None},
    )


def head(words: str | Sequence[Element | str], *, is_numeric: bool = False) -> Element:
    """The head of a column; numbers stand at its right."""
    return html.Th(words, scope="col", className="numeric" if is_numeric else None)
