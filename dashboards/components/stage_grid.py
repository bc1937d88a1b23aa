"""Departments by stages: in each cell what it takes, how it stands to the others, and of how many.

A bar below the value is as long as the value is beside the longest of its column, so a column can
be read down at a glance; the words in the cell say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import html
from dashboards.components.scroll_table import scroll_table
from dashboards.html import Element


@dataclass(frozen=True)
class StageCell:
    """One cell.

    Attributes:
        main, more: the value and the line below it; `more` is empty where there is nothing to say.
        amount: what the bar is as long as; null for none.
        is_worst: the longest of its column, all together left out.
    """

    main: str
    more: str = ""
    amount: float | None = None
    note: str = ""
    is_worst: bool = False


@dataclass(frozen=True)
class StageLine:
    """One department, or all together.

    Attributes:
        href: where its name leads; empty for none.
    """

    name: str
    href: str
    is_current: bool
    cells: Sequence[StageCell]
    is_whole: bool = False


def stage_grid(
    lines: Sequence[StageLine], *, head: str, columns: Sequence[tuple[str, str]], label: str
) -> Element:
    """The grid.

    Args:
        columns: title of each and the line below it.
    """
    longest = [
        max((line.cells[number].amount or 0.0 for line in lines), default=0.0)
        for number in range(len(columns))
    ]
    heads = [
        html.Th(head, scope="col"),
        *(
            html.Th([title, *([html.Span(more)] if more else [])], scope="col")
            for title, more in columns
        ),
    ]
    rows = [_line(line, longest) for line in lines]
    return scroll_table(label, heads, rows, table_class="stage-grid")


def _line(line: StageLine, longest: Sequence[float]) -> Element:
    current = {"aria-current": "true"} if line.is_current else {}
    name = (
        html.A(line.name, href=line.href, className="cell-link", **current)
        if line.href
        else line.name
    )
    kinds = [
        *(["is-chosen"] if line.is_current else []),
        *(["is-whole"] if line.is_whole else []),
    ]
    return html.Tr(
        [
            html.Th(name, scope="row"),
            *(_cell(cell, most) for cell, most in zip(line.cells, longest, strict=True)),
        ],
        className=" ".join(kinds),
    )


def _cell(cell: StageCell, most: float) -> Element:
    share = cell.amount / most if cell.amount is not None and most else None
    return html.Td(
        [
            html.Span(cell.main, className="stage-main"),
            *([html.Span(cell.more, className="stage-more")] if cell.more else []),
            *(
                [html.I(className="stage-bar", style={"--share": f"{share:.1%}"})]
                if share is not None
                else []
            ),
        ],
        title=cell.note,
        className="stage-worst" if cell.is_worst else "",
    )
