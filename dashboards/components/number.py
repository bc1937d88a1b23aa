"""A KPI's figure on a page: it opens its receipt, and carries the cell it can be asked for with."""

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.parts import chip
from dashboards.data.tables import Figure
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.view import View


def number(figure: Figure, view: View, *, with_unit: bool = True) -> Element:
    """The figure, or in its place the words why there is none; provisional ones say so."""
    lang, kpi, row = view.lang, figure.kpi, figure.row
    if figure.value is None:
        shown = numbers_text.missing(row, lang)
        note = numbers_text.missing(row, lang, in_a_sentence=True)
    elif with_unit:
        shown, note = numbers_text.value(figure.value, kpi, lang), ""
    else:
        shown, note = numbers_text.amount(figure.value, kpi), ""
    mark: list[Element] = []
    if row["is_provisional"] and figure.value is not None:
        count = numbers_text.number(row["not_yet_due_count"])
        note = text("tile.provisional.note", lang, count=count)
        mark = [chip("clock", text("tile.provisional", lang), tone="fair", title=note)]
    cell = written(figure.cell)
    return html.A(
        [shown, *mark],
        href=view.href(receipt=kpi.kpi_id, of=cell, role=""),
        className="number" if figure.value is not None else "number no-value",
        title=note or text("tile.receipt", lang, name=getattr(kpi.name, lang.value)),
        **marked(figure),
    )


def marked(figure: Figure) -> dict[str, str]:
    """Attributes by which a figure in the page can be held against the query's answer."""
    return {
        "data-kpi": figure.kpi.kpi_id,
        "data-value": "" if figure.value is None else repr(figure.value),
        "data-cell": written(figure.cell),
    }
