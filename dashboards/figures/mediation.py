"""Pictures that only the mediation page has."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards import numbers_text
from dashboards.data.mediation import NO_LEVEL, Participation
from dashboards.figures.layout import base_layout
from dashboards.i18n import Lang, text
from dashboards.theme import Colours

HEIGHT = 240


def shares_with_specialists(
    found: Sequence[Participation], *, lang: Lang, colours: Colours
) -> go.Figure:
    """In what share of the disputes of each highest level psychologists and lawyers took part.

    Returns:
        Two traces of bars: psychologists, lawyers; in percent of the level's disputes.
    """
    labels = [text(f"mediation.level.{part.level_code or NO_LEVEL}", lang) for part in found]
    kinds = (
        ("psychologist", [part.psychologist_count for part in found], ""),
        ("lawyer", [part.lawyer_count for part in found], "/"),
    )
    figure = go.Figure(
        layout=base_layout(
            colours,
            height=HEIGHT,
            barmode="group",
            bargap=0.35,
            # Room for the figure behind the longest bar.
            margin={"l": 44, "r": 52, "t": 12, "b": 56},
        )
    )
    for number, (kind, counts, pattern) in enumerate(kinds):
        shares = [
            100 * count / part.dispute_count for count, part in zip(counts, found, strict=True)
        ]
        figure.add_trace(
            go.Bar(
                x=shares,
                y=labels,
                orientation="h",
                name=text(f"mediation.participation.{kind}", lang),
                marker={"color": colours.series[number], "pattern": {"shape": pattern}},
                text=[f"{numbers_text.number(share, 1)}%" for share in shares],
                textposition="outside",
                textfont={"size": 11, "color": colours.muted},
                cliponaxis=False,
                customdata=[
                    f"{numbers_text.number(count)} / {numbers_text.number(part.dispute_count)}"
                    for count, part in zip(counts, found, strict=True)
                ],
                hovertemplate="%{y}<br>%{fullData.name} %{text} (%{customdata})<extra></extra>",
            )
        )
    figure.update_xaxes(tickformat="", ticksuffix="%", rangemode="tozero", nticks=5)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True, nticks=None)
    return figure
