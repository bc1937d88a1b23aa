"""The tables of the departments' page: what it shows, what it exports."""

from collections.abc import Sequence

from dashboards.components.words import kpi_name
from dashboards.data.choices import choice_link
from dashboards.data.departments import (
    Flow,
    Load,
    Scorecard,
    flow_unit,
    quality,
)
from dashboards.data.open_cases import OpenCase
from dashboards.data.ranking import Ranked
from dashboards.data.stage_times import STAGES, StageRow
from dashboards.data.tables import Cell, Figure, Table
from dashboards.i18n import Lang, text
from dashboards.names import code_names
from dashboards.scope import Scope, area_name
from warehouse.query.backlog_ages import BAND_STARTS_DAYS


def score_table(scope: Scope, found: Scorecard) -> Table:
    """Departments by score, with every part's value, points and missing points."""
    lang = scope.view.lang
    kpis = [scope.context.kpis[part_id] for part_id in found.part_ids]
    columns = [
        text("departments.department", lang),
        text("departments.score", lang),
        text("departments.grade", lang),
    ]
    for kpi in kpis:
        name = kpi_name(kpi, lang)
        columns += [name, text("departments.points.of", lang, kpi=name)]
        columns.append(text("departments.missing.of", lang, kpi=name))
    cards = [*found.cards, *([found.whole] if found.whole else [])]
    rows: list[list[Cell]] = []
    for card in cards:
        shown: Cell = (
            choice_link(scope.view, "department", card.code, card.name)
            if card.code
            else area_name(scope, scope.area)
        )
        row: list[Cell] = [shown, card.score, card.grade]
        by_id = {part.kpi.kpi_id: part for part in card.parts}
        for kpi in kpis:
            part = by_id.get(kpi.kpi_id)
            row += [part.figure, part.points, part.points_missing] if part else [None] * 3
        rows.append(row)
    return Table(
        "scores",
        text("departments.scorecard", lang),
        columns,
        rows,
        decimals=dict.fromkeys(columns[3:], 2),
    )


def band_names(lang: Lang) -> list[str]:
    """Names of the bands of age, youngest first."""
    return [text(f"departments.age.{start}", lang) for start in BAND_STARTS_DAYS]


def load_table(scope: Scope, found: Sequence[Load]) -> Table:
    """What comes in a week, what is closed, what is open and since when."""
    lang = scope.view.lang
    decimals = {
        text("departments.reported_per_week", lang): 1,
        text("departments.closed_per_week", lang): 1,
        text("departments.left_to_reported", lang): 1,
        text("departments.weeks_to_clear", lang): 2,
        text("departments.oldest_days", lang): 0,
    }
    columns = [
        text("departments.department", lang),
        *list(decimals)[:3],
        text("departments.backlog", lang),
        text("departments.weeks_to_clear", lang),
        *band_names(lang),
        text("departments.oldest_days", lang),
    ]
    rows: list[list[Cell]] = [
        [
            choice_link(scope.view, "department", load.code, load.name),
            load.reported_per_week,
            load.closed_per_week,
            None if load.left_to_reported is None else 100 * load.left_to_reported,
            load.backlog,
            load.weeks_to_clear,
            *load.ages,
            load.oldest_days,
        ]
        for load in found
    ]
    return Table("loads", text("departments.load", lang), columns, rows, decimals=decimals)


def flow_table(scope: Scope, found: Sequence[Flow]) -> Table:
    """Weeks or months: reported, left, open at the end."""
    lang = scope.view.lang
    columns = [
        text(f"departments.flow.unit.{flow_unit(scope)}", lang),
        text("departments.flow.days", lang),
        text("departments.flow.reported", lang),
        text("departments.flow.left", lang),
        text("departments.flow.open", lang),
    ]
    return Table(
        "flows",
        text("departments.flow", lang),
        columns,
        [
            [
                flow.figure.row["period_start_date"],
                flow.day_count,
                flow.reported_count,
                flow.left_count,
                flow.figure,
            ]
            for flow in found
        ],
    )


def stage_name(stage: tuple[str, str], lang: Lang) -> str:
    """A stage by its two milestones."""
    first, second = (text(f"departments.milestone.{name}", lang) for name in stage)
    return f"{first} → {second}"


