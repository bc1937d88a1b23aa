"""What the councils' decisions on waste sorting were to move: its accuracy, before and after."""

from dashboards import html
from dashboards.components.chart import chart, empty
from dashboards.components.council_tables import (
    cohort_months_table,
    cohort_name,
    effects_table,
)
from dashboards.components.data_table import data_table
from dashboards.components.kpi_panels import kpi_months_table, lacking_note, months_chart
from dashboards.components.section import section
from dashboards.components.words import kpi_name
from dashboards.data.decision_effects import (
    KPI_ID,
    cohort_months,
    cohorts_of,
    effects,
)
from dashboards.data.tables import Table
from dashboards.figures.council import cohort_lines
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.theme import colours
from dashboards.view import View


def outcome_scope(scope: Scope) -> Scope:
    """The page's scope without the topic: drops that were inspected have none."""
    return Scope(scope.view.with_(category=""), scope.context)


def effect_tables(scope: Scope) -> list[Table]:
    """Accuracy by month, and before and after the decisions."""
    of_outcome, lang = outcome_scope(scope), scope.view.lang
    kpi = scope.context.kpis[KPI_ID]
    if of_outcome.lacks(kpi):
        return []
    found = cohorts_of(of_outcome)
    return [
        kpi_months_table(of_outcome, kpi),
        effects_table(effects(of_outcome, found), lang),
        cohort_months_table(found, cohort_months(of_outcome, found), lang),
    ]


def effect_panel(scope: Scope) -> Element:
    """The accuracy with baseline, target and programme; and the communities by their decision."""
    of_outcome, view, lang = outcome_scope(scope), scope.view, scope.view.lang
    kpi = scope.context.kpis[KPI_ID]
    title = text("council.effect", lang)
    if lacking := lacking_note(of_outcome, kpi):
        return section(title, empty(lacking), name="council-effect")
    found = cohorts_of(of_outcome)
    if not found:
        return html.Div(
            [
                _outcome(of_outcome, view),
                section(
                    title, empty(text("council.effect.no_decision", lang)), name="council-effect"
                ),
            ],
            className="two",
        )
    months = cohort_months(of_outcome, found)
    targets = [value for value in months[0]["target"].to_list() if value is not None]
    named = [
        (cohort_name(cohort, lang), frame) for cohort, frame in zip(found, months, strict=True)
    ]
    lines = chart(
        cohort_lines(
            named,
            target=targets[-1] if targets else None,
            lang=lang,
            colours=colours(view.scheme),
        ),
        name="cohorts",
        label=text("council.effect.lines", lang),
        view=view,
        table=cohort_months_table(found, months, lang),
    )
    made = effects(of_outcome, found)
    return html.Div(
        [
            html.Div(
                [
                    _outcome(of_outcome, view),
                    section(
                        text("council.effect.lines", lang),
                        lines,
                        name="council-cohorts",
                        note=text("council.effect.lines.note", lang),
                    ),
                ],
                className="two",
            ),
            section(
                title,
                data_table(effects_table(made, lang), view, is_tall=True)
                if made
                else empty(text("council.effect.too_early", lang)),
                html.Dl(
                    [
                        html.Dt(text("council.effect.can.title", lang)),
                        html.Dd(text("council.effect.can", lang)),
                        html.Dt(text("council.effect.cannot.title", lang)),
                        html.Dd(text("council.effect.cannot", lang)),
                    ],
                    className="council-reading",
                ),
                name="council-effect",
                note=text("council.effect.note", lang),
            ),
        ],
        className="sections",
    )


def _outcome(of_outcome: Scope, view: View) -> Element:
    """The accuracy by month against baseline, target and the programme's start."""
    lang, kpi = view.lang, of_outcome.context.kpis[KPI_ID]
    return section(
        f"{kpi_name(kpi, lang)} · {text('section.trend', lang)}",
        months_chart(of_outcome, kpi, name="outcome", view=view),
        name="council-outcome",
        note=text("council.effect.trend_note", lang),
    )
