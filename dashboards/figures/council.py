"""Pictures that only the council page has."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from dashboards import numbers_text
from dashboards.figures.layout import base_layout
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

HEIGHT = 190
COHORTS_HEIGHT = 320
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def days_by_month(months: pl.DataFrame, *, lang: Lang, colours: Colours) -> go.Figure:
    """Median and P90 of a stage's days by month of its end.

    Args:
        months: month, proposal_count, median_days, p90_days.

    Returns:
        Two lines: P90 (dotted), then the median on top.
    """
    days = months["month"].to_list()
    figure = go.Figure(
        layout=base_layout(colours, height=HEIGHT, margin={"l": 34, "r": 8, "t": 8, "b": 44})
    )
    lines = (("p90_days", "council.p90", "dot"), ("median_days", "council.median", "solid"))
    for column, key, dash in lines:
        name = text(key, lang)
        figure.add_trace(
            go.Scatter(
                x=days,
                y=months[column].to_list(),
                mode="lines",
                name=name,
                line={
                    "color": colours.primary if dash == "solid" else colours.muted,
                    "width": 2.2 if dash == "solid" else 1.5,
                    "dash": dash,
                },
                text=[
                    text(
                        "council.times.hover",
                        lang,
                        month=f"{row['month']:%Y-%m}",
                        name=name,
                        days=numbers_text.number(row[column], 1),
                        count=numbers_text.number(row["proposal_count"]),
                    )
                    for row in months.iter_rows(named=True)
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    figure.update_yaxes(rangemode="tozero", nticks=4)
    figure.update_xaxes(nticks=4)
    figure.update_layout(legend={"y": -0.22})
    return figure


def cohort_lines(
    cohorts: Sequence[tuple[str, pl.DataFrame]],
    *,
    target: float | None,
    lang: Lang,
    colours: Colours,
) -> go.Figure:
    """Accuracy by month, one line for the communities that decided in the same months.

    Args:
        cohorts: name and months (`period_start_date`, `value` as 0–1).
        target: as 0–1.

    Returns:
        A line for each cohort, then the target.
    """
    figure = go.Figure(layout=base_layout(colours, height=COHORTS_HEIGHT))
    for number, (name, months) in enumerate(cohorts):
        figure.add_trace(
            go.Scatter(
                x=months["period_start_date"].to_list(),
                y=[None if value is None else 100 * value for value in months["value"]],
                mode="lines",
                name=name,
                line={
                    "color": colours.series[number % len(colours.series)],
                    "width": 2.2,
                    "dash": DASHES[number % len(DASHES)],
                },
                hovertemplate="%{x|%Y-%m}  <b>%{y:.1f}%</b><br>%{fullData.name}<extra></extra>",
            )
        )
    if target is not None and cohorts:
        days = cohorts[0][1]["period_start_date"].to_list()
        figure.add_trace(
            go.Scatter(
                x=days,
                y=[100 * target] * len(days),
                mode="lines",
                line={"color": colours.target, "width": 1.4, "dash": "dash"},
                hoverinfo="skip",
                name=text("trend.target", lang, value=f"{numbers_text.number(100 * target, 1)}%"),
            )
        )
    figure.update_yaxes(ticksuffix="%", rangemode="tozero")
    return figure
