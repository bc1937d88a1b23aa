"""Stages of cases by department: what each takes, and where the longest is."""

from collections.abc import Sequence

from dashboards import numbers_text
from dashboards.components.chart import empty
from dashboards.components.data_table import data_table, folded
from dashboards.components.section import section
from dashboards.components.stage_grid import StageCell, StageLine, stage_grid
from dashboards.data.choices import is_chosen, toward
from dashboards.data.department_tables import stage_name, stage_table
from dashboards.data.stage_times import STAGES, StageRow, StageTime, stage_times
from dashboards.durations import duration
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope, area_name

LEAST_CASES = 20
"""Below which a median is too unsure to be called the longest."""


def stage_section(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = stage_times(scope)
    title = text("departments.stages", lang)
    if not found:
        return section(title, empty(text("departments.no_cases", lang)), name="departments-stages")
    worst = _worst(found)
    lines = [
        StageLine(
            name=line.name or area_name(scope, scope.area),
            href=toward(view, "department", line.code) if line.code else "",
            is_current=is_chosen(view, "department", line.code),
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
        folded(text("trend.table", lang), data_table(stage_table(scope, found), view)),
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
