"""Reports: the monthly report to read here, to print and to take along."""

from dashboards import html
from dashboards.components.chart import chart
from dashboards.components.data_table import data_table
from dashboards.components.frame import frame
from dashboards.components.parts import icon
from dashboards.components.section import section
from dashboards.context import Context
from dashboards.data.tables import Table
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.report.asked import Asked, default_month, months_known
from dashboards.report.files import FORMS, kept_report
from dashboards.report.model import Block, Chart, Listed, Points, Report, Section, Words
from dashboards.scope import Scope
from dashboards.view import View

PATH = "/reports"
TITLE_KEY = "page.reports"
MONTHS_OFFERED = 13


def layout(view: View, context: Context) -> Element:
    """Month and downloads, then the report itself."""
    scope = Scope(view, context)
    report = kept_report(view, context)
    return frame(
        scope,
        _head(scope, report),
        *(_section(part, scope) for part in report.sections),
        path=PATH,
        shown=("area", "department"),
    )


def tables(scope: Scope) -> list[Table]:
    """Every table of the report, those of its charts too."""
    return kept_report(scope.view, scope.context).tables


def shown_scope(scope: Scope) -> Scope:
    """The scope of the report's month."""
    return Asked(scope.view, scope.context).scope


def _head(scope: Scope, report: Report) -> Element:
    view, lang = scope.view, scope.view.lang
    mark = [html.Span(report.sample, className="report-mark")] if report.sample else []
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.P([report.place, *mark], className="report-place"),
                            html.H2([report.title, html.Span(report.month)]),
                        ]
                    ),
                    html.Div([_download(form, view) for form in FORMS], className="report-files"),
                ],
                className="report-top",
            ),
            _months(scope),
            html.Dl(
                [
                    html.Div([html.Dt(label), html.Dd(words)])
                    for label, words in report.about
                    if words != text("sample.data.note", lang)
                ],
                className="report-about",
            ),
            html.P(text("report.form.note", lang), className="report-note"),
            html.Nav(
                html.Ol(
                    [
                        html.Li(html.A(part.title, href=f"#report-{part.name}"))
                        for part in report.sections
                    ]
                ),
                className="report-contents",
                **{"aria-label": text("report.contents", lang)},
            ),
        ],
        className="panel report-head",
        **{"aria-label": report.title},
    )


def _download(form: str, view: View) -> Element:
    address = view.href(f"/api/report.{form}", receipt="", role="", of="")
    return html.A(
        [icon("download"), text(f"report.form.{form}", view.lang)],
        href=address,
        className=f"report-file report-file-{form}",
        download=True,
    )


def _months(scope: Scope) -> Element:
    """The newest months as links; the one that is not over says so."""
    view, lang = scope.view, scope.view.lang
    as_of = scope.context.builds[view.county].as_of_date
    known = months_known(scope.first_date, as_of)
    chosen = view.month or default_month(as_of)
    offered = known[:MONTHS_OFFERED]
    if chosen not in offered:
        offered = [*offered, chosen]
    years = known[MONTHS_OFFERED:]
    return html.Div(
        [
            html.Div(
                [
                    html.A(
                        text("report.month.unfinished", lang, month=month)
                        if month == known[0]
                        else month,
                        href=view.href(month=month),
                        **({"aria-current": "true"} if month == chosen else {}),
                    )
                    for month in offered
                ],
                className="segments report-months",
                role="group",
                **{"aria-label": text("report.form.month", lang)},
            ),
            _older(years, view) if years else None,
        ],
        className="report-when",
    )


def _older(months: list[str], view: View) -> Element:
    links = [html.A(month, href=view.href(month=month)) for month in months]
    return html.Details(
        [
            html.Summary(text("report.form.older", view.lang)),
            html.Div(links, className="menu-items"),
        ],
        className="menu",
    )


def _section(part: Section, scope: Scope) -> Element:
    """A section; charts of half width that follow each other stand in pairs."""
    body: list[Element] = []
    pair: list[Element] = []
    for block in part.blocks:
        if isinstance(block, Chart) and block.width == "half":
            pair.append(_chart(block, scope.view))
            continue
        if pair:
            body.append(html.Div(pair, className="report-pair"))
            pair = []
        body.append(_block(block, scope))
    if pair:
        body.append(html.Div(pair, className="report-pair"))
    made = section(part.title, *body, name=f"report-{part.name}")
    return html.Div(made, id=f"report-{part.name}", className="report-part")


def _block(block: Block, scope: Scope) -> Element:
    if isinstance(block, Words):
        return html.P(block.text, className=f"report-words report-{block.kind}")
    if isinstance(block, Points):
        return html.Div(
            [html.H3(block.title), html.Ul([html.Li(item) for item in block.items])],
            className="report-points",
        )
    if isinstance(block, Chart):
        return _chart(block, scope.view)
    return _listed(block, scope)


def _listed(listed: Listed, scope: Scope) -> Element:
    zone = scope.context.county(scope.view.county).zone
    table = data_table(listed.table, scope.view, zone=zone, is_tall=listed.shape != "texts")
    return html.Div(
        [html.H3(listed.table.title), table], className=f"report-listed report-{listed.shape}"
    )


def _chart(block: Chart, view: View) -> Element:
    drawn = chart(
        block.figure,
        name=block.name,
        label=block.label,
        view=view,
        table=block.table,
        height=block.height,
    )
    return html.Div([html.H3(block.title), drawn], className=f"report-chart report-{block.width}")
