"""A KPI by month, against where it started and where it should be."""

from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go
import polars as pl

from dashboards import numbers_text
from dashboards.figures.day_marks import mark_start
from dashboards.figures.layout import base_layout
from dashboards.figures.levels import band, rule
from dashboards.i18n import Lang, text
from dashboards.theme import Colours
from warehouse.catalogue import Kpi, programme_start

HEIGHT = 320


@dataclass(frozen=True)
class Marks:
    """What the months are held against; each may be missing."""

    baseline: float | None = None
    programme_start: date | None = None


def marks_of(kpi: Kpi, county: str, *, with_baseline: bool) -> Marks:
    """The programme's start in a county and, where it is about what is drawn, the baseline."""
    baseline = kpi.baseline_of(county) if with_baseline else None
    return Marks(baseline.value if baseline else None, programme_start(county))


def trend_label(name: str, months: pl.DataFrame, lang: Lang) -> str:
    """What a chart of months is of, from the first to the last, for who cannot see it."""
    days = months["period_start_date"]
    return text("trend.label", lang, kpi=name, from_=f"{days[0]:%Y-%m}", to=f"{days[-1]:%Y-%m}")


def trend(
    months: pl.DataFrame, *, kpi: Kpi, lang: Lang, colours: Colours, marks: Marks
) -> go.Figure:
    """One line of months with its 95 % band, baseline, target and the programme's start.

    Args:
        months: an answer by month: `period_start_date`, `value`, `interval_low`, `interval_high`,
            `is_provisional`, `target`. A month without a value leaves a gap; a provisional one is
            drawn hollow.

    Returns:
        Traces in this order: band (where there is any interval), target (where there is any),
        baseline (where there is one), months last, on top.
    """
    scale = 100 if kpi.unit == "percent" else 1
    days = months["period_start_date"].to_list()
    figure = go.Figure(layout=base_layout(colours, height=HEIGHT))
    if months["interval_low"].is_not_null().any():
        known = months.filter(pl.col("interval_low").is_not_null())
        low, high = ((known[f"interval_{end}"] * scale).to_list() for end in ("low", "high"))
        known_days = known["period_start_date"].to_list()
        figure.add_trace(band(known_days, low, high, text("trend.interval", lang), colours))
    if months["target"].is_not_null().any():
        targets = [_scaled(value, scale) for value in months["target"]]
        figure.add_trace(
            rule(days, targets, colours.target, "dash", _target_name(months, kpi, lang))
        )
    if marks.baseline is not None and days:
        name = text("trend.baseline", lang, value=numbers_text.value(marks.baseline, kpi, lang))
        level: list[float | None] = [marks.baseline * scale] * len(days)
        figure.add_trace(rule(days, level, colours.baseline, "dot", name))
    figure.add_trace(_months(months, scale, kpi, lang, colours))
    if marks.programme_start and days and days[0] <= marks.programme_start <= days[-1]:
        mark_start(figure, marks.programme_start, lang, colours)
    is_percent = kpi.unit == "percent"
    figure.update_yaxes(
        ticksuffix="%" if is_percent else "", rangemode="normal" if is_percent else "tozero"
    )
    return figure


def _months(months: pl.DataFrame, scale: int, kpi: Kpi, lang: Lang, colours: Colours) -> go.Scatter:
    hover = [
        f"{row['period_start_date']:%Y-%m}  <b>{numbers_text.value(row['value'], kpi, lang)}</b>"
        + (
            f"<br>{text('trend.interval', lang)} "
            f"{numbers_text.interval(row['interval_low'], row['interval_high'], kpi)}"
            if row["interval_low"] is not None
            else ""
        )
        + (f"<br>{text('trend.provisional', lang)}" if row["is_provisional"] else "")
        for row in months.iter_rows(named=True)
    ]
    return go.Scatter(
        x=months["period_start_date"].to_list(),
        y=[_scaled(value, scale) for value in months["value"]],
        mode="lines+markers",
        name=kpi.name.zh if lang is Lang.ZH else kpi.name.en,
        line={"color": colours.primary, "width": 2.2},
        marker={
            "size": 7,
            "color": colours.primary,
            "symbol": [
                "circle-open" if is_open else "circle" for is_open in months["is_provisional"]
            ],
            "line": {"color": colours.primary, "width": 1.6},
        },
        text=hover,
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _target_name(months: pl.DataFrame, kpi: Kpi, lang: Lang) -> str:
    last = months["target"].drop_nulls()[-1]
    return text("trend.target", lang, value=numbers_text.value(last, kpi, lang))


def _scaled(value: float | None, scale: int) -> float | None:
    return None if value is None else value * scale
