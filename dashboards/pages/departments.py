"""Departments: who is quick and careful, who is overloaded, where cases wait, and which ones."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards import numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.department_card import card_sections
from dashboards.components.frame import frame
from dashboards.components.scorecard import scorecard_table
from dashboards.components.section import section
from dashboards.components.stage_grid import StageCell, StageLine, stage_grid
from dashboards.context import Context
from dashboards.data.department_tables import (
    band_names,
    case_table,
    flow_table,
    load_table,
    quality_table,
    ranked_table,
    score_table,
    stage_name,
    stage_table,
)
from dashboards.data.departments import (
    SCORE,
    Load,
    Scorecard,
    flow_unit,
    flows,
    loads,
    scorecard,
    worker_load,
)
from dashboards.data.filtered import with_own_category
from dashboards.data.open_cases import MOST_ROWS, open_cases, open_counts
from dashboards.data.ranking import Ranked, departments_ranked
from dashboards.data.stage_times import STAGES, StageRow, StageTime, stage_times
from dashboards.data.tables import Table
from dashboards.durations import duration
from dashboards.figures.funnel import funnel_chart
from dashboards.figures.workload import age_bands, workload
from dashboards.i18n import text
from dashboards.scope import Scope, area_name
from dashboards.theme import age_ramp, colours
from dashboards.view import View

PATH = "/departments"
TITLE_KEY = "page.departments"
FACT = "fct_cases"
JUDGED = "on_time_resolution_rate"
LEAST_CASES = 20
"""Below which a median is too unsure to be called the longest."""
LEAST_COMPARED = 2
"""Departments that a comparison takes."""
WHOLE_DAYS = {"week": 7, "month": 28}


def layout(view: View, context: Context) -> Component:
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
        _scorecard_section(scope, cards) if cards else _lacks(scope),
        *card_sections(scope, cards, found),
        html.Div([_flow_section(scope), _age_section(scope, found)], className="two"),
        _load_section(scope, found),
        _stage_section(scope),
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


def _lacks(scope: Scope) -> Component:
    """In place of the scorecard where a filter does not fit the rows of its parts."""
    lang = scope.view.lang
    lacking = scope.lacks(scope.context.kpis[SCORE])
    level = lacking if lacking in ("department", "category") else "area"
    name = text(f"filter.{level}", lang).lower()
    return section(
        text("departments.scorecard", lang),
        empty(text("value.lacks.note", lang, filter=name)),
        name="departments-scorecard",
    )


def _scorecard_section(scope: Scope, cards: Scorecard) -> Component:
    lang = scope.view.lang
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


def _flow_section(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    unit, found = flow_unit(scope), flows(scope)
    tools = [
        html.A(
            text(f"departments.flow.by.{name}", lang),
            href=view.href(unit=name),
            **({"aria-current": "true"} if name == unit else {}),
        )
        for name in WHOLE_DAYS
    ]
    place = _place_words(scope)
    title = text("departments.flow", lang)
    if not any(flow.reported_count or flow.left_count or flow.figure.value for flow in found):
        body = empty(text("departments.no_cases", lang))
    else:
        came = sum(flow.reported_count for flow in found)
        left = sum(flow.left_count for flow in found)
        change = left - came
        key = "fewer" if change > 0 else "more" if change < 0 else "same"
        body = html.Div(
            [
                html.P(
                    text(
                        f"departments.flow.said.{key}",
                        lang,
                        came=numbers_text.number(came),
                        left=numbers_text.number(left),
                        change=numbers_text.number(abs(change)),
                    ),
                    className="departments-said",
                ),
                chart(
                    workload(
                        found,
                        lang=lang,
                        colours=colours(view.scheme),
                        whole_days=WHOLE_DAYS[unit],
                    ),
                    name="flows",
                    label=text("departments.flow.label", lang, place=place),
                    view=view,
                    table=flow_table(scope, found),
                    height=340,
                ),
            ]
        )
    return section(
        title,
        body,
        name="departments-flow",
        tools=[html.Div(tools, className="segments", role="group", **{"aria-label": title})],
        note=text("departments.flow.note", lang, place=place),
    )


def _place_words(scope: Scope) -> str:
    words = [area_name(scope, scope.area)]
    if scope.view.department:
        words.append(scope.department_names[scope.view.department])
    return " · ".join(words)


def _age_section(scope: Scope, found: Sequence[Load]) -> Component:
    view, lang = scope.view, scope.view.lang
    there = [load for load in found if sum(load.ages)]
    as_of = numbers_text.day(scope.context.builds[view.county].as_of_date, lang)
    if not there:
        body: Component = empty(text("departments.none_open", lang))
    else:
        total = sum(sum(load.ages) for load in there)
        old = sum(load.ages[-1] for load in there)
        body = html.Div(
            [
                html.P(
                    text(
                        "departments.age.said",
                        lang,
                        total=numbers_text.number(total),
                        old=numbers_text.number(old),
                        share=numbers_text.number(100 * old / total),
                    ),
                    className="departments-said",
                ),
                chart(
                    age_bands(
                        there,
                        names=band_names(lang),
                        hrefs=[_toward(view, load.code) for load in there],
                        chosen=view.department,
                        lang=lang,
                        colours=colours(view.scheme),
                        ramp=age_ramp(view.scheme),
                    ),
                    name="ages",
                    label=text("departments.age.label", lang, day=as_of),
                    view=view,
                    height=90 + 26 * len(there),
                ),
            ]
        )
    return section(
        text("departments.age", lang),
        body,
        name="departments-age",
        note=text("departments.age.note", lang, day=as_of),
    )


def _toward(view: View, code: str) -> str:
    return view.href(department="" if code == view.department else code)


def _load_section(scope: Scope, found: Sequence[Load]) -> Component:
    lang = scope.view.lang
    if not found:
        body = empty(text("departments.no_cases", lang))
    else:
        body = data_table(load_table(scope, found), scope.view, is_tall=True)
    workers = worker_load(scope)
    if workers is None:
        said = text("departments.workers.none", lang)
    else:
        said = text(
            "departments.workers.said",
            lang,
            place=area_name(scope, scope.area),
            workers=numbers_text.number(workers.worker_count),
            cases=numbers_text.number(workers.case_count),
            per_week=numbers_text.number(workers.per_week, 2),
        )
    return section(
        text("departments.load", lang),
        body,
        html.P(said, className="rule"),
        name="departments-load",
        note=text("departments.load.note", lang),
    )


def _stage_section(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    found = stage_times(scope)
    title = text("departments.stages", lang)
    if not found:
        return section(title, empty(text("departments.no_cases", lang)), name="departments-stages")
    worst = _worst(found)
    lines = [
        StageLine(
            name=line.name or area_name(scope, scope.area),
            href=_toward(view, line.code) if line.code else "",
            is_current=line.code is not None and line.code == view.department,
            cells=[
                _stage_cell(scope, time, is_worst=bool(line.code) and line.code == worst[number])
                for number, time in enumerate(line.stages)
            ],
            is_whole=line.code is None,
        )
        for line in found
    ]
    columns = [_stage_head(scope, stage) for stage in STAGES]
    return section(
        title,
        stage_grid(lines, head=text("departments.department", lang), columns=columns, label=title),
        html.Details(
            [
                html.Summary(text("trend.table", lang)),
                data_table(stage_table(scope, found), view),
            ],
            className="as-table",
        ),
        name="departments-stages",
        note=text("departments.stages.note", lang),
    )


def _stage_head(scope: Scope, stage: tuple[str, str]) -> tuple[str, str]:
    """What the stage ends with, and what it began with; the whole way is named as such."""
    lang = scope.view.lang
    if stage == STAGES[-1]:
        return text("departments.stage.whole", lang), stage_name(stage, lang)
    first, second = (text(f"departments.milestone.{name}", lang) for name in stage)
    return second, text("departments.stage.from", lang, first=first)


def _worst(found: Sequence[StageRow]) -> list[str | None]:
    """By stage the department with the longest median, among those with enough cases to tell."""
    worst = []
    for number in range(len(STAGES)):
        known = [
            (line.stages[number].median_minutes or 0.0, line.code)
            for line in found
            if line.code is not None and line.stages[number].reached_count >= LEAST_CASES
        ]
        worst.append(max(known)[1] if len(known) > 1 else None)
    return worst


def _stage_cell(scope: Scope, time: StageTime, *, is_worst: bool) -> StageCell:
    lang = scope.view.lang
    if not time.is_delivered:
        return StageCell(
            text("departments.stage.not_delivered", lang),
            note=text("value.not_delivered.note", lang),
        )
    if not time.reached_count:
        return StageCell("—", note=text("departments.stage.none", lang))
    note = text(
        "departments.stage.hover",
        lang,
        reached=numbers_text.number(time.reached_count),
        waiting=numbers_text.number(time.waiting_count),
        reversed=numbers_text.number(time.reversed_count),
    )
    return StageCell(
        duration(time.median_minutes, lang),
        text(
            "departments.stage.more",
            lang,
            p90=duration(time.p90_minutes, lang),
            count=numbers_text.number(time.reached_count),
        ),
        amount=time.median_minutes,
        note=note,
        is_worst=is_worst,
    )


def _quality_section(scope: Scope) -> Component:
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


def _funnel_section(scope: Scope) -> Component:
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
        links={code: _toward(view, code) for code in names},
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


def _case_section(scope: Scope) -> Component:
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