def stage_table(scope: Scope, found: Sequence[StageRow]) -> Table:
    """One line a department and stage."""
    lang = scope.view.lang
    columns = [
        text("departments.department", lang),
        text("departments.stage", lang),
        text("departments.stage.median_minutes", lang),
        text("departments.stage.p90_minutes", lang),
        text("departments.stage.reached", lang),
        text("departments.stage.waiting", lang),
        text("departments.stage.reversed", lang),
        text("departments.stage.note", lang),
    ]
    rows: list[list[Cell]] = [
        [
            line.name or area_name(scope, scope.area),
            stage_name(stage, lang),
            time.median_minutes,
            time.p90_minutes,
            time.reached_count,
            time.waiting_count,
            time.reversed_count,
            "" if time.is_delivered else text("departments.stage.not_delivered", lang),
        ]
        for line in found
        for stage, time in zip(STAGES, line.stages, strict=True)
    ]
    return Table(
        "stages",
        text("departments.stages", lang),
        columns,
        rows,
        decimals={columns[2]: 1, columns[3]: 1},
    )


def quality_table(scope: Scope) -> Table:
    """Rework, dispatch, extension and handling by department, and of all together."""
    lang = scope.view.lang
    kpis, by_department, whole = quality(scope)
    names = scope.department_names
    rows: list[list[Cell]] = [
        [choice_link(scope.view, "department", code, names.get(code, code)), *found]
        for code, found in by_department.items()
        if any(figure is not None and figure.row["denominator"] for figure in found)
    ]
    rows.sort(key=lambda row: -_size(row[1:]))
    if kpis:
        rows.append([area_name(scope, scope.area), *whole])
    return Table(
        "quality",
        text("departments.quality", lang),
        [text("departments.department", lang), *(kpi_name(kpi, lang) for kpi in kpis)],
        rows,
    )


def _size(cells: Sequence[Cell]) -> float:
    return max(
        (cell.row["denominator"] or 0.0 for cell in cells if isinstance(cell, Figure)), default=0.0
    )


def ranked_table(scope: Scope, found: Ranked) -> Table:
    """The KPI that departments are compared by, with the limits of chance at their size."""
    lang, kpi = scope.view.lang, found.whole.kpi
    limits = (
        {row["department_code"]: row for row in found.funnel.rows.iter_rows(named=True)}
        if found.funnel
        else {}
    )
    scale = 100 if kpi.unit == "percent" else 1
    columns = [
        text("departments.department", lang),
        kpi_name(kpi, lang),
        text("departments.funnel.size", lang),
        text("departments.funnel.low", lang),
        text("departments.funnel.high", lang),
        text("departments.funnel.verdict", lang),
    ]
    rows: list[list[Cell]] = [
        [
            choice_link(scope.view, "department", line.code, line.name),
            line.figure,
            line.row["denominator"],
            scale * limits[line.code]["low_95"] if line.code in limits else None,
            scale * limits[line.code]["high_95"] if line.code in limits else None,
            text(f"ranking.{line.verdict}", lang),
        ]
        for line in found.slices
        if line.figure.value is not None
    ]
    return Table(
        "compared",
        text("departments.funnel", lang),
        columns,
        rows,
        decimals={columns[3]: 1, columns[4]: 1},
    )


def case_table(scope: Scope, found: Sequence[OpenCase]) -> Table:
    """Open cases, the oldest first, each with its batch and row."""
    lang, context, county = scope.view.lang, scope.context, scope.view.county
    categories = code_names(context, county, "category_code", lang)
    columns = [
        text(f"departments.case.{name}", lang)
        for name in (
            "id",
            "category",
            "area",
            "department",
            "reported",
            "due",
            "open_days",
            "light",
            "waits_for",
            "origin",
        )
    ]
    rows: list[list[Cell]] = [
        [
            case.case_id,
            categories.get(case.category_code or "", case.category_code),
            " · ".join(case.area_names) or text("departments.case.no_area", lang),
            scope.department_names.get(case.department_code or "", case.department_code),
            case.reported_at,
            case.due_at,
            case.open_days,
            _light(case, lang),
            _waits_for(case, lang),
            text(
                "departments.case.row",
                lang,
                batch=case.batch_id,
                row=case.source_row_number if case.source_row_number is not None else "—",
            ),
        ]
        for case in found
    ]
    return Table(
        "open_cases",
        text("departments.cases", lang),
        columns,
        rows,
        decimals={columns[6]: 1},
    )


def _light(case: OpenCase, lang: Lang) -> str:
    if case.is_suspended:
        return text("departments.light.suspended", lang)
    if case.light_code is None:
        return text("departments.light.none", lang)
    return text(f"departments.light.{case.light_code}", lang)


def _waits_for(case: OpenCase, lang: Lang) -> str:
    if case.waits_for is None:
        return text("departments.case.waits_for.nothing", lang)
    return text(f"departments.milestone.{case.waits_for}", lang)
