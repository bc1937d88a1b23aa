"""The chosen department: where its points are lost, and how its score has gone by month."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.number import number
from dashboards.components.scorecard import grade_chip, points_words
from dashboards.components.section import section
from dashboards.components.words import kpi_name
from dashboards.data.departments import SCORE, Card, Load, Scorecard
from dashboards.data.months import trend_question
from dashboards.data.tables import Figure, Table, figures
from dashboards.figures.trend import marks_of, trend, trend_label
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.theme import colours


def card_sections(scope: Scope, cards: Scorecard | None, found: Sequence[Load]) -> list[Element]:
    """Both sections, none where no department is chosen or the score cannot be asked for."""
    code = scope.view.department
    if not code or cards is None:
        return []
    card = next((card for card in cards.cards if card.code == code), None)
    load = next((load for load in found if load.code == code), None)
    name = scope.department_name
    if card is None:
        note = text("departments.card.none", scope.view.lang, name=name)
        return [section(name, empty(note), name="departments-card")]
    return [
        html.Div(
            [_parts_section(scope, card, cards.whole, load), _trend_section(scope, name)],
            className="two",
        )
    ]


def _parts_section(scope: Scope, card: Card, whole: Card | None, load: Load | None) -> Element:
    view, lang = scope.view, scope.view.lang
    points = text("departments.points", lang)
    missing = text("departments.points_missing", lang)
    weight = text("departments.points_most", lang)
    others = {part.kpi.kpi_id: part.figure for part in whole.parts} if whole else {}
    columns = [
        text("departments.part", lang),
        text("departments.value", lang),
        text("departments.value.all", lang),
        weight,
        points,
        missing,
    ]
    table = Table(
        "parts",
        text("departments.card.parts", lang, name=card.name),
        columns,
        [
            [
                kpi_name(part.kpi, lang),
                part.figure,
                others.get(part.kpi.kpi_id),
                100 * part.weight,
                part.points,
                part.points_missing,
            ]
            for part in card.parts
        ],
        decimals={points: 2, missing: 2},
    )
    worst = card.worst
    said = (
        text(
            "departments.card.worst",
            lang,
            kpi=kpi_name(worst.kpi, lang),
            points=points_words(worst.points_missing, lang),
        )
        if worst and worst.points_missing and card.score.value is not None
        else ""
    )
    return section(
        text("departments.card", lang, name=card.name),
        html.P(
            [
                html.Span(number(card.score, view), className="departments-card-score"),
                grade_chip(card.grade, lang),
                html.Span(said, className="muted"),
            ],
            className="departments-card-head",
        ),
        data_table(table, view, is_tall=True),
        _load_words(scope, load),
        name="departments-card",
        tools=[
            html.A(
                text("departments.card.lift", lang),
                href=view.href(department=""),
                className="panel-link",
            )
        ],
    )


def _load_words(scope: Scope, load: Load | None) -> Element | None:
    """What the department has to do, in a sentence."""
    view, lang = scope.view, scope.view.lang
    if load is None or load.backlog is None:
        return None
    return html.P(
        [
            text("departments.card.open", lang),
            number(load.backlog, view),
            text(
                "departments.card.load",
                lang,
                old=numbers_text.number(load.ages[-1]),
                reported=numbers_text.number(load.reported_per_week, 1),
                closed=numbers_text.number(load.closed_per_week, 1),
                weeks=numbers_text.number(load.weeks_to_clear, 2),
            ),
        ],
        className="departments-card-load",
    )


def _trend_section(scope: Scope, name: str) -> Element:
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[SCORE]
    question = trend_question(scope, SCORE)
    months = scope.context.ask(question)
    title = text("departments.card.trend", lang, name=name)
    if not months["value"].is_not_null().any():
        return section(title, empty(text("departments.no_scores", lang)), name="departments-trend")
    figure = trend(
        months,
        kpi=kpi,
        lang=lang,
        colours=colours(view.scheme),
        marks=marks_of(kpi, view.county, with_baseline=False),
    )
    figure.update_yaxes(rangemode="normal")
    known = months.filter(months["value"].is_not_null())
    label = trend_label(f"{name} {kpi_name(kpi, lang)}", known, lang)
    return section(
        title,
        chart(
            figure,
            name="score-trend",
            label=label,
            view=view,
            table=_months_table(figures(scope.context, [question])[0], title, scope),
        ),
        name="departments-trend",
        note=text("departments.card.trend.note", lang),
    )


def _months_table(found: list[Figure], title: str, scope: Scope) -> Table:
    lang = scope.view.lang
    return Table(
        "score_months",
        title,
        [text("trend.month", lang), text("departments.score", lang)],
        [[f"{figure.row['period_start_date']:%Y-%m}", figure] for figure in reversed(found)],
    )
