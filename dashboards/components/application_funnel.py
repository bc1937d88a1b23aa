"""How far applications have got: one bar a step, and beside it those that went another way."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import html
from dashboards.html import Element


@dataclass(frozen=True)
class FunnelStep:
    """One step.

    Attributes:
        width: share of the first step, 0–1, that the bar is as long as.
        count, share: as people read them; `share` says of what.
        branches: those that left here or wait here, in words.
    """

    name: str
    count: str
    share: str
    width: float
    branches: Sequence[str] = ()


def application_funnel(steps: Sequence[FunnelStep]) -> Element:
    """The steps from the first to the last."""
    return html.Ol(
        [
            html.Li(
                [
                    html.Span(step.name, className="services-step-name"),
                    html.Span(
                        html.I(style={"width": f"{step.width:.2%}"}), className="services-step-bar"
                    ),
                    html.Span(step.count, className="services-step-count"),
                    html.Span(step.share, className="services-step-share"),
                    *(
                        [html.Span(" · ".join(step.branches), className="services-step-branch")]
                        if step.branches
                        else []
                    ),
                ]
            )
            for step in steps
        ],
        className="services-funnel",
    )
