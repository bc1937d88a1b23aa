"""Overview: is the county getting better, where is it not, why, and who owns it."""

from dataclasses import replace
from itertools import islice

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.filters import kpi_choice
from dashboards.components.frame import frame
from dashboards.components.kpi_panels import kpi_months_table, months_chart
from dashboards.components.ranking import ranking, to_map
from dashboards.components.section import section
from dashboards.components.status_strip import DataStatus, freshness, read_status, status_strip
from dashboards.components.tile import tile
from dashboards.components.words import kpi_name
from dashboards.context import Context
from dashboards.data.overview import (
    HEADLINES,
    PROGRAMME,
    Held,
    Tile,
    changed_most,
    held,
    tiles,
)
from dashboards.data.ranking import Ranked, areas_ranked, departments_ranked, has_departments
from dashboards.data.tables import Cell, Link, Table
from dashboards.data.why import sentence, why
from dashboards.figures.funnel import funnel_chart
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Scope, area_name
from dashboards.theme import colours
from dashboards.view import View

PATH = "/"
TITLE_KEY = "page.overview"
KPIS = (*PROGRAMME, *HEADLINES)
HELD_COLUMNS = ("department", "open", "overdue", "oldest")
RANKED_COLUMNS = ("name", "value", "interval", "verdict")


def layout(view: View, context: Context) -> Element:
    """Freshness; the programme's KPIs; what changed and why; what is overdue; areas; trend."""
    scope = Scope(view, context)
    lang = view.lang
    made = tiles(scope, KPIS, charted=PROGRAMME)
    status = read_status(context, view.county)
    areas = areas_ranked(scope, context.kpis[view.kpi])
    return frame(
        scope,
        freshness(status, lang=lang, href=view.href("/quality")),
        _tiles(made[: len(PROGRAMME)], view, name="programme"),
        _tiles(made[len(PROGRAMME) :], view, name="headlines"),
        html.Div(
            [
                html.Div(
                    [
                        _changes(scope, made),
                        _trend(scope),
                        _funnel(scope, areas),
                        _departments(scope),
                    ],
                    className="column",
                ),
                html.Div(
                    [_held(scope), _areas(scope, areas), _status(scope, status)],
                    className="column",
                ),
            ],
            className="panels",
        ),
        path=PATH,
        category_fact="fct_cases",
        tools=kpi_choice(scope),
    )


def tables(scope: Scope) -> list[Table]:
    """KPIs, months, areas and departments of the chosen one, and what is open."""
    lang = scope.view.lang
    kpi = scope.context.kpis[scope.view.kpi]
    made = [_kpis_table(scope), _months_table(scope)]
    if areas := areas_ranked(scope, kpi):
        made.append(_ranked_table(areas, _areas_title(scope), "areas", lang))
    if has_departments(kpi):
        ranked = departments_ranked(scope, kpi)
        made.append(_ranked_table(ranked, _departments_title(scope), "departments", lang))
    return [*made, _held_table(scope, held(scope))]


def _tiles(made: list[Tile], view: View, *, name: str) -> Element:
    return html.Div(
        [tile(data, view) for data in made],
        className=f"tiles {name}",
        role="group",
        **{"aria-label": text(f"overview.{name}", view.lang)},
    )


def _kpis_table(scope: Scope) -> Table:
    lang, view = scope.view.lang, scope.view
    rows: list[list[Cell]] = []
    for data in tiles(scope, KPIS, charted=PROGRAMME):
        name = kpi_name(data.kpi, lang)
        if data.figure is None:
            rows.append([name, text("value.lacks", lang), "", "", ""])
            continue
        row, difference = data.row, data.difference
        low, high = row["interval_low"], row["interval_high"]
        target = numbers_text.value(row["target"], data.kpi, lang) if row["target"] else "—"
        change = numbers_text.change(difference, data.kpi, lang) if difference is not None else "—"
        rows.append([name, data.figure, numbers_text.interval(low, high, data.kpi), target, change])
    heads = ("kpi", "value", "interval", "target", view.compare)
    return Table(
        "kpis",
        text("section.kpis", lang),
        [text(f"overview.column.{head}", lang) for head in heads],
        rows,
    )


def _changes(scope: Scope, made: list[Tile]) -> Element:
    """The strongest changes in words, each with what it is made of."""
    lang = scope.view.lang
    found = []
    for data in changed_most(made):
        if data.figure is None:
            continue
        # The first that the change can be taken apart by is enough; the receipt has all of them.
        parts = why(scope, data.figure.cell, slices=("department", "town", "community"))
        words = [getattr(sentence(part, data.kpi), lang.value) for part in islice(parts, 1)]
        found.append(
            html.Li(
                html.A(
                    [
                        html.B(kpi_name(data.kpi, lang)),
                        html.Span(words[0] if words else _plain_change(data, lang)),
                    ],
                    href=scope.view.href(
                        receipt=data.kpi.kpi_id, of=written(data.figure.cell), role=""
                    ),
                )
            )
        )
    body = html.Ul(found, className="changes") if found else empty(text("overview.no_change", lang))
    return section(
        text("overview.changes", lang),
        body,
        name="changes",
        note=text(f"overview.changes.{scope.view.compare}", lang),
    )


