"""Stages of applications by department: what waits now, and what the ended ones took."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.components.chart import empty
from dashboards.components.data_table import data_table, folded
from dashboards.components.section import section
from dashboards.components.stage_grid import StageCell, StageLine, stage_grid
from dashboards.data.choices import is_chosen, toward
from dashboards.data.service_tables import clock_words, stage_words, step_table, waiting_table
from dashboards.data.services import (
    MOST_WAITING,
    STAGES,
    StepRow,
    StepTime,
    Waiting,
    step_times,
    waiting,
)
from dashboards.durations import days
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope, area_name

LEAST_STEPS = 10
"""Below which a median is too unsure to be called the longest."""


def waiting_section(scope: Scope) -> Element:
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
        href = toward(view, "department", code) if code else ""
        lines.append(StageLine(name, href, is_chosen(view, "department", code), cells))
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


def step_section(scope: Scope) -> Element:
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
            toward(view, "department", line.code) if line.code else "",
            is_current=is_chosen(view, "department", line.code),
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
            clock_words(stage, lang),
        )
        for stage in stages
    ]
    return section(
        title,
        stage_grid(
            lines, head=text("services.steps.department", lang), columns=columns, label=title
        ),
        folded(text("trend.table", lang), data_table(step_table(scope, found), view)),
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
