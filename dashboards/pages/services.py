"""One-stop service: how far applications get, how long that takes, and where they wait."""

from collections.abc import Sequence
from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from dashboards import numbers_text
from dashboards.components.application_funnel import FunnelStep, application_funnel
from dashboards.components.approval_effect import effect_section
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.frame import frame
from dashboards.components.number import number
from dashboards.components.section import section
from dashboards.components.stage_grid import StageCell, StageLine, stage_grid
from dashboards.components.tile import tile
from dashboards.context import Context
from dashboards.data.filtered import with_own_category
from dashboards.data.overview import Tile, tiles
from dashboards.data.service_tables import (
    funnel_table,
    item_table,
    share_table,
    stage_words,
    step_table,
    visit_table,
    waiting_table,
)
from dashboards.data.services import (
    ITEM_KPIS,
    MOST_WAITING,
    OFF_THE_CLOCK,
    PUBLISHED_ITEM,
    STAGES,
    Funnel,
    StepRow,
    StepTime,
    Waiting,
    funnel,
    is_of_published_item,
    item_names,
    items,
    of_all_items,
    stage_shares,
    step_times,
    targeted,
    visits,
    waiting,
)
from dashboards.data.tables import Table
from dashboards.durations import days
from dashboards.figures.services import item_plot, visit_bars
from dashboards.i18n import Lang, text
from dashboards.scope import Scope, area_name
from dashboards.theme import colours
from dashboards.view import View

PATH = "/services"
TITLE_KEY = "page.services"
FACT = "fct_applications"
LEAST_STEPS = 10
"""Below which a median is too unsure to be called the longest."""


def layout(view: View, context: Context) -> Component:
    """KPIs, the way of applications, before and after, stages, waiting, visits and items."""
    asked = Scope(view, context)
    scope = with_own_category(asked, FACT)
    lang = view.lang
    return frame(
        scope,
        *(
            []
            if scope is asked
            else [html.P(text("services.other_category", view.lang), className="empty")]
        ),
        html.Div(
            [tile(data, view) for data in _tiles(scope)],
            className="tiles services-tiles",
            role="group",
            **{"aria-label": text("section.kpis", lang)},
        ),
        html.P(_published_words(scope), className="services-published"),
        html.Div(
            [
                html.Div(
                    [_funnel_section(scope), _share_section(scope), _visit_section(scope)],
                    className="column",
                ),
                effect_section(scope),
            ],
            className="two",
        ),
        _waiting_section(scope),
        _step_section(scope),
        _item_section(scope),
        path=PATH,
        category_fact=FACT,
    )


def tables(scope: Scope) -> list[Table]:
    """Everything the page shows, what waits in full."""
    scope = with_own_category(scope, FACT)
    return [
        funnel_table(scope, funnel(scope)),
        step_table(scope, step_times(scope)),
        *([share_table(scope, stage_shares(scope))] if _fits(scope, "stage_wait_share") else []),
        waiting_table(scope, waiting(scope)),
        visit_table(scope, visits(scope)),
        item_table(scope, items(scope)),
    ]


def _fits(scope: Scope, kpi_id: str) -> bool:
    return scope.lacks(scope.context.kpis[kpi_id]) is None


def _tiles(scope: Scope) -> list[Tile]:
    """The KPIs, held against target and baseline only where those are of what is shown."""
    item = scope.view.category
    return [
        replace(
            data,
            kpi=of_all_items(data.kpi, item),
            figure=data.figure and targeted(data.figure, item),
        )
        for data in tiles(scope, ITEM_KPIS)
    ]


def _published_words(scope: Scope) -> str:
    lang = scope.view.lang
    name = item_names(scope).get(PUBLISHED_ITEM, PUBLISHED_ITEM)
    key = "services.published.this" if is_of_published_item(scope) else "services.published"
    return text(key, lang, item=name, code=PUBLISHED_ITEM)


def _funnel_section(scope: Scope) -> Component:
    lang = scope.view.lang
    found = funnel(scope)
    title = text("services.funnel", lang)
    if not found.submitted:
        return section(title, empty(text("services.no_applications", lang)), name="services-funnel")
    return section(
        title,
        application_funnel(_steps(scope, found)),
        html.Details(
            [
                html.Summary(text("trend.table", lang)),
                data_table(funnel_table(scope, found), scope.view),
            ],
            className="as-table",
        ),
        name="services-funnel",
        note=text("services.funnel.note", lang),
    )


