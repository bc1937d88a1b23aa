"""The funnel: values against the size of what they are of, with control limits."""

from collections.abc import Mapping

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.figures.layout import base_layout
from dashboards.i18n import Lang, text
from dashboards.theme import Colours
from warehouse.analysis.funnel import Funnel
from warehouse.catalogue import Kpi

HEIGHT = 300
LIMITS = {"998": "dot", "95": "dash"}


def funnel_chart(
    found: Funnel,
    *,
    kpi: Kpi,
    column: str,
    names: Mapping[str, str],
    links: Mapping[str, str],
    lang: Lang,
    colours: Colours,
) -> go.Figure:
    """One mark a slice between its limits; names stand at those outside the 95 % limits.

    Args:
        column: of the slices' codes in the funnel's rows.
        links: address to which a mark leads, by code.

    Returns:
        Traces: for 99.8 % and 95 % each a lower and an upper limit, the centre, then the marks.
    """
    scale = 100 if kpi.unit == "percent" else 1
    rows = found.rows.sort("denominator")
    sizes = rows["denominator"].to_list()
    figure = go.Figure(layout=base_layout(colours, height=HEIGHT))
    for name, dash in LIMITS.items():
        for side in ("low", "high"):
            figure.add_trace(
                go.Scatter(
                    x=sizes,
                    y=[value * scale for value in rows[f"{side}_{name}"]],
                    mode="lines",
                    line={"color": colours.muted, "width": 1, "dash": dash},
                    hoverinfo="skip",
                    name=text(f"funnel.limit.{name}", lang),
                    showlegend=side == "low",
                )
            )
    figure.add_trace(
        go.Scatter(
            x=[sizes[0], sizes[-1]],
            y=[found.centre * scale] * 2,
            mode="lines",
            line={"color": colours.primary, "width": 1},
            hoverinfo="skip",
            name=text("funnel.centre", lang, value=numbers_text.value(found.centre, kpi, lang)),
        )
    )
    is_outside = [limit is not None for limit in rows["limit"]]
    tones = {"better": colours.good, "worse": colours.bad}
    figure.add_trace(
        go.Scatter(
            x=sizes,
            y=[value * scale for value in rows["value"]],
            mode="markers+text",
            text=[
                names.get(code, code) if outside else ""
                for code, outside in zip(rows[column], is_outside, strict=True)
            ],
            textposition="top center",
            textfont={"size": 11, "color": colours.ink},
            marker={
                "size": 8,
                "color": [tones.get(name or "", colours.muted) for name in rows["judgement"]],
                "symbol": ["diamond" if outside else "circle" for outside in is_outside],
            },
            customdata=[links.get(code, "") for code in rows[column]],
            hovertext=[
                f"{names.get(row[column], row[column])}  "
                f"<b>{numbers_text.value(row['value'], kpi, lang)}</b><br>"
                f"{text('receipt.denominator', lang)} {numbers_text.number(row['denominator'])}"
                for row in rows.iter_rows(named=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_xaxes(
        tickformat=",d", title={"text": text("receipt.denominator", lang), "font": {"size": 11}}
    )
    figure.update_yaxes(ticksuffix="%" if scale == 100 else "")
    figure.update_layout(legend_y=-0.26, margin_b=70)
    return figure
