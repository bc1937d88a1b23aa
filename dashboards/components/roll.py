"""The roll of persons in need by special group, and by age."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.number import number
from dashboards.components.scroll_table import scroll_table
from dashboards.components.words import kpi_name
from dashboards.data.people_roll import Group, Roll, persons_of
from dashboards.data.people_tables import days_of_figure
from dashboards.data.tables import Figure
from dashboards.figures.sparkline import as_address, sparkline
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.theme import colours
from dashboards.view import View


def roll_table(roll: Roll, view: View, *, title: str) -> Element:
    """One line a group: persons on the roll, by need, how they are visited, and two years."""
    lang = view.lang
    needs = [need for need in roll.needs if any(need in group.by_need for group in roll.groups)]
    most = max((group.person_count or 0 for group in roll.groups), default=0)
    whole = persons_of(roll.filed)
    return scroll_table(
        title,
        _titles(roll, needs, lang),
        [_row(group, needs, most, whole, view) for group in roll.groups],
        name="groups",
        table_class="people-table people-roll",
    )


def visit_figures(roll: Roll) -> Sequence[Figure]:
    """The figures of visits of the first group that has them, for their names."""
    return next((group.visited for group in roll.groups if group.visited), ())


def _titles(roll: Roll, needs: list[str], lang: Lang) -> list[Element]:
    numeric = {"className": "numeric"}
    return [
        html.Th(text("people.group", lang), scope="col"),
        html.Th(text("people.count", lang), scope="col", className="people-count"),
        html.Th(text("people.share", lang), scope="col", **numeric),
        *(html.Th(roll.needs[need], scope="col", **numeric) for need in needs),
        *(
            html.Th(
                [kpi_name(figure.kpi, lang), html.Small(days_of_figure(figure))],
                scope="col",
                **numeric,
            )
            for figure in (roll.filed, *visit_figures(roll))
        ),
        html.Th(text("people.months", lang), scope="col", className="people-spark"),
    ]


def _row(group: Group, needs: list[str], most: int, whole: int | None, view: View) -> Element:
    lang, count = view.lang, group.person_count
    share = None if count is None or not whole else count / whole
    return html.Tr(
        [
            html.Th(group.name, scope="row"),
            html.Td(
                html.Div(
                    [
                        persons(group.filed, view),
                        html.Span(
                            html.I(style={"width": f"{(count or 0) / most:.1%}" if most else "0"}),
                            className="people-bar",
                        ),
                    ],
                    className="people-count-cell",
                ),
                className="people-count",
            ),
            html.Td(
                "—" if share is None else f"{numbers_text.number(share * 100, 1)}%",
                className="numeric",
            ),
            *(
                html.Td(
                    persons(group.by_need[need], view) if need in group.by_need else "—",
                    className="numeric",
                )
                for need in needs
            ),
            *(
                html.Td(number(figure, view), className="numeric")
                for figure in (group.filed, *group.visited)
            ),
            html.Td(_spark(group, view, lang), className="people-spark"),
        ]
    )


def persons(filed: Figure, view: View) -> Element:
    """Persons on the roll, leading to the receipt of the share that they are the whole of."""
    count = persons_of(filed)
    shown = (
        numbers_text.missing(filed.row, view.lang) if count is None else numbers_text.number(count)
    )
    return html.A(
        shown,
        href=view.href(receipt=filed.kpi.kpi_id, of=written(filed.cell), role=""),
        className="number" if count is not None else "number no-value",
        title=numbers_text.missing(filed.row, view.lang, in_a_sentence=True)
        if count is None
        else text("tile.receipt", view.lang, name=kpi_name(filed.kpi, view.lang)),
    )


def _spark(group: Group, view: View, lang: Lang) -> Element | str:
    known = [value for value in group.months if value is not None]
    if not known:
        return text("people.hidden", lang)
    return html.Img(
        src=as_address(
            sparkline(
                group.months,
                provisional=[False] * len(group.months),
                # A tenth of the roll up or down fills the picture; less must look like less.
                span=0.2 * max(known),
                colours=colours(view.scheme),
            )
        ),
        alt=text(
            "people.months.spark",
            lang,
            months=len(group.months),
            first=numbers_text.number(known[0]),
            last=numbers_text.number(known[-1]),
        ),
        className="spark",
    )


def bars(lines: Sequence[tuple[str, int]]) -> Element:
    """Counts as bars, each with its share of all."""
    total = sum(count for _, count in lines)
    most = max((count for _, count in lines), default=0)
    return html.Ol(
        [
            html.Li(
                [
                    html.Span(name, className="people-age"),
                    html.Span(
                        html.I(style={"width": f"{count / most:.1%}" if most else "0"}),
                        className="people-bar",
                    ),
                    html.Span(numbers_text.number(count), className="people-age-count"),
                    html.Span(
                        f"{numbers_text.number(count / total * 100, 1)}%" if total else "—",
                        className="muted",
                    ),
                ]
            )
            for name, count in lines
        ],
        className="people-ages",
    )
