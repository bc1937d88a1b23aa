"""The scene of the cases of now: what came in, what was closed, and who holds what is open."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.number import marked
from dashboards.components.parts import icon
from dashboards.components.wall.scene import scene, value
from dashboards.data.overview import Held
from dashboards.data.wall import RECENT_DAYS, Desk, Flow, Wall
from dashboards.figures.wall import days_svg
from dashboards.html import Element, Raw
from dashboards.i18n import Lang, text
from dashboards.scope import Scope
from dashboards.theme import DARK
from dashboards.view import View

SHOWN_DEPARTMENTS = 7


def cases(wall: Wall, scope: Scope, *, is_first: bool) -> Element:
    """What came in, what was closed, what is open and overdue, and who holds it."""
    view, lang, desk = scope.view, scope.view.lang, wall.desk
    as_of = scope.context.builds[view.county].as_of_date
    headline = text("wall.cases.headline", lang, day=numbers_text.day(as_of, lang))
    if desk.open is None:
        body = [html.P(text("value.lacks", lang), className="wall-missing")]
        return scene("cases", lang, headline, *body, is_first=is_first)
    counts = (
        ("new_today", desk.total.new_today),
        ("closed_today", desk.total.closed_today),
        ("new_this_month", desk.total.new_this_month),
        ("closed_this_month", desk.total.closed_this_month),
    )
    overdue = desk.overdue_count
    return scene(
        "cases",
        lang,
        headline,
        html.Div(
            [
                *(_count(text(f"wall.cases.{name}", lang), number) for name, number in counts),
                html.Div(
                    [html.H3(text("wall.cases.open", lang)), value(desk.open, view)],
                    className="wall-count",
                ),
                _count(
                    text("wall.cases.overdue", lang), overdue, tone="bad" if overdue else "good"
                ),
            ],
            className="wall-counts",
        ),
        html.Div([_departments(desk, view), _recent(desk, lang)], className="wall-sides"),
        is_first=is_first,
    )


def _count(name: str, number: int, *, tone: str = "") -> Element:
    figure = html.Span(
        [icon("alert")] * (tone == "bad") + [html.B(numbers_text.number(number))],
        className=f"wall-value {tone}",
    )
    return html.Div([html.H3(name), figure], className="wall-count")


def _departments(desk: Desk, view: View) -> Element:
    lang = view.lang
    lines = sorted(desk.held, key=lambda line: -(line.open.value or 0))
    shown, rest = lines[:SHOWN_DEPARTMENTS], lines[SHOWN_DEPARTMENTS:]
    most = max((line.open.value or 0 for line in lines), default=1) or 1
    rows = [_department_row(line, desk.flows.get(line.code, Flow()), most, view) for line in shown]
    if rest:
        rows.append(_rest_row(rest, desk, lang))
    heads = ("department", "open", "overdue", "new_this_month", "closed_this_month")
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(
                            text(f"wall.cases.{head}", lang),
                            className="" if head == "department" else "numeric",
                            scope="col",
                            **({"colSpan": 2} if head == "open" else {}),
                        )
                        for head in heads
                    ]
                )
            ),
            html.Tbody(rows),
        ],
        className="wall-table",
    )


def _department_row(line: Held, flow: Flow, most: float, view: View) -> Element:
    count = line.open.value or 0
    return html.Tr(
        [
            html.Th(line.name, scope="row"),
            html.Td(
                html.Div(
                    [
                        html.I(className="overdue", style={"flexGrow": line.overdue_count}),
                        html.I(style={"flexGrow": max(count - line.overdue_count, 0)}),
                    ],
                    className="wall-bar",
                    style={"width": f"{100 * count / most:.1f}%"},
                    **{"aria-hidden": "true"},
                ),
                className="wall-bar-place",
            ),
            html.Td(
                html.A(
                    numbers_text.amount(line.open.value, line.open.kpi),
                    href=view.href(receipt=line.open.kpi.kpi_id, of=written(line.open.cell)),
                    **marked(line.open),
                ),
                className="numeric",
            ),
            *_numbers(line.overdue_count, flow),
        ]
    )


def _rest_row(rest: Sequence[Held], desk: Desk, lang: Lang) -> Element:
    """The departments that do not fit, together; what is open is a count of cases, so it adds."""
    flow = sum((desk.flows.get(line.code, Flow()) for line in rest), Flow())
    return html.Tr(
        [
            html.Th(text("wall.cases.rest", lang, count=len(rest)), scope="row"),
            html.Td(),
            html.Td(
                numbers_text.number(sum(line.open.value or 0 for line in rest)),
                className="numeric",
            ),
            *_numbers(sum(line.overdue_count for line in rest), flow),
        ]
    )


def _numbers(overdue: int, flow: Flow) -> list[Element]:
    return [
        html.Td(numbers_text.number(overdue), className="numeric bad" if overdue else "numeric"),
        html.Td(numbers_text.number(flow.new_this_month), className="numeric"),
        html.Td(numbers_text.number(flow.closed_this_month), className="numeric"),
    ]


def _recent(desk: Desk, lang: Lang) -> Element:
    title = text("wall.cases.recent", lang, days=RECENT_DAYS)
    return html.Figure(
        [
            html.Figcaption(
                [
                    html.H3(title),
                    html.Span([html.I(className="new"), text("wall.cases.new", lang)]),
                    html.Span([html.I(className="closed"), text("wall.cases.closed", lang)]),
                ]
            ),
            html.Div(
                Raw(days_svg(desk.days, colours=DARK)),
                className="wall-picture",
                role="img",
                **{"aria-label": title},
            ),
        ],
        className="wall-figure",
    )