def _steps(scope: Scope, found: Funnel) -> list[FunnelStep]:
    lang = scope.view.lang

    def step(name: str, count: int, of: int, of_name: str, **branches: int) -> FunnelStep:
        share = ""
        if of_name and of:
            percent = numbers_text.number(100 * count / of, 1)
            share = text(f"services.funnel.of.{of_name}", lang, share=percent)
        said = [
            text(f"services.funnel.branch.{key}", lang, count=numbers_text.number(value))
            for key, value in branches.items()
            if value
        ]
        return FunnelStep(
            text(f"services.funnel.{name}", lang),
            numbers_text.number(count),
            share,
            count / found.submitted,
            said,
        )

    return [
        step("submitted", found.submitted, 0, ""),
        step(
            "accepted",
            found.accepted,
            found.submitted,
            "submitted",
            not_accepted=found.not_accepted,
            withdrawn=found.withdrawn_before,
        ),
        step(
            "decided",
            found.decided,
            found.submitted,
            "submitted",
            withdrawn=found.withdrawn - found.withdrawn_before,
            undecided=found.undecided,
            overdue=found.overdue,
        ),
        step("approved", found.approved, found.decided, "decided", rejected=found.rejected),
        step(
            "paid",
            found.paid,
            found.payable,
            "payable",
            unpaid=found.payable - found.paid,
            unpayable=found.approved - found.payable,
        ),
    ]


