"""How far applications get: the funnel of the period, where their days go, and the visits."""

from dashboards import html, numbers_text
from dashboards.components.application_funnel import FunnelStep, application_funnel
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table, folded
from dashboards.components.number import number
from dashboards.components.section import section
from dashboards.data.service_tables import clock_words, funnel_table, stage_words, visit_table
from dashboards.data.services import Funnel, funnel, stage_shares, visits
from dashboards.figures.services import visit_bars
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.theme import colours


def funnel_section(scope: Scope) -> Element:
    lang = scope.view.lang
    found = funnel(scope)
    title = text("services.funnel", lang)
    if not found.submitted:
        return section(title, empty(text("services.no_applications", lang)), name="services-funnel")
    return section(
        title,
        application_funnel(_steps(scope, found)),
        folded(text("trend.table", lang), data_table(funnel_table(scope, found), scope.view)),
        name="services-funnel",
        note=text("services.funnel.note", lang),
    )


def _steps(scope: Scope, found: Funnel) -> list[FunnelStep]:
    lang = scope.view.lang

    def step(name: str, count: int, of: int, of_name: str, **branches: int) -> FunnelStep:
        share = ""
        if of_name and of:
            percent = numbers_text.number(100 * count / of, 1)
            share = text(f"services.funnel.of.{of_name}", lang, share=percent)
        said = [
            text(f"services.funnel.branch.{key}", lang, count=numbers_text.number(value))
            for key, value in branches.items()
            if value
        ]
        return FunnelStep(
            text(f"services.funnel.{name}", lang),
            numbers_text.number(count),
            share,
            count / found.submitted,
            said,
        )

    return [
        step("submitted", found.submitted, 0, ""),
        step(
            "accepted",
            found.accepted,
            found.submitted,
            "submitted",
            not_accepted=found.not_accepted,
            withdrawn=found.withdrawn_before,
        ),
        step(
            "decided",
            found.decided,
            found.submitted,
            "submitted",
            withdrawn=found.withdrawn - found.withdrawn_before,
            undecided=found.undecided,
            overdue=found.overdue,
        ),
        step("approved", found.approved, found.decided, "decided", rejected=found.rejected),
        step(
            "paid",
            found.paid,
            found.payable,
            "payable",
            unpaid=found.payable - found.paid,
            unpayable=found.approved - found.payable,
        ),
    ]


def share_section(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    title = text("services.shares", lang)
    found = stage_shares(scope)
    there = [figure for figure in found if figure.value]
    if not there:
        return section(title, empty(text("services.no_applications", lang)), name="services-shares")
    most = max(figure.value or 0.0 for figure in there)
    return section(
        title,
        html.Ol(
            [
                html.Li(
                    [
                        html.Span(
                            stage_words(figure.row["stage_code"], lang),
                            className="services-step-name",
                        ),
                        html.Span(
                            html.I(style={"width": f"{(figure.value or 0) / most:.2%}"}),
                            className="services-step-bar",
                        ),
                        html.Span(number(figure, view), className="services-step-count"),
                        html.Span(
                            clock_words(figure.row["stage_code"], lang),
                            className="services-step-share",
                        ),
                    ]
                )
                for figure in there
            ],
            className="services-funnel",
        ),
        name="services-shares",
        note=text("services.shares.note", lang),
    )


def visit_section(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = visits(scope)
    title = text("services.visits", lang)
    if not found.known_count:
        key = "services.visits.not_delivered" if found.unknown_count else "services.visits.none"
        return section(title, empty(text(key, lang)), name="services-visits")
    return section(
        title,
        chart(
            visit_bars(found, lang=lang, colours=colours(view.scheme)),
            name="visits",
            label=title,
            view=view,
            table=visit_table(scope, found),
            height=240,
        ),
        name="services-visits",
        note=text(
            "services.visits.note",
            lang,
            known=numbers_text.number(found.known_count),
            unknown=numbers_text.number(found.unknown_count),
        ),
    )
