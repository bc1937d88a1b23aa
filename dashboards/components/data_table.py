"""A table of a page."""

from datetime import date, datetime, tzinfo
from typing import Any

from dashboards import html, numbers_text
from dashboards.components.number import number
from dashboards.components.scroll_table import head, scroll_table
from dashboards.data.tables import Amount, Cell, Figure, Link, Table
from dashboards.html import Element
from dashboards.i18n import Lang
from dashboards.view import View


def data_table(
    table: Table, view: View, *, zone: tzinfo | None = None, is_tall: bool = False
) -> Element:
    """The rows under their titles; figures open their receipts, links lead to their views.

    Args:
        zone: of the county; needed where a cell is an instant.
        is_tall: shown whole, not in a window of its own.
    """
    kinds = _kinds(table)
    return scroll_table(
        table.title,
        [
            head(title, is_numeric=kind == "number")
            for title, kind in zip(table.columns, kinds, strict=True)
        ],
        [
            html.Tr(
                [
                    html.Td(
                        _cell(cell, title, table, view, zone),
                        **_class(kind if cell is None else _kind(cell)),
                    )
                    for title, kind, cell in zip(table.columns, kinds, row, strict=True)
                ]
            )
            for row in table.rows
        ],
        name=table.name,
        window="tall" if is_tall else "",
    )


def folded(summary: str, *body: Element) -> Element:
    """What only some want to see, opened by its summary."""
    return html.Details([html.Summary(summary), *body], className="as-table")


def _kinds(table: Table) -> list[str]:
    if not table.rows:
        return ["text"] * len(table.columns)
    kinds = [{_kind(cell) for cell in column} for column in zip(*table.rows, strict=True)]
    return ["number" if "number" in found else "text" for found in kinds]


def _kind(cell: Cell) -> str:
    return "number" if isinstance(cell, (Figure, Amount, int, float)) else "text"


def _class(kind: str) -> dict[str, str]:
    return {"className": "numeric"} if kind == "number" else {}


def _cell(cell: Cell, title: str, table: Table, view: View, zone: tzinfo | None) -> Any:
    if isinstance(cell, Figure):
        return number(cell, view)
    if isinstance(cell, Amount):
        return amount(cell, view.lang)
    if isinstance(cell, Link):
        current = {"aria-current": "true"} if cell.is_current else {}
        return html.A(cell.text, href=cell.href, className="cell-link", **current)
    return plain(cell, zone=zone, decimals=table.decimals.get(title, 0))


def amount(cell: Amount, lang: Lang) -> str:
    """An amount with its unit; a change of a rate is in percentage points."""
    if cell.value is None:
        return "—"
    shown = numbers_text.change if cell.is_change else numbers_text.value
    return shown(cell.value, cell.kpi, lang)


def plain(cell: object, *, zone: tzinfo | None, decimals: int = 0) -> str:
    """A cell without a link, as people read it."""
    if cell is None:
        return "—"
    if isinstance(cell, datetime):
        if zone is None:
            raise ValueError("an instant is shown in the zone of its county")
        return f"{cell.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (int, float)):
        return numbers_text.number(cell, decimals)
    return str(cell)
