"""Cases: how fast and how well they are dealt with, where, by whom, and why that changed."""

from itertools import islice

from dashboards.components.words import kpi_name
from dashboards.data.ranking import Ranked, areas_ranked, departments_ranked
from dashboards.data.tables import Cell, Figure, Link, Table
from dashboards.data.why import sentence, why
from dashboards.i18n import text
from dashboards.report.asked import Asked, KpiMonth
from dashboards.report.model import Block, Listed, Points, Section, Words
from dashboards.report.parts import (
    SliceValues,
    bar_chart,
    kpi_table,
    slice_table,
    slices,
    trend_charts,
)
from dashboards.scope import Scope
from warehouse.query import Dimension
from warehouse.query.periods import Back

KPIS = (
    "cases_per_1000_residents",
    "response_time_median",
    "response_time_p90",
    "on_time_response_rate",
    "on_time_resolution_rate",
    "resolution_rate",
    "resolution_time_median",
    "rework_rate",
    "reopened_rate",
    "solved_rate",
    "open_backlog",
)
LEAD = "on_time_resolution_rate"
BY_AREA = (
    LEAD,
    "response_time_median",
    "satisfaction_rate",
    "cases_per_1000_residents",
    "open_backlog",
)
BY_CATEGORY = (LEAD, "response_time_median", "rework_rate", "open_backlog")
DRAWN = ("response_time_median", "cases_per_1000_residents", "open_backlog", "rework_rate")
EXPLAINED = 3
EXPLAINED_BY: tuple[Dimension, ...] = ("department", "town", "community", "major_category")
MOST_PARTS = 2
NOT_SUMS = ("quantile", "stock", "score")
"""Kinds whose change is no sum over groups, or has no interval to be judged by."""


def cases(asked: Asked) -> Section:
    """KPIs of cases, what changed most and why, areas and categories."""
    lang = asked.lang
    blocks: list[Block] = [
        *kpi_table(asked, KPIS, name="cases"),
        *_why(asked),
        *trend_charts(asked, DRAWN),
        *_areas(asked),
        *_categories(asked),
    ]
    return Section("cases", text("report.section.cases", lang), blocks)


def _why(asked: Asked) -> list[Block]:
    """The changes that stand out most, taken apart by department and area."""
    lang = asked.lang
    items = []
    for month, back in _most_changed(asked):
        scope = Scope(asked.scope.view.with_(compare=back), asked.context)
        mark = text(f"report.why.{'signal' if _is_signal(month, back) else 'noise'}", lang)
        compared = text(f"report.back.{back}", lang)
        parts = islice(why(scope, month.figure.cell, slices=EXPLAINED_BY), MOST_PARTS)
        items += [
            f"{compared}{mark}{getattr(sentence(part, month.kpi), lang.value)}" for part in parts
        ]
    return [Points(text("report.why", lang), items)] if items else []


def _most_changed(asked: Asked) -> list[tuple[KpiMonth, Back]]:
    """Signals first, the strongest of them in front; one comparison a KPI."""
    backs: tuple[Back, ...] = ("previous", "last_year")
    found = [
        (month, back)
        for month in asked.months_of((*KPIS, "response_time_mean", "satisfaction_rate"))
        for back in backs
        if month.kpi.kind not in NOT_SUMS and month.strength(back) > 0
    ]
    found.sort(key=lambda pair: -pair[0].strength(pair[1]))
    once: dict[str, tuple[KpiMonth, Back]] = {}
    for month, back in found:
        once.setdefault(month.kpi.kpi_id, (month, back))
    signals = [pair for pair in once.values() if _is_signal(*pair)]
    return signals[:EXPLAINED] or list(once.values())[:1]


def _is_signal(month: KpiMonth, back: Back) -> bool:
    return month.changes[back].is_signal is True


def _areas(asked: Asked) -> list[Block]:
    """The areas below in order of the lead KPI, each judged against the whole."""
    scope, lang = asked.scope, asked.lang
    kpi = asked.context.kpis[LEAD]
    if scope.lacks(kpi) or scope.area.level == "grid":
        return []
    ranked = areas_ranked(scope, kpi)
    if ranked is None or ranked.whole.value is None:
        return []
    level = asked.scope.level_name(asked.scope.level_below)
    others = _of_areas(asked, BY_AREA[1:])
    title = text("report.table.areas", lang, level=level)
    return ranked_blocks(asked, ranked, others, name="areas", title=title, first=level, part="area")


def ranked_blocks(
    asked: Asked,
    ranked: Ranked,
    others: dict[str, dict[str, Figure]],
    *,
    name: str,
    title: str,
    first: str,
    part: str,
) -> list[Block]:
    """A ranking as chart and table: the lead KPI with its judgement, then others by unit.

    Args:
        others: KPI → code → figure.
    """
    lang, kpis = asked.lang, asked.context.kpis
    rows: list[list[Cell]] = []
    lines = []
    for line in ranked.slices:
        if not line.row["denominator"]:
            continue
        chosen = getattr(asked.view, part)
        name_ = Link(line.name, asked.view.href(**{part: line.code}), line.code == chosen)
        word = text(f"report.verdict.{line.verdict}", lang)
        rows.append([name_, line.figure, word, *(own.get(line.code) for own in others.values())])
        lines.append(SliceValues(line.code, line.name, [line.figure]))
    columns = [
        first,
        kpi_name(ranked.whole.kpi, lang),
        text("report.column.verdict", lang),
        *(kpi_name(kpis[kpi_id], lang) for kpi_id in others),
    ]
    chart = bar_chart(asked, lines, name=f"{name}_bars", first=first, whole=ranked.whole)
    blocks: list[Block] = []
    if rows:
        blocks.append(Listed(Table(name, title, columns, rows), "slices"))
        blocks.append(Words(text("report.verdict.note", lang), "aside"))
    without = len(ranked.slices) - len(rows)
    if without:
        blocks.append(Words(text("report.without", lang, count=without, unit=first), "aside"))
    return [*blocks, chart] if chart else blocks


def _of_areas(asked: Asked, kpi_ids: tuple[str, ...]) -> dict[str, dict[str, Figure]]:
    scope = asked.scope
    fitting = asked.fitting(kpi_ids)
    found: dict[str, dict[str, Figure]] = {}
    for kpi_id in fitting:
        ranked = areas_ranked(scope, asked.context.kpis[kpi_id])
        if ranked is not None:
            found[kpi_id] = {line.code: line.figure for line in ranked.slices}
    return found


def of_departments(asked: Asked, kpi_ids: tuple[str, ...]) -> dict[str, dict[str, Figure]]:
    """KPI → department → figure, within the report's area."""
    found = {}
    for kpi_id in asked.fitting(kpi_ids):
        ranked = departments_ranked(asked.scope, asked.context.kpis[kpi_id])
        found[kpi_id] = {line.code: line.figure for line in ranked.slices}
    return found


def _categories(asked: Asked) -> list[Block]:
    """By major category, the fullest first."""
    having, lines = slices(asked, "major_category", BY_CATEGORY)
    if not lines:
        return []
    first = text("report.column.category", asked.lang)
    return [slice_table(asked, having, lines, name="categories", first=first)]
