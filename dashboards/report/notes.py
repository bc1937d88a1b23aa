"""Last sections: what the figures rest on, and what each KPI means."""

from dashboards import numbers_text
from dashboards.components.status_strip import read_status
from dashboards.components.words import kpi_name
from dashboards.data.quality import rule_names
from dashboards.data.tables import Cell, Table
from dashboards.i18n import Lang, text
from dashboards.quality_words import rule_words
from dashboards.report.asked import Asked
from dashboards.report.model import Block, Listed, Points, Section
from warehouse.catalogue import Kpi, load_caveats

FRESHNESS = """
    select
        dataset_name_zh, dataset_name_en, department_name_zh, department_name_en, newest_record_at,
        case when is_late then cast(ceil(days_late) as bigint) end as days_late,
        rows_read, rows_refused
    from ops.freshness where county_code = ? order by department_code, dataset
"""
REASONS = """
    select
        refused.dataset, reason, dataset_name_zh, dataset_name_en,
        sum(row_count)::bigint as row_count
    from ops.quarantine_counts as refused
    inner join ops.batches as batches using (batch_id, dataset)
    inner join ops.freshness as freshness
        on freshness.county_code = batches.county_code and freshness.dataset = refused.dataset
    where batches.county_code = ? group by all order by row_count desc, reason limit 10
"""


def data_notes(asked: Asked, kpi_ids: list[str]) -> Section:
    """Freshness, rows refused, values still open, and how cases were placed."""
    lang = asked.lang
    blocks: list[Block] = [
        Points(text("report.notes.points", lang), _points(asked, kpi_ids)),
        Listed(_freshness(asked)),
    ]
    reasons = _reasons(asked)
    if reasons.rows:
        blocks.append(Listed(reasons))
    return Section("notes", text("report.section.notes", lang), blocks)


def _points(asked: Asked, kpi_ids: list[str]) -> list[str]:
    lang, county = asked.lang, asked.view.county
    build = asked.context.builds[county]
    zone = asked.context.county(county).zone
    status = read_status(asked.context, county)
    number = numbers_text.number
    as_of = numbers_text.moment(build.as_of_at, zone, lang)
    points = [text("report.notes.as_of", lang, time=as_of, version=build.version)]
    if build.is_sample:
        points.append(text("report.notes.sample", lang))
    if not asked.is_complete:
        points.append(text("report.incomplete", lang))
    points += _open(asked, kpi_ids)
    refused, read = status.rows_quarantined, status.rows_read
    share = f"{refused / read:.2%}" if read else "—"
    points.append(
        text("report.notes.refused", lang, read=number(read), refused=number(refused), share=share)
    )
    total = sum(status.located.values())
    placed = sum(status.located.get(way, 0) for way in ("reported", "point_in_grid"))
    if total:
        points.append(text("report.notes.placed", lang, share=f"{placed / total:.1%}"))
    for late in status.late:
        points.append(text("strip.late", lang, name=_in(lang, late.name), days=late.days))
    for gap in status.gaps:
        days = numbers_text.days(gap.first, gap.last, lang)
        points.append(text("strip.gap", lang, name=_in(lang, gap.name), days=days))
    return [*points, text("report.notes.small", lang), text("report.notes.rules", lang)]


def _open(asked: Asked, kpi_ids: list[str]) -> list[str]:
    """Which values are provisional."""
    lang = asked.lang
    found = [
        text(
            "report.notes.open_one",
            lang,
            name=kpi_name(month.kpi, lang),
            count=numbers_text.number(month.figure.row["not_yet_due_count"]),
        )
        for month in asked.months_of(kpi_ids)
        if month.figure.row["is_provisional"] and month.figure.row["not_yet_due_count"]
    ]
    if not found:
        return [text("report.notes.settled", lang)] if asked.is_complete else []
    return [text("report.notes.open", lang, names=text("report.and", lang).join(found))]


def _freshness(asked: Asked) -> Table:
    lang = asked.lang
    rows: list[list[Cell]] = [
        [
            row[f"dataset_name_{lang.value}"],
            row[f"department_name_{lang.value}"],
            row["newest_record_at"],
            row["days_late"],
            row["rows_read"],
            row["rows_refused"],
        ]
        for row in asked.context.sql(FRESHNESS, asked.view.county).iter_rows(named=True)
    ]
    keys = ("dataset", "owner", "newest", "late", "read", "refused")
    columns = [text(f"report.column.{key}", lang) for key in keys]
    return Table("freshness", text("report.table.freshness", lang), columns, rows)


def _reasons(asked: Asked) -> Table:
    lang = asked.lang
    found = asked.context.sql(REASONS, asked.view.county)
    rules = rule_names(asked.context)
    rows: list[list[Cell]] = [
        [
            row[f"dataset_name_{lang.value}"],
            rule_words(row["dataset"], row["reason"], names=rules, lang=lang),
            row["row_count"],
        ]
        for row in found.iter_rows(named=True)
    ]
    columns = [text(f"report.column.{key}", lang) for key in ("dataset", "reason", "rows")]
    return Table("reasons", text("report.table.reasons", lang), columns, rows)


def definitions(asked: Asked, kpis: list[Kpi]) -> Section:
    """What each KPI of the report means, how it is computed, and what to mind."""
    lang = asked.lang
    known = load_caveats()
    rows: list[list[Cell]] = [
        [
            kpi_name(kpi, lang),
            getattr(kpi.question, lang.value),
            getattr(kpi.formula, lang.value),
            text(f"receipt.basis.{kpi.date or 'none'}", lang),
            getattr(kpi.reference, lang.value),
            text("report.space", lang).join(
                getattr(known[caveat], lang.value) for caveat in kpi.caveats
            ),
        ]
        for kpi in kpis
    ]
    keys = ("kpi", "meaning", "formula", "basis", "reference", "caveats")
    columns = [text(f"report.column.{key}", lang) for key in keys]
    table = Table("definitions", text("report.table.definitions", lang), columns, rows)
    title = text("report.section.definitions", lang)
    return Section("definitions", title, [Listed(table, "texts")])


def _in(lang: Lang, name: object) -> str:
    found: str = getattr(name, lang.value)
    return found
