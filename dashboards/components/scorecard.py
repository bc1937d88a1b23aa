"""The departments' scorecard: score, grade, and point by point what is missing."""

from dashboards import html, numbers_text
from dashboards.components.number import number
from dashboards.components.scroll_table import scroll_table
from dashboards.components.words import kpi_name
from dashboards.data.departments import Card, Part, Scorecard
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.view import View

TONES = {"A": "good", "B": "good", "C": "fair", "D": "bad", "E": "bad"}


def scorecard_table(found: Scorecard, view: View, *, whole_name: str) -> Element:
    """Cards in order; a department's name limits the page to it, again lifts the limit."""
    lang = view.lang
    most = max((_missing(card) for card in found.cards), default=0.0)
    label = text("departments.scorecard", lang)
    heads = [
        html.Th(text("departments.rank", lang), scope="col"),
        html.Th(text("departments.department", lang), scope="col"),
        html.Th(text("departments.score", lang), scope="col", className="numeric"),
        html.Th(text("departments.grade", lang), scope="col"),
        html.Th(text("departments.missing", lang), scope="col"),
        *(_part_head(part, number_, lang) for number_, part in enumerate(_parts(found), 1)),
    ]
    lines = [
        _line(card, str(place), view, most)
        for place, card in enumerate((card for card in found.cards), 1)
        if card.score.value is not None
    ]
    lines += [_line(card, "–", view, most) for card in found.cards if card.score.value is None]
    if found.whole:
        lines.append(_line(found.whole, "", view, most, whole_name=whole_name))
    return scroll_table(label, heads, lines, table_class="departments-scorecard")


def grade_chip(grade: str | None, lang: Lang) -> Element | None:
    """The grade as a letter in a box."""
    if grade is None:
        return None
    return html.Span(
        grade,
        className=f"departments-grade {TONES.get(grade, 'plain')}",
        title=text("departments.grade.note", lang, grade=grade),
    )


def points_words(value: float | None, lang: Lang) -> str:
    """Points of a score, in words."""
    return text("departments.points.n", lang, n=numbers_text.number(value, 1))


def _parts(found: Scorecard) -> tuple[Part, ...]:
    return found.whole.parts if found.whole else next((card.parts for card in found.cards), ())


def _missing(card: Card) -> float:
    return sum(part.points_missing or 0.0 for part in card.parts) if card.score.value else 0.0


def _part_head(part: Part, place: int, lang: Lang) -> Element:
    return html.Th(
        [
            html.Span(
                [html.I(className=f"departments-key part-{place}"), kpi_name(part.kpi, lang)]
            ),
            html.Span(
                text("departments.weight", lang, points=numbers_text.number(100 * part.weight)),
                className="departments-weight",
            ),
        ],
        scope="col",
        className="numeric",
    )


def _line(card: Card, place: str, view: View, most: float, *, whole_name: str = "") -> Element:
    lang = view.lang
    is_chosen = bool(card.code) and card.code == view.department
    wanted = "" if is_chosen else card.code
    name = (
        html.A(
            card.name,
            href=view.href(department=wanted),
            className="cell-link",
            **({"aria-current": "true"} if is_chosen else {}),
        )
        if card.code
        else whole_name
    )
    kinds = ["is-chosen"] if is_chosen else [] if card.code else ["is-whole"]
    return html.Tr(
        [
            html.Td(place, className="departments-place"),
            html.Th(name, scope="row"),
            html.Td(
                number(card.score, view, with_unit=False), className="numeric departments-points"
            ),
            html.Td(grade_chip(card.grade, lang)),
            html.Td(_lost(card, most, lang), className="departments-lost-cell"),
            *(html.Td(_part(part, view), className="numeric") for part in card.parts),
        ],
        className=" ".join(kinds),
    )


def _part(part: Part, view: View) -> list[Element | str]:
    if part.figure is None:
        return ["—"]
    if part.points_missing is None:
        return [number(part.figure, view)]
    points = numbers_text.number(part.points_missing, 1)
    said = text("departments.lost", view.lang, points=points)
    return [
        number(part.figure, view),
        html.Span(said, className="departments-lost-points"),
    ]


def _lost(card: Card, most: float, lang: Lang) -> Element:
    """The missing points by part, beside the most that any department lacks."""
    if card.score.value is None or not most:
        lacking = [kpi_name(part.kpi, lang) for part in card.parts if part.points is None]
        names = text("departments.and", lang).join(lacking)
        return html.Span(text("departments.no_score", lang, parts=names), className="muted")
    bars = [
        html.I(
            className=f"departments-part part-{place}",
            style={"width": f"{part.points_missing / most:.2%}"},
            title=f"{kpi_name(part.kpi, lang)} −{points_words(part.points_missing, lang)}",
        )
        for place, part in enumerate(card.parts, 1)
        if part.points_missing
    ]
    total = numbers_text.number(_missing(card), 1)
    return html.Div(
        [
            html.Span(bars, className="departments-lost"),
            html.Span(f"−{total}", className="departments-lost-total"),
        ],
        className="departments-lost-row",
    )
