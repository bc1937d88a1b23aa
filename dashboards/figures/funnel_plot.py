"""Slices of different size within the limits of chance: a funnel plot of a share."""

from collections.abc import Mapping

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.data.funnels import FunnelFound
from dashboards.figures.layout import base_layout
from dashboards.figures.log_ticks import log_axis
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

HEIGHT = 360
LEAST_DRAWN = 5
"""Denominator below which a share would press all others together, and could say nothing."""
SYMBOLS = {"better": "triangle-up", "worse": "triangle-down", "as_expected": "circle"}


def funnel_plot(
    found: FunnelFound,
    *,
    names: Mapping[str, str],
    hrefs: Mapping[str, str],
    chosen: str,
    lang: Lang,
    colours: Colours,
) -> go.Figure:
    """Shares in percent by denominator; those beyond the limits and the chosen one have a name.

    Args:
        names, hrefs: by code of the slice: what it is called, and where its mark leads.

    Returns:
        Traces in this order: four limits, the centre, the marks.
    """
    figure = go.Figure(layout=base_layout(colours, height=HEIGHT))
    sizes = found.curve["denominator"].to_list()
    for name, dash in (("95", "dash"), ("998", "dot")):
        for side in ("low", "high"):
            figure.add_trace(
                go.Scatter(
                    x=sizes,
                    y=[100 * limit for limit in found.curve[f"{side}_{name}"]],
                    mode="lines",
                    line={"color": colours.muted, "width": 1.2, "dash": dash},
                    name=text(f"departments.funnel.limit.{name}", lang),
                    showlegend=side == "low",
                    hoverinfo="skip",
                )
            )
    centre = numbers_text.number(100 * found.centre, 1)
    figure.add_trace(
        go.Scatter(
            x=[sizes[0], sizes[-1]],
            y=[100 * found.centre] * 2,
            mode="lines",
            line={"color": colours.primary, "width": 1.4},
            name=text("departments.funnel.centre", lang, value=centre),
            hoverinfo="skip",
        )
    )
    figure.add_trace(_marks(found, names, hrefs, chosen, lang, colours))
    return figure.update_layout(
        xaxis={
            **log_axis(sizes[0], sizes[-1]),
            "title": {
                "text": text("departments.funnel.x", lang),
                "font": {"size": 11, "color": colours.muted},
                "standoff": 6,
            },
        },
        yaxis={"ticksuffix": "%"},
        legend={"y": 1.02, "yanchor": "bottom"},
        margin={"t": 34, "b": 44},
    )


def _marks(
    found: FunnelFound,
    names: Mapping[str, str],
    hrefs: Mapping[str, str],
    chosen: str,
    lang: Lang,
    colours: Colours,
) -> go.Scatter:
    tones = {"better": colours.good, "worse": colours.bad, "as_expected": colours.series[0]}
    drawn = found.rows.filter(found.rows["denominator"] >= LEAST_DRAWN).sort("denominator")
    rows = drawn.rows(named=True)
    codes = [row[found.rows.columns[0]] for row in rows]
    judged = [row["judgement"] or "as_expected" for row in rows]
    hover = [
        f"{names.get(code, code)}<br><b>{numbers_text.number(100 * row['value'], 1)}%</b> "
        f"{numbers_text.number(row['numerator'])} / {numbers_text.number(row['denominator'])}"
        f"<br>{text(f'departments.funnel.{judgement}', lang)}"
        for code, row, judgement in zip(codes, rows, judged, strict=True)
    ]
    return go.Scatter(
        x=[row["denominator"] for row in rows],
        y=[100 * row["value"] for row in rows],
        mode="markers+text",
        marker={
            "size": [13 if code == chosen else 10 for code in codes],
            "color": [tones[judgement] for judgement in judged],
            "symbol": [SYMBOLS[judgement] for judgement in judged],
            "line": {"color": colours.surface, "width": 1.5},
        },
        text=[
            names.get(code, code) if judgement != "as_expected" or code == chosen else ""
            for code, judgement in zip(codes, judged, strict=True)
        ],
        # Neighbours have their names above and below in turn.
        textposition=[
            "bottom center" if number % 2 else "top center" for number in range(len(rows))
        ],
        textfont={"size": 11, "color": colours.ink},
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        customdata=[hrefs.get(code, "") for code in codes],
        showlegend=False,
        cliponaxis=False,
    )