def _plain_change(data: Tile, lang: Lang) -> str:
    if data.difference is None or data.before is None:
        return ""
    return text(
        "overview.plain_change",
        lang,
        before=numbers_text.value(data.before["value"], data.kpi, lang),
        now=numbers_text.value(data.row["value"], data.kpi, lang),
        change=numbers_text.change(data.difference, data.kpi, lang),
    )


def _held(scope: Scope) -> Element:
    lang = scope.view.lang
    lines = held(scope)
    table = _held_table(scope, lines)
    return section(
        text("overview.held", lang),
        data_table(table, scope.view) if lines else empty(text("overview.held.none", lang)),
        name="held",
        note=text(
            "overview.held.note",
            lang,
            day=numbers_text.day(scope.context.builds[scope.view.county].as_of_date, lang),
            overdue=numbers_text.number(sum(line.overdue_count for line in lines)),
        ),
    )


def _held_table(scope: Scope, lines: list[Held]) -> Table:
    view, lang = scope.view, scope.view.lang
    return Table(
        "held",
        text("overview.held", lang),
        [
            text(f"overview.held.{name}", lang)
            for name in ("department", "open", "overdue", "oldest")
        ],
        [
            [
                Link(line.name, view.href("/departments", department=line.code)),
                line.open,
                line.overdue_count,
                line.oldest_days,
            ]
            for line in lines
        ],
    )


def _months_table(scope: Scope) -> Table:
    """The chosen KPI by month, the newest first, under a name that does not change with it."""
    return replace(kpi_months_table(scope, scope.context.kpis[scope.view.kpi]), name="months")


def _trend(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[view.kpi]
    title = f"{kpi_name(kpi, lang)} · {text('section.trend', lang)}"
    more = html.A(
        text("overview.more_trends", lang), href=view.href("/trends"), className="panel-link"
    )
    if scope.lacks(kpi):
        return section(title, empty(text("value.lacks", lang)), name="trend", tools=[more])
    body = months_chart(scope, kpi, name="trend", table_name="months")
    return section(title, body, name="trend", tools=[more])


def _funnel(scope: Scope, found: Ranked | None) -> Element | None:
    """Areas against their size, where the KPI has control limits."""
    if found is None or found.funnel is None:
        return None
    view, lang = scope.view, scope.view.lang
    kpi = found.whole.kpi
    title = f"{kpi_name(kpi, lang)} · {text('funnel.title', lang)}"
    figure = funnel_chart(
        found.funnel,
        kpi=kpi,
        column="area_code",
        names={line.code: line.name for line in found.slices},
        links={line.code: view.href(area=line.code) for line in found.slices},
        lang=lang,
        colours=colours(view.scheme),
    )
    body = chart(
        figure,
        name="funnel",
        label=title,
        view=view,
        table=_ranked_table(found, _areas_title(scope), "areas", lang),
        height=300,
    )
    return section(title, body, name="funnel", note=text("funnel.note", lang))


def _areas(scope: Scope, found: Ranked | None) -> Element:
    body = ranking(
        found,
        view=scope.view,
        part="area",
        whole_name=area_name(scope, scope.compared_area),
        level_name=_level_name(scope),
    )
    return section(_areas_title(scope), body, tools=[to_map(scope.view)], name="areas")


def _departments(scope: Scope) -> Element:
    kpi = scope.context.kpis[scope.view.kpi]
    if not has_departments(kpi):
        reason = empty(text("value.lacks", scope.view.lang))
        return section(_departments_title(scope), reason, name="departments")
    body = ranking(
        departments_ranked(scope, kpi),
        view=scope.view,
        part="department",
        whole_name=area_name(scope, scope.area),
        level_name=text("section.departments.level", scope.view.lang),
    )
    return section(_departments_title(scope), body, name="departments")


def _ranked_table(found: Ranked, title: str, name: str, lang: Lang) -> Table:
    kpi = found.whole.kpi
    return Table(
        name,
        title,
        [
            text(f"overview.column.{head}", lang)
            for head in ("name", "value", "interval", "verdict")
        ],
        [
            [
                line.name,
                line.figure,
                numbers_text.interval(line.row["interval_low"], line.row["interval_high"], kpi),
                text(f"ranking.{line.verdict}", lang),
            ]
            for line in found.slices
        ],
    )


def _areas_title(scope: Scope) -> str:
    lang = scope.view.lang
    kpi = scope.context.kpis[scope.view.kpi]
    return f"{kpi_name(kpi, lang)} · {text('section.ranking', lang, level=_level_name(scope))}"


def _departments_title(scope: Scope) -> str:
    lang = scope.view.lang
    kpi = scope.context.kpis[scope.view.kpi]
    level = text("section.departments.level", lang)
    return f"{kpi_name(kpi, lang)} · {text('section.ranking', lang, level=level)}"


def _level_name(scope: Scope) -> str:
    return scope.level_name(scope.level_below).lower()


def _status(scope: Scope, status: DataStatus) -> Element:
    lang = scope.view.lang
    zone = scope.context.county(scope.view.county).zone
    return section(
        text("section.status", lang), status_strip(status, zone=zone, lang=lang), name="status"
    )
