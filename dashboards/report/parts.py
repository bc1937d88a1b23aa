"""Blocks that several sections are made of: tables of KPIs and of their slices, and charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards import numbers_text
from dashboards.cells import cell_of
from dashboards.components.words import kpi_name
from dashboards.data.overview import Tile
from dashboards.data.tables import Amount, Cell, Figure, Table, figures
from dashboards.figures.bars import Bar, bars
from dashboards.figures.trend import marks_of, trend, trend_label
from dashboards.i18n import text
from dashboards.names import code_names
from dashboards.report.asked import Asked, KpiMonth
from dashboards.report.model import Block, Chart, Listed, Native, Words
from dashboards.scope import facts_of
from dashboards.theme import colours
from warehouse.query import Dimension
from warehouse.query.periods import Back
from warehouse.query.question import AREA_LEVELS

TREND_HEIGHT = 220
BAR_HEIGHT = 19
COUNTING = ("rate", "quantile", "mean")
"""Kinds whose denominator counts rows."""


@dataclass(frozen=True)
class SliceValues:
    """One unit with its figures, in the order of the KPIs asked; null where it has no row."""

    code: str
    name: str
    figures: Sequence[Figure | None]


def kpi_table(
    asked: Asked, kpi_ids: Sequence[str], *, name: str, with_baseline: bool = False
) -> list[Block]:
    """KPIs of the month: value, target, changes and what they amount to; then those left out."""
    lang = asked.lang
    months = asked.months_of(kpi_ids)
    keys = ["kpi", "value", "target", "standing"]
    keys += ["baseline"] if with_baseline else []
    keys += ["previous", "previous.word", "last_year", "last_year.word"]
    rows = [_kpi_row(asked, month, with_baseline=with_baseline) for month in months]
    title = text(f"report.table.{name}", lang)
    columns = [text(f"report.column.{key}", lang) for key in keys]
    blocks: list[Block] = []
    if rows:
        blocks.append(Listed(Table(name, title, columns, rows), "kpis"))
    return blocks + left_out(asked, kpi_ids)


def left_out(asked: Asked, kpi_ids: Sequence[str]) -> list[Block]:
    """The sentence that says which KPIs the scope does not fit; none where all fit."""
    lang = asked.lang
    lacking = [asked.context.kpis[kpi_id] for kpi_id in asked.lacking(kpi_ids)]
    if not lacking:
        return []
    names = text("report.and", lang).join(kpi_name(kpi, lang) for kpi in lacking)
    level = asked.scope.lacks(lacking[0]) or ""
    filter_ = text(f"report.filter.{'department' if level == 'department' else 'area'}", lang)
    return [Words(text("report.left_out", lang, names=names, filter=filter_), "aside")]


def _kpi_row(asked: Asked, month: KpiMonth, *, with_baseline: bool) -> list[Cell]:
    kpi, row, lang = month.kpi, month.figure.row, asked.lang
    standing = Tile(kpi, month.figure, None, None).standing
    baseline = kpi.baseline_of(asked.view.county) if asked.is_whole_county else None
    cells: list[Cell] = [
        kpi_name(kpi, lang),
        month.figure,
        Amount(row["target"], kpi),
        "—" if standing == "none" else text(f"status.{standing}", lang),
    ]
    if with_baseline:
        cells.append(Amount(baseline.value if baseline else None, kpi))
    backs: tuple[Back, ...] = ("previous", "last_year")
    for back in backs:
        cells.append(Amount(month.changes[back].amount, kpi, is_change=True))
        cells.append(text(f"report.judgement.{month.judgement(back)}", lang))
    return cells


def slices(
    asked: Asked,
    by: Dimension,
    kpi_ids: Sequence[str],
    *,
    names: Mapping[str, str] | None = None,
) -> tuple[list[str], list[SliceValues]]:
    """Values of KPIs by a dimension, and the KPIs that have it.

    Units without any row are left out; a hidden value is one. In the order of the first KPI,
    the better first.
    """
    context = asked.context
    having = [
        kpi_id
        for kpi_id in asked.fitting(kpi_ids)
        if all(fact.column_of(by) for fact in facts_of(context.kpis[kpi_id]))
    ]
    answers = figures(context, [asked.scope.question(kpi_id, by=(by,)) for kpi_id in having])
    column = "area_code" if by in AREA_LEVELS else f"{by}_code"
    by_code: dict[str, dict[str, Figure]] = {}
    for found in answers:
        for figure in found:
            if figure.row[column] is not None:
                by_code.setdefault(figure.row[column], {})[figure.kpi.kpi_id] = figure
    named = names if names is not None else _names(asked, by, having)
    lines = [
        SliceValues(code, named.get(code, code), [own.get(kpi_id) for kpi_id in having])
        for code, own in by_code.items()
        if any(_has_rows(figure) for figure in own.values())
    ]
    return having, ordered(lines, context.kpis[having[0]].better) if having else []


def ordered(lines: list[SliceValues], better: str) -> list[SliceValues]:
    """By the first KPI, the better first; without a value last."""

    def place(line: SliceValues) -> tuple[bool, float]:
        first = line.figures[0]
        value = first.value if first else None
        return value is None, (value or 0.0) * (1 if better == "lower" else -1)

    return sorted(lines, key=place)


def _has_rows(figure: Figure) -> bool:
    row = figure.row
    counted = row["denominator"] or row["numerator"]
    return bool(row["value"] is not None or row["is_suppressed"] or counted)


def _names(asked: Asked, by: Dimension, kpi_ids: Sequence[str]) -> dict[str, str]:
    if by in AREA_LEVELS:
        return asked.scope.names_of_areas(by)
    if by == "department":
        return asked.scope.department_names
    names: dict[str, str] = {}
    for kpi_id in kpi_ids:
        for fact in facts_of(asked.context.kpis[kpi_id]):
            column = fact.column_of(by)
            if column:
                names |= code_names(asked.context, asked.view.county, column, asked.lang)
    return names


def slice_table(
    asked: Asked,
    having: Sequence[str],
    lines: Sequence[SliceValues],
    *,
    name: str,
    first: str,
) -> Listed:
    """Slices as a table, one column a KPI; with their size, the largest first, where rows count.

    Sizes of what is about persons are left out.

    Args:
        first: title of the column of names.
    """
    lang, kpis = asked.lang, [asked.context.kpis[kpi_id] for kpi_id in having]
    is_counted = not kpis[0].is_personal and kpis[0].kind in COUNTING
    shown = sorted(lines, key=_size, reverse=True) if is_counted else lines
    rows: list[list[Cell]] = [
        [line.name, *([_size(line)] if is_counted else []), *line.figures] for line in shown
    ]
    columns = [
        first,
        *([text("report.column.count", lang)] if is_counted else []),
        *(kpi_name(kpi, lang) for kpi in kpis),
    ]
    return Listed(Table(name, text(f"report.table.{name}", lang), columns, rows), "slices")


def _size(line: SliceValues) -> int:
    """Rows that the first figure is of; 0 where it has none."""
    first = line.figures[0]
    return int(first.row["denominator"] or 0) if first else 0


def bar_chart(
    asked: Asked, lines: Sequence[SliceValues], *, name: str, first: str, whole: Figure | None
) -> Chart | None:
    """The first KPI of slices as bars with their intervals; null where fewer than two have one."""
    lang = asked.lang
    found = [(line.name, figure) for line in lines if (figure := line.figures[0]) is not None]
    drawn = [(label, figure) for label, figure in found if figure.value is not None]
    if len(drawn) < 2:
        return None
    kpi = drawn[0][1].kpi
    height = 60 + BAR_HEIGHT * len(drawn)
    figure = bars(
        [
            Bar(label, one.value or 0.0, one.row["interval_low"], one.row["interval_high"])
            for label, one in drawn
        ],
        kpi=kpi,
        whole=whole.value if whole else None,
        lang=lang,
        colours=colours(asked.view.scheme),
        height=height,
    )
    title = text("report.chart.bars", lang, kpi=kpi_name(kpi, lang), unit=first)
    table = Table(name, title, [first, kpi_name(kpi, lang)], [[label, one] for label, one in drawn])
    return Chart(name, title, title, figure, table, Native("bar", 0, (1,)), "full", height)


def trend_charts(asked: Asked, kpi_ids: Sequence[str]) -> list[Block]:
    """KPIs by month, side by side; those without any value have none."""
    lang, view = asked.lang, asked.view
    charts: list[Block] = []
    for kpi_id, (question, months) in asked.by_month(kpi_ids).items():
        if months["value"].drop_nulls().len() < 2:
            continue
        kpi = asked.context.kpis[kpi_id]
        figure = trend(
            months,
            kpi=kpi,
            lang=lang,
            colours=colours(view.scheme),
            marks=marks_of(kpi, view.county, with_baseline=asked.is_whole_county),
        )
        figure.update_layout(height=TREND_HEIGHT, xaxis_nticks=5)
        rows: list[list[Cell]] = [
            [
                f"{row['period_start_date']:%Y-%m}",
                Figure(kpi, row, cell_of(question, row)),
                Amount(row["target"], kpi),
            ]
            for row in months.iter_rows(named=True)
        ]
        title = text("report.chart.trend", lang, kpi=kpi_name(kpi, lang))
        columns = [
            text("trend.month", lang),
            kpi_name(kpi, lang),
            text("report.column.target", lang),
        ]
        table = Table(f"trend_{kpi_id}", title, columns, rows)
        label = trend_label(kpi_name(kpi, lang), months, lang)
        native = Native("line", 0, (1, 2) if months["target"].drop_nulls().len() else (1,))
        charts.append(
            Chart(f"trend_{kpi_id}", title, label, figure, table, native, "half", TREND_HEIGHT)
        )
    return charts


def value_words(figure: Figure, asked: Asked) -> str:
    """A figure in a sentence: value with unit, or why there is none."""
    if figure.value is None:
        return numbers_text.missing(figure.row, asked.lang)
    return numbers_text.value(figure.value, figure.kpi, asked.lang)
