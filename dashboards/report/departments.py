"""Departments: score, grade and what they are made of."""

from dashboards.components.words import kpi_name
from dashboards.data.filtered import without
from dashboards.data.ranking import departments_ranked
from dashboards.data.tables import Amount, Cell, Figure, Link, Table, figures
from dashboards.i18n import text
from dashboards.periods import ONE_DAY
from dashboards.report.asked import Asked
from dashboards.report.cases import LEAD, of_departments, ranked_blocks
from dashboards.report.model import Block, Listed, Section, Words
from warehouse.catalogue.grades import grade_of

SCORE = "department_score"
PARTS = ("on_time_response_rate", LEAD, "rework_rate", "satisfaction_rate")
ALSO = ("response_time_median", "rework_rate", "satisfaction_rate", "open_backlog")


def departments(asked: Asked) -> Section:
    """All departments within the area, whether or not one of them is chosen."""
    lang, context = asked.lang, asked.context
    blocks: list[Block] = [*_scores(asked)]
    kpi = context.kpis[LEAD]
    if asked.scope.lacks(kpi) is None:
        blocks += ranked_blocks(
            asked,
            departments_ranked(asked.scope, kpi),
            of_departments(asked, ALSO),
            name="departments",
            title=text("report.table.departments", lang),
            first=text("report.column.department", lang),
            part="department",
        )
    return Section("departments", text("report.section.departments", lang), blocks)


def _scores(asked: Asked) -> list[Block]:
    lang, context, scope = asked.lang, asked.context, asked.scope
    kpi = context.kpis[SCORE]
    if scope.lacks(kpi):
        return []
    question = without(scope.question(SCORE, by=("department",), compare=True), "department")
    scores = {
        figure.row["department_code"]: figure
        for figure in figures(context, [question])[0]
        if figure.row["department_code"] is not None
    }
    parts = of_departments(asked, PARTS)
    rows = [
        _row(asked, code, figure, parts)
        for code, figure in sorted(
            scores.items(), key=lambda item: (item[1].value is None, -(item[1].value or 0.0))
        )
        if figure.value is not None
    ]
    unscored = [
        scope.department_names.get(code, code)
        for code, figure in scores.items()
        if figure.value is None and parts[LEAD].get(code) and parts[LEAD][code].row["denominator"]
    ]
    keys = ("department", "score", "grade", "score.change")
    columns = [
        *(text(f"report.column.{key}", lang) for key in keys),
        *(kpi_name(context.kpis[kpi_id], lang) for kpi_id in parts),
    ]
    title = text("report.table.scores", lang)
    blocks: list[Block] = [Words(getattr(kpi.formula, lang.value), "aside")]
    if rows:
        blocks.insert(0, Listed(Table("scores", title, columns, rows), "slices"))
    if unscored:
        names = text("report.and", lang).join(unscored)
        blocks.append(Words(text("report.no_score", lang, names=names), "aside"))
    return blocks


def _row(
    asked: Asked, code: str, figure: Figure, parts: dict[str, dict[str, Figure]]
) -> list[Cell]:
    name = asked.scope.department_names.get(code, code)
    before = figure.row["previous_value"]
    change = None if figure.value is None or before is None else figure.value - before
    return [
        Link(name, asked.view.href(department=code), code == asked.view.department),
        figure,
        grade_of(figure.value, asked.end - ONE_DAY) or "—",
        Amount(change, figure.kpi, is_change=True),
        *(own.get(code) for own in parts.values()),
    ]
