"""Departments: who is quick and careful, who is overloaded, where cases wait, and which ones."""

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.department_card import card_sections
from dashboards.components.department_stages import stage_section
from dashboards.components.department_workload import age_section, flow_section, load_section
from dashboards.components.frame import frame
from dashboards.components.scorecard import scorecard_table
from dashboards.components.section import section
from dashboards.components.words import lacking_words
from dashboards.context import Context
from dashboards.data.choices import toward
from dashboards.data.department_tables import (
    case_table,
    flow_table,
    load_table,
    quality_table,
    ranked_table,
    score_table,
    stage_table,
)
from dashboards.data.departments import (
    SCORE,
    Scorecard,
    flows,
    loads,
    scorecard,
)
from dashboards.data.filtered import with_own_category
from dashboards.data.open_cases import MOST_ROWS, open_cases, open_counts
from dashboards.data.ranking import Ranked, departments_ranked
from dashboards.data.stage_times import stage_times
from dashboards.data.tables import Table
from dashboards.figures.funnel import funnel_chart
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope, area_name
from dashboards.theme import colours
from dashboards.view import View

PATH = "/departments"
TITLE_KEY = "page.departments"
FACT = "fct_cases"
JUDGED = "on_time_resolution_rate"
LEAST_COMPARED = 2
"""Departments that a comparison takes."""


def layout(view: View, context: Context) -> Element:
    """Scorecard, the chosen department, workload, stages, care, fairness and the oldest cases."""
    asked = Scope(view, context)
    scope = with_own_category(asked, FACT)
    cards = _scorecard(scope)
    found = loads(scope)
    return frame(
        scope,
        *(
            []
            if scope is asked
            else [html.P(text("departments.other_category", view.lang), className="empty")]
        ),
        _scorecard_section(scope, cards),
        *card_sections(scope, cards, found),
        html.Div([flow_section(scope), age_section(scope, found)], className="two"),
        load_section(scope, found),
        stage_section(scope),
        html.Div([_quality_section(scope), _funnel_section(scope)], className="two"),
        _case_section(scope),
        path=PATH,
        shown=("period", "area", "department", "category"),
        category_fact=FACT,
    )


def tables(scope: Scope) -> list[Table]:
    """Everything the page shows, the open cases in full."""
    scope = with_own_category(scope, FACT)
    cards = _scorecard(scope)
    return [
        *([score_table(scope, cards)] if cards else []),
        load_table(scope, loads(scope)),
        flow_table(scope, flows(scope)),
        stage_table(scope, stage_times(scope)),
        quality_table(scope),
        *_judged_tables(scope),
        case_table(scope, open_cases(scope, limit=MOST_ROWS)),
    ]


def _judged_tables(scope: Scope) -> list[Table]:
    kpi = scope.context.kpis[JUDGED]
    if scope.lacks(kpi):
        return []
    return [ranked_table(scope, departments_ranked(scope, kpi))]


def _scorecard(scope: Scope) -> Scorecard | None:
    return None if scope.lacks(scope.context.kpis[SCORE]) else scorecard(scope)


def _scorecard_section(scope: Scope, cards: Scorecard | None) -> Element:
    lang = scope.view.lang
    if cards is None:
        return section(
            text("departments.scorecard", lang),
            empty(lacking_words(scope.lacks(scope.context.kpis[SCORE]), lang)),
            name="departments-scorecard",
        )
    has_score = any(card.score.value is not None for card in cards.cards)
    return section(
        text("departments.scorecard", lang),
        None if has_score else empty(text("departments.no_scores", lang)),
        scorecard_table(cards, scope.view, whole_name=area_name(scope, scope.area))
        if cards.cards
        else None,
        html.P(text("departments.scorecard.rule", lang), className="rule"),
        name="departments-scorecard",
        note=text("departments.scorecard.note", lang),
    )


def _quality_section(scope: Scope) -> Element:
    lang = scope.view.lang
    table = quality_table(scope)
    body = (
        data_table(table, scope.view, is_tall=True)
        if table.rows
        else empty(text("departments.no_cases", lang))
    )
    return section(
        text("departments.quality", lang),
        body,
        name="departments-quality",
        note=text("departments.quality.note", lang),
    )


def _funnel_section(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    title = text("departments.funnel", lang)
    kpi = scope.context.kpis[JUDGED]
    ranked = None if scope.lacks(kpi) else departments_ranked(scope, kpi)
    if ranked is None or ranked.funnel is None or len(ranked.funnel.rows) < LEAST_COMPARED:
        return section(
            title, empty(text("departments.funnel.none", lang)), name="departments-funnel"
        )
    names = scope.department_names
    figure = funnel_chart(
        ranked.funnel,
        kpi=kpi,
        column="department_code",
        names=names,
        links={code: toward(view, "department", code) for code in names},
        lang=lang,
        colours=colours(view.scheme),
    )
    return section(
        title,
        html.P(_funnel_words(scope, ranked), className="departments-said"),
        chart(
            figure,
            name="funnel",
            label=text("departments.funnel.label", lang),
            view=view,
            table=ranked_table(scope, ranked),
            height=300,
        ),
        name="departments-funnel",
        note=text("departments.funnel.note", lang),
    )


def _funnel_words(scope: Scope, ranked: Ranked) -> str:
    lang = scope.view.lang
    said = []
    for verdict in ("better", "worse"):
        named = [line.name for line in ranked.slices if line.verdict == verdict]
        if named:
            listed = text("departments.and", lang).join(named)
            said.append(text(f"departments.funnel.said.{verdict}", lang, names=listed))
    if not said:
        judged = sum(line.verdict != "unjudged" for line in ranked.slices)
        said = [text("departments.funnel.said.none", lang, count=judged)]
    if ranked.funnel and ranked.funnel.is_over_dispersed:
        said.append(text("departments.funnel.said.dispersed", lang))
    return text("departments.sentence_gap", lang).join(said)


def _case_section(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found, counts = open_cases(scope), open_counts(scope)
    zone = scope.context.county(view.county).zone
    title = text("departments.cases", lang)
    as_of = numbers_text.day(scope.context.builds[view.county].as_of_date, lang)
    if not found:
        return section(title, empty(text("departments.none_open", lang)), name="departments-cases")
    query = view.href("", receipt="", role="", of="")
    separator = "&" if len(query) > 1 else ""
    address = f"/api/page.csv{query}{separator}page={PATH}&table=open_cases"
    return section(
        title,
        data_table(case_table(scope, found), view, zone=zone),
        name="departments-cases",
        tools=[
            html.A(
                text("departments.cases.all", lang, count=numbers_text.number(counts.open_count)),
                href=address,
                download=True,
                className="panel-link",
            )
        ],
        note=text(
            "departments.cases.note",
            lang,
            day=as_of,
            open=numbers_text.number(counts.open_count),
            overdue=numbers_text.number(counts.overdue_count),
            suspended=numbers_text.number(counts.suspended_count),
            shown=numbers_text.number(len(found)),
        ),
    )
