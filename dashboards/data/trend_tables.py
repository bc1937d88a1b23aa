"""The trends page's figures as tables: what is shown, exported and printed."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from dashboards import numbers_text
from dashboards.components.words import kpi_name
from dashboards.data.tables import Cell, Figure, Table
from dashboards.data.trend_days import MarkedDays
from dashboards.data.trend_judgements import BeforeAfter, Signals
from dashboards.data.trends import KpiTrend, Line, Point, Series
from dashboards.figures.periods import period_name
from dashboards.i18n import Lang, text
from dashboards.view import Unit
from warehouse.catalogue import Kpi

EXCEL_DECIMALS = 2


def trend_table(trend: KpiTrend, unit: Unit, lang: Lang) -> Table:
    """Every point of a KPI's lines, the newest first; last year's beside it where it is drawn."""
    kpi = trend.kpi
    with_last_year = any(one.last_year for one in trend.series)
    columns = [
        text("trends.column.period", lang),
        text("trends.column.line", lang),
        text("trend.value", lang),
        text("trends.column.low", lang),
        text("trends.column.high", lang),
        text("trends.column.numerator", lang),
        text("trends.column.denominator", lang),
        text("trends.column.target", lang),
        *([text("trends.overlay", lang)] if with_last_year else []),
    ]
    rows = [
        (point.start, number, _row(one, point, kpi, unit, lang, with_last_year=with_last_year))
        for number, one in enumerate(trend.series)
        for point in one.points
    ]
    rows.sort(key=lambda row: (-row[0].toordinal(), row[1]))
    decimals = _decimals(kpi)
    return Table(
        kpi.kpi_id,
        f"{kpi_name(kpi, lang)} · {text(f'trends.by.{unit}', lang)}",
        columns,
        [row for _, _, row in rows],
        decimals={columns[number]: decimals for number in (3, 4, 7)},
    )


def _row(
    one: Series, point: Point, kpi: Kpi, unit: Unit, lang: Lang, *, with_last_year: bool
) -> list[Cell]:
    row = point.figure.row
    name = period_name(point.start, point.end, unit, lang)
    if point.is_partial:
        count = (point.end - point.start).days
        name = f"{name} ({text('trends.partial.days', lang, count=count)})"
    then = {last.at: last.figure for last in one.last_year}
    return [
        name,
        one.line.name,
        point.figure,
        shown(row["interval_low"], kpi),
        shown(row["interval_high"], kpi),
        row["numerator"],
        row["denominator"],
        shown(row["target"], kpi),
        *([then.get(point.at)] if with_last_year else []),
    ]


def signals_table(found: Signals, kpi: Kpi, line: Line, lang: Lang) -> Table:
    """The months of a control chart, the newest first."""
    return Table(
        "signals",
        f"{kpi_name(kpi, lang)} · {line.name} · {text('trends.signals', lang)}",
        columns := [
            text("trend.month", lang),
            text("trend.value", lang),
            *([text("trends.column.per_day", lang)] if found.is_per_day else []),
            text("trends.centre", lang),
            text("trends.column.lower_limit", lang),
            text("trends.column.upper_limit", lang),
            text("trends.column.signal", lang),
        ],
        [
            [
                f"{row['month']:%Y-%m}",
                _figure(found.months, row["month"]),
                *([shown(row["value"], kpi)] if found.is_per_day else []),
                *(shown(row[name], kpi) for name in ("centre", "low", "high")),
                text(f"trends.signal.{row['signal']}", lang) if row["signal"] else "",
            ]
            for row in reversed(found.chart.rows.rows(named=True))
        ],
        decimals=dict.fromkeys(columns[2:], _decimals(kpi, more=1 if found.is_per_day else 0)),
    )


def effect_table(found: BeforeAfter, kpi: Kpi, line: Line, lang: Lang) -> Table:
    """The months around the programme's start, the newest first."""
    rows = found.rows
    for name in ("fitted", "counterfactual"):
        if name not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.Float64).alias(name))
    return Table(
        "effect",
        f"{kpi_name(kpi, lang)} · {line.name} · {text('trends.effect', lang)}",
        columns := [
            text("trend.month", lang),
            text("trends.column.side", lang),
            text("trend.value", lang),
            *([text("trends.column.per_day", lang)] if found.is_per_day else []),
            text("trends.fitted", lang),
            text("trends.counterfactual", lang),
        ],
        [
            [
                f"{row['month']:%Y-%m}",
                text(f"trends.side.{_side(row['month'], found)}", lang),
                _figure(found.months, row["month"]),
                *([shown(row["value"], kpi)] if found.is_per_day else []),
                shown(row["fitted"], kpi),
                shown(row["counterfactual"], kpi),
            ]
            for row in reversed(rows.rows(named=True))
        ],
        decimals=dict.fromkeys(columns[3:], _decimals(kpi, more=1 if found.is_per_day else 0)),
    )


def days_table(marked: MarkedDays, lang: Lang) -> Table:
    """What is marked in the charts, in order."""
    rows: list[tuple[date, date, str]] = [
        (one.first, one.last, f"{text('trends.holidays', lang)} · {one.name}")
        for one in marked.holidays
    ]
    rows += [
        (
            one.day,
            one.day,
            text("trends.rain.day", lang, colour=one.colour, count=one.warning_count),
        )
        for one in marked.rain
    ]
    if marked.programme_start:
        rows.append((marked.programme_start, marked.programme_start, text("trend.start", lang)))
    return Table(
        "days",
        text("trends.days", lang),
        [text(f"trends.column.{name}", lang) for name in ("first_day", "last_day", "what")],
        sorted(rows),
    )


def shown(value: float | None, kpi: Kpi) -> float | None:
    """A value as people read it: a share in percent."""
    return value * 100 if value is not None and kpi.unit == "percent" else value


def _figure(months: Mapping[date, Figure], month: date) -> Figure | None:
    return months.get(month)


def _side(month: date, found: BeforeAfter) -> str:
    if month < found.start:
        return "before"
    return "transition" if month < found.change else "after"


def _decimals(kpi: Kpi, *, more: int = 0) -> int:
    return min(numbers_text.DECIMALS[kpi.unit] + more, EXCEL_DECIMALS)