def _waiting_section(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    found = waiting(scope)
    as_of = numbers_text.day(scope.context.builds[view.county].as_of_date, lang)
    title = text("services.waiting", lang)
    note = text("services.waiting.note", lang, day=as_of)
    if not found:
        return section(
            title, empty(text("services.waiting.none", lang)), name="services-waiting", note=note
        )
    overdue = len({one.application_id for one in found if one.is_overdue})
    said = text(
        "services.waiting.said",
        lang,
        count=numbers_text.number(len({one.application_id for one in found})),
        steps=numbers_text.number(len(found)),
        days=numbers_text.number(found[0].running_days, 1),
        overdue=numbers_text.number(overdue),
    )
    zone = scope.context.county(view.county).zone
    return section(
        title,
        html.P(said, className="departments-said"),
        stage_grid(
            _waiting_lines(scope, found),
            head=text("services.steps.department", lang),
            columns=[
                (stage_words(code, lang), "")
                for code in _stages_of({one.stage_code for one in found})
            ],
            label=title,
        ),
        html.H3(
            text("services.waiting.list.shown", lang, count=min(len(found), MOST_WAITING)),
            className="services-list-head",
        ),
        data_table(waiting_table(scope, found[:MOST_WAITING]), view, zone=zone),
        name="services-waiting",
        note=note,
    )


def _stages_of(there: set[str | None]) -> list[str | None]:
    """Stages in the order of the way, unknown ones after, those that nobody has last."""
    known = [code for code in STAGES if code in there]
    others = sorted(code for code in there if code is not None and code not in STAGES)
    return [*known, *others, *([None] if None in there else [])]


def _waiting_lines(scope: Scope, found: Sequence[Waiting]) -> list[StageLine]:
    view, lang = scope.view, scope.view.lang
    stages = _stages_of({one.stage_code for one in found})
    counts: dict[str | None, int] = {}
    for one in found:
        counts[one.department_code] = counts.get(one.department_code, 0) + 1
    lines = []
    for code in sorted(counts, key=lambda code: (code is None, -counts[code], code or "")):
        mine = [one for one in found if one.department_code == code]
        cells = [
            _waiting_cell(scope, [one for one in mine if one.stage_code == stage])
            for stage in stages
        ]
        name = (
            scope.department_names.get(code, code)
            if code
            else text("services.waiting.nobody", lang)
        )
        is_current = code is not None and code == view.department
        href = view.href(department="" if is_current else code) if code else ""
        lines.append(StageLine(name, href, is_current, cells))
    return lines


def _waiting_cell(scope: Scope, there: Sequence[Waiting]) -> StageCell:
    lang = scope.view.lang
    if not there:
        return StageCell("")
    longest = max(one.running_days for one in there)
    overdue = sum(one.is_overdue for one in there)
    more = text("services.waiting.longest", lang, days=numbers_text.number(longest, 1))
    if overdue:
        more += text("services.waiting.overdue_count", lang, count=numbers_text.number(overdue))
    return StageCell(
        text("services.waiting.count", lang, count=numbers_text.number(len(there))),
        more,
        amount=longest,
        is_worst=overdue > 0,
    )


def _step_section(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    found = step_times(scope)
    title = text("services.steps", lang)
    if not found:
        return section(title, empty(text("services.no_applications", lang)), name="services-steps")
    stages = _stages_of({stage for line in found for stage in line.stages})
    slowest = {stage: _slowest(found, stage) for stage in stages}
    lines = [
        StageLine(
            line.name or area_name(scope, scope.area),
            view.href(department="" if line.code == view.department else line.code)
            if line.code
            else "",
            is_current=line.code is not None and line.code == view.department,
            cells=[
                _step_cell(
                    scope,
                    line.stages.get(stage or ""),
                    is_worst=bool(line.code) and slowest[stage] == line.code,
                )
                for stage in stages
            ],
            is_whole=line.code is None,
        )
        for line in found
    ]
    columns = [
        (
            stage_words(stage, lang),
            _clock_words(stage, lang),
        )
        for stage in stages
    ]
    return section(
        title,
        stage_grid(
            lines, head=text("services.steps.department", lang), columns=columns, label=title
        ),
        html.Details(
            [
                html.Summary(text("trend.table", lang)),
                data_table(step_table(scope, found), view),
            ],
            className="as-table",
        ),
        name="services-steps",
        note=text("services.steps.note", lang),
    )


def _slowest(found: Sequence[StepRow], stage: str | None) -> str | None:
    """The department with the longest median of a stage, where there are several to compare."""
    known = [
        (time.median_days or 0.0, line.code)
        for line in found
        if line.code and (time := line.stages.get(stage or "")) and time.ended_count >= LEAST_STEPS
    ]
    return max(known)[1] if len(known) > 1 else None


def _clock_words(stage: str | None, lang: Lang) -> str:
    return text(f"services.clock.{'off' if stage in OFF_THE_CLOCK else 'on'}", lang)


def _step_cell(scope: Scope, time: StepTime | None, *, is_worst: bool) -> StageCell:
    lang = scope.view.lang
    if time is None:
        return StageCell("")
    if not time.ended_count:
        return StageCell(
            "—",
            text("services.steps.all_open", lang, count=numbers_text.number(time.open_count)),
        )
    return StageCell(
        days(time.median_days, lang),
        text(
            "services.steps.more",
            lang,
            p90=days(time.p90_days, lang),
            count=numbers_text.number(time.ended_count),
        ),
        amount=time.median_days,
        note=text(
            "services.steps.hover",
            lang,
            open=numbers_text.number(time.open_count),
            returned=numbers_text.number(time.returned_count),
        ),
        is_worst=is_worst,
    )


def _share_section(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    title = text("services.shares", lang)
    found = stage_shares(scope) if _fits(scope, "stage_wait_share") else []
    there = [figure for figure in found if figure.value]
    if not there:
        return section(title, empty(text("services.no_applications", lang)), name="services-shares")
    most = max(figure.value or 0.0 for figure in there)
    return section(
        title,
        html.Ol(
            [
                html.Li(
                    [
                        html.Span(
                            stage_words(figure.row["stage_code"], lang),
                            className="services-step-name",
                        ),
                        html.Span(
                            html.I(style={"width": f"{(figure.value or 0) / most:.2%}"}),
                            className="services-step-bar",
                        ),
                        html.Span(number(figure, view), className="services-step-count"),
                        html.Span(
                            _clock_words(figure.row["stage_code"], lang),
                            className="services-step-share",
                        ),
                    ]
                )
                for figure in there
            ],
            className="services-funnel",
        ),
        name="services-shares",
        note=text("services.shares.note", lang),
    )


def _visit_section(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    found = visits(scope)
    title = text("services.visits", lang)
    if not found.known_count:
        key = "services.visits.not_delivered" if found.unknown_count else "services.visits.none"
        return section(title, empty(text(key, lang)), name="services-visits")
    return section(
        title,
        chart(
            visit_bars(found, lang=lang, colours=colours(view.scheme)),
            name="visits",
            label=title,
            view=view,
            table=visit_table(scope, found),
            height=240,
        ),
        name="services-visits",
        note=text(
            "services.visits.note",
            lang,
            known=numbers_text.number(found.known_count),
            unknown=numbers_text.number(found.unknown_count),
        ),
    )


def _item_section(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    found = items(scope)
    title = text("services.items", lang)
    if not found:
        return section(title, empty(text("services.no_applications", lang)), name="services-items")
    drawn = [item for item in found if item.figures[0] and item.figures[0].value is not None]
    plot = (
        chart(
            item_plot(
                drawn,
                hrefs=[
                    view.href(category="" if item.code == view.category else item.code)
                    for item in drawn
                ],
                chosen=view.category,
                lang=lang,
                colours=colours(view.scheme),
            ),
            name="items",
            label=text("services.items.label", lang),
            view=view,
            height=380,
        )
        if len(drawn) > 1
        else None
    )
    return section(
        title,
        plot,
        data_table(item_table(scope, found), view),
        name="services-items",
        note=text("services.items.note", lang),
    )
