"""Why a value changed, in a receipt: each group's part in the change, leading to its own rows."""

import math

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.data.why import Why, sentence
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.view import View
from warehouse.analysis.decomposition import shown
from warehouse.analysis.wording import decimals_of, scale_of
from warehouse.catalogue import Kpi

MOST_GROUPS = 8


def why_parts(found: list[Why], kpi: Kpi, view: View) -> Element | None:
    """One table a dimension, the largest parts first; null where nothing can be taken apart."""
    if not found:
        return None
    lang = view.lang
    return html.Section(
        [
            html.H3(text("why.title", lang)),
            html.P(getattr(sentence(found[0], kpi), lang.value), className="why-words"),
            *(
                _dimension(part, kpi, view, is_open=number == 0)
                for number, part in enumerate(found)
            ),
        ],
        className="receipt-why",
    )


def _dimension(part: Why, kpi: Kpi, view: View, *, is_open: bool) -> Element:
    lang = view.lang
    rows = part.found.rows.head(MOST_GROUPS)
    scale = scale_of(kpi)
    parts = [amount * scale for amount in rows["contribution"]]
    rest = math.fsum(part.found.rows["contribution"].slice(MOST_GROUPS)) * scale
    # Rounded together, so that what is read adds up to the change.
    figures = shown([*parts, rest], part.found.change * scale, decimals_of(kpi) + 1)
    widest = max((abs(amount) for amount in parts), default=0.0) or 1.0
    lines = [
        html.Tr(
            [
                html.Td(
                    html.A(
                        getattr(part.names.get(row["code"]), lang.value, row["code"] or "—"),
                        href=view.href(
                            receipt=kpi.kpi_id, of=written(part.cell_of(row["code"])), role=""
                        ),
                        className="cell-link",
                    )
                ),
                html.Td(numbers_text.value(row["before"], kpi, lang), className="numeric"),
                html.Td(numbers_text.value(row["value"], kpi, lang), className="numeric"),
                html.Td(_signed(figure, kpi), className="numeric"),
                html.Td(_bar(amount / widest, kpi)),
            ]
        )
        for row, figure, amount in zip(rows.iter_rows(named=True), figures, parts, strict=False)
    ]
    if part.found.rows.height > MOST_GROUPS:
        others = text("why.others", lang, count=part.found.rows.height - MOST_GROUPS)
        cells = [
            html.Td(others, colSpan=3),
            html.Td(_signed(figures[-1], kpi), className="numeric"),
        ]
        lines.append(html.Tr([*cells, html.Td()]))
    heads = ("before", "now", "part")
    name = text(f"why.by.{part.slice}", lang)
    return html.Details(
        [
            html.Summary(text("why.by", lang, slice=name)),
            html.Table(
                [
                    html.Thead(
                        html.Tr(
                            [
                                html.Th(name, scope="col"),
                                *(
                                    html.Th(
                                        text(f"why.{head}", lang), scope="col", className="numeric"
                                    )
                                    for head in heads
                                ),
                                html.Td(),
                            ]
                        )
                    ),
                    html.Tbody(lines),
                ]
            ),
        ],
        open=is_open,
        className="why-by",
    )


def _signed(amount: float, kpi: Kpi) -> str:
    figure = numbers_text.number(amount, decimals_of(kpi) + 1)
    return figure if figure.startswith("−") else f"+{figure}"


def _bar(share: float, kpi: Kpi) -> Element:
    """A bar from the middle, to the left for a part that lowered the value."""
    is_good = (share > 0) == (kpi.better == "higher")
    tone = "plain" if kpi.better == "neither" else "good" if is_good else "bad"
    side = {"left": "50%"} if share > 0 else {"right": "50%"}
    return html.Span(
        html.I(className=tone, style={**side, "width": f"{abs(share) * 50:.1f}%"}),
        className="why-bar",
        **{"aria-hidden": "true"},
    )
