"""Before and after the programme: approval days of one item by month, and what can be said."""

from dataclasses import replace
from datetime import date

import polars as pl

from dashboards import html
from dashboards.components.chart import chart, empty
from dashboards.components.number import number
from dashboards.components.section import section
from dashboards.components.words import kpi_name
from dashboards.data.effects import judged
from dashboards.data.filtered import without
from dashboards.data.months import trend_question
from dashboards.data.services import APPROVAL_DAYS, PUBLISHED_ITEM, item_names
from dashboards.data.tables import Table, figures
from dashboards.figures.trend import marks_of, trend, trend_label
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.theme import colours
from warehouse.query import Question


def item_question(question: Question, item_code: str) -> Question:
    """The same about one item; its department is its own, so the page's is left aside."""
    wider = without(question, "department")
    return replace(wider, where={**wider.where, "category": item_code})


def effect_section(scope: Scope) -> Element:
    """Of the item chosen, else of the one that the published figures are of."""
    view, lang = scope.view, scope.view.lang
    code = view.category or PUBLISHED_ITEM
    name = item_names(scope).get(code, code)
    is_published = code == PUBLISHED_ITEM
    kpi = scope.context.kpis[APPROVAL_DAYS]
    title = text("services.effect", lang, item=name)
    # A county without applications knows no item, and a question about one would be a mistake.
    if not all(code in scope.category_names(fact) for fact in kpi.facts):
        return section(title, empty(text("services.no_applications", lang)), name="services-effect")
    question = item_question(trend_question(scope, APPROVAL_DAYS), code)
    months = scope.context.ask(question)
    if not months["value"].is_not_null().any():
        return section(title, empty(text("services.no_applications", lang)), name="services-effect")
    if not is_published:
        months = months.with_columns(pl.lit(None, pl.Float64).alias("target"))
    known = months.filter(pl.col("value").is_not_null())
    first, last = known["period_start_date"][0], known["period_start_date"][-1]
    shown = months.filter(pl.col("period_start_date").is_between(first, last))
    # The published baseline is of the whole county.
    figure = trend(
        shown,
        kpi=kpi,
        lang=lang,
        colours=colours(view.scheme),
        marks=marks_of(kpi, view.county, with_baseline=is_published and not view.area),
    )
    label = trend_label(f"{name} {kpi_name(kpi, lang)}", shown, lang)
    return section(
        title,
        chart(
            figure,
            name="effect",
            label=label,
            view=view,
            table=_months_table(scope, question, title),
        ),
        _verdict(scope, question, is_published=is_published),
        name="services-effect",
        note=text("services.effect.note" if is_published else "services.effect.note.other", lang),
    )


def _verdict(scope: Scope, question: Question, *, is_published: bool) -> Element:
    view, lang = scope.view, scope.view.lang
    if not is_published:
        return html.P(
            [
                text("services.effect.other", lang),
                html.A(
                    text("services.effect.to_published", lang),
                    href=view.href(category=PUBLISHED_ITEM),
                    className="panel-link",
                ),
            ],
            className="rule",
        )
    found = judged(scope, question)
    now = figures(
        scope.context,
        [item_question(scope.question(APPROVAL_DAYS), PUBLISHED_ITEM)],
    )[0][0]
    return html.Div(
        [
            html.P(
                [text("services.effect.now", lang), number(now, view)], className="departments-said"
            ),
            html.H3(text("services.effect.verdict", lang)),
            html.Ul([html.Li(said) for said in found.sentences]),
        ],
        className="services-verdict",
    )


def _months_table(scope: Scope, question: Question, title: str) -> Table:
    lang = scope.view.lang
    kpi = scope.context.kpis[APPROVAL_DAYS]
    return Table(
        "approval_months",
        title,
        [
            text("trend.month", lang),
            kpi_name(kpi, lang),
            text("services.effect.decided", lang),
        ],
        [
            [
                _month(figure.row["period_start_date"]),
                figure,
                figure.row["denominator"],
            ]
            for figure in reversed(figures(scope.context, [question])[0])
            if figure.value is not None
        ],
    )


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
