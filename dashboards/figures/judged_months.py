"""Months with what they are judged by: control limits, or the trend before the programme."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import plotly.graph_objects as go
import polars as pl

from dashboards import numbers_text
from dashboards.figures.day_marks import mark_start, rule_at
from dashboards.figures.layout import base_layout
from dashboards.figures.levels import band, shade
from dashboards.i18n import Lang, text
from dashboards.theme import Colours
from warehouse.catalogue import Kpi

HEIGHT = 300
SIGNS: Mapping[str, str] = {"beyond_limits": "diamond", "run_of_8": "square"}
SIGNAL_SIZE = 10
PLAIN_SIZE = 5
MOST_TICKS = 5

Link = Callable[[date], str]


def control_figure(
    rows: pl.DataFrame,
    *,
    kpi: Kpi,
    phase_starts: Sequence[date],
    start: date | None,
    lang: Lang,
    colours: Colours,
    link: Link,
) -> go.Figure:
    """A control chart.

    Args:
        rows: as `warehouse.analysis.trends.Chart.rows`; months that are left out are gaps.
        start: of the programme.
        link: where a month leads.

    Returns:
        Traces: a band between the limits and a centre line for each phase that has them, the
        months, then one of each kind of signal.
    """
    scale = 100 if kpi.unit == "percent" else 1
    figure = _figure(kpi, colours)
    is_first = True
    for (_,), phase in rows.filter(pl.col("low").is_not_null()).group_by(
        "phase", maintain_order=True
    ):
        low, high = ((phase[end] * scale).to_list() for end in ("low", "high"))
        name = text("trends.limits", lang)
        days = phase["month"].to_list()
        figure.add_trace(band(days, low, high, name, colours, is_named=is_first))
        figure.add_trace(_centre(phase, scale, lang, colours, is_named=is_first))
        is_first = False
    whole = _with_gaps(rows)
    figure.add_trace(_values(whole, kpi, lang, colours, link))
    for signal, symbol in SIGNS.items():
        found = rows.filter(pl.col("signal") == signal)
        if found.is_empty():
            continue
        figure.add_trace(
            go.Scatter(
                x=found["month"].to_list(),
                y=(found["value"] * scale).to_list(),
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": SIGNAL_SIZE,
                    "color": colours.bad if signal == "beyond_limits" else colours.fair,
                    "line": {"color": colours.surface, "width": 1},
                },
                name=text(f"trends.signal.{signal}", lang),
                text=[
                    f"{_hover(row, kpi, lang)}<br>{text(f'trends.signal.{signal}', lang)}"
                    for row in found.iter_rows(named=True)
                ],
                customdata=[link(day) for day in found["month"]],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    if start and not rows.is_empty():
        mark_start(figure, start, lang, colours)
    for first in phase_starts[1:]:
        rule_at(figure, first, colours)
    return figure


def effect_figure(
    rows: pl.DataFrame,
    *,
    kpi: Kpi,
    start: date,
    change: date,
    lang: Lang,
    colours: Colours,
    link: Link,
) -> go.Figure:
    """Before and after.

    Args:
        rows: as `warehouse.analysis.programme.Effect.rows`.
        change: first month after the transition.

    Returns:
        Traces: where the earlier trend would have led and the fit (where there is one), the months.
    """
    scale = 100 if kpi.unit == "percent" else 1
    figure = _figure(kpi, colours)
    if change > start:
        shade(figure, start, change, colours.muted, 0.12, name=text("trends.transition", lang))
    if "fitted" in rows.columns:
        after = rows.filter(pl.col("month") >= change)
        figure.add_trace(_model(after, "counterfactual", scale, colours.baseline, "dash", lang))
        for side in (rows.filter(pl.col("month") < start), after):
            figure.add_trace(_model(side, "fitted", scale, colours.good, "solid", lang))
        figure.data[-1].showlegend = False
    figure.add_trace(_values(_with_gaps(rows), kpi, lang, colours, link))
    mark_start(figure, start, lang, colours)
    return figure


def _figure(kpi: Kpi, colours: Colours) -> go.Figure:
    is_percent = kpi.unit == "percent"
    return go.Figure(
        layout=base_layout(
            colours,
            height=HEIGHT,
            margin={"l": 52, "r": 14, "t": 24, "b": 64},
            legend={"y": -0.14},
            xaxis={"nticks": MOST_TICKS, "tickangle": 0},
            yaxis={
                "ticksuffix": "%" if is_percent else "",
                "rangemode": "normal" if is_percent else "tozero",
            },
        )
    )


def _with_gaps(rows: pl.DataFrame) -> pl.DataFrame:
    """The months with an empty one wherever some are left out: a line does not bridge them."""
    if rows.height < 2:
        return rows
    return rows.sort("month").upsample("month", every="1mo")


def _values(rows: pl.DataFrame, kpi: Kpi, lang: Lang, colours: Colours, link: Link) -> go.Scatter:
    scale = 100 if kpi.unit == "percent" else 1
    return go.Scatter(
        x=rows["month"].to_list(),
        y=[None if value is None else value * scale for value in rows["value"]],
        mode="lines+markers",
        line={"color": colours.primary, "width": 1.8},
        marker={"size": PLAIN_SIZE, "color": colours.primary},
        text=[_hover(row, kpi, lang) for row in rows.iter_rows(named=True)],
        customdata=[link(day) for day in rows["month"]],
        hovertemplate="%{text}<extra></extra>",
        name=kpi.name.zh if lang is Lang.ZH else kpi.name.en,
        showlegend=False,
    )


def _hover(row: Mapping[str, object], kpi: Kpi, lang: Lang) -> str:
    value = row["value"]
    shown = numbers_text.value(value if isinstance(value, float) else None, kpi, lang)
    return f"{row['month']:%Y-%m}  <b>{shown}</b>"


def _centre(
    phase: pl.DataFrame, scale: int, lang: Lang, colours: Colours, *, is_named: bool
) -> go.Scatter:
    return go.Scatter(
        x=phase["month"].to_list(),
        y=(phase["centre"] * scale).to_list(),
        mode="lines",
        line={"color": colours.muted, "width": 1.2, "dash": "dash"},
        hoverinfo="skip",
        name=text("trends.centre", lang),
        showlegend=is_named,
    )


def _model(
    rows: pl.DataFrame,
    column: str,
    scale: int,
    colour: str,
    dash: str,
    lang: Lang,
) -> go.Scatter:
    return go.Scatter(
        x=rows["month"].to_list(),
        y=(rows[column] * scale).to_list(),
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        hoverinfo="skip",
        name=text(f"trends.{column}", lang),
    )
