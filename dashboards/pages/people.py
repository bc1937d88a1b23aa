"""Special groups: who is on the roll, whose visit is due, and how alerts are answered.

What is shown of persons, and why:

- Values of KPIs, and the persons on the roll, come from `warehouse.query`, which hides small cells.
- Counts made here (who joined and left, ages) are for the whole county along one dimension, cut by
  `data/small_counts.py`.
- Visits owed are the workers' tasks. How many a worker or an area has left to do is a workload and
  is counted plainly, small or not; how many there were, for all needs of the whole county only.
  Rows of persons are listed within one grid only, as its worker needs them: person key, age band,
  need, days; never the special group, and no name is in the warehouse.
- Exports (`tables`) hold the same and no more.
"""

from functools import partial

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.chart import chart, empty
from dashboards.components.filters import Filter
from dashboards.components.frame import frame
from dashboards.components.kpi_panels import lacking_note
from dashboards.components.ranking import ranking
from dashboards.components.roll import bars, roll_table
from dashboards.components.section import section
from dashboards.components.tile import tile
from dashboards.components.words import by_level_title, kpi_name
from dashboards.components.worklist import areas_table, load_strip, tasks_table, workers_table
from dashboards.components.wristbands import alert_areas_section, alerts_section
from dashboards.context import Context
from dashboards.data import people_alerts, people_tables
from dashboards.data.overview import tiles
from dashboards.data.people_counts import ages, moves
from dashboards.data.people_reach import reach_scope
from dashboards.data.people_roll import REACH_KPI, ROLL_KPI, Roll, persons_of, roll, roll_by_area
from dashboards.data.people_visits import Tasks, tasks, worker_of_grid
from dashboards.data.ranking import areas_ranked
from dashboards.data.tables import Table
from dashboards.figures.people import moves_chart, stock
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.names import code_names
from dashboards.scope import Scope, area_name
from dashboards.theme import colours
from dashboards.view import View
from warehouse.published import people_file

PATH = "/people"
TITLE_KEY = "page.people"
TILES = (
    "on_time_visit_rate",
    "visit_coverage_rate",
    "unreachable_rate",
    "file_rate",
    "smi_followup_rate",
    "public_service_coverage_rate",
)
SHOWN_WORKERS = 100
"""Workers listed on the page; the export has all of them."""

SHOWN: tuple[Filter, ...] = ("period", "compare", "area", "category")
SHOWN_WITHOUT_PERSONS: tuple[Filter, ...] = ("period", "compare", "area")


def layout(view: View, context: Context) -> Element:
    """Indicators, visits owed, the roll, towns side by side, and alerts."""
    scope = Scope(view, context)
    if not context.published.has_people:
        return frame(
            scope, _without_persons(scope), *_alerts(scope), path=PATH, shown=SHOWN_WITHOUT_PERSONS
        )
    return frame(
        scope,
        html.Div(
            _tiles(scope),
            className="tiles people-tiles",
            role="group",
            **{"aria-label": text("section.kpis", view.lang)},
        ),
        *_of_persons(scope),
        *_alerts(scope, beside=_ranking(scope)),
        path=PATH,
        shown=SHOWN,
        category_fact="fct_visit_obligations",
    )


def tables(scope: Scope) -> list[Table]:
    """What the page shows: the roll, the visits owed, and the alerts."""
    found: list[Table] = []
    roll_kpi = scope.context.kpis[ROLL_KPI]
    if scope.context.published.has_people and scope.lacks(roll_kpi) is None:
        found += people_tables.of_persons(scope)
    codes = people_alerts.categories(scope)
    if codes:
        alerts, lang = people_alerts.alerts(scope, codes), scope.view.lang
        kpi = scope.context.kpis[people_alerts.RESPONSE_KPI]
        found += [
            people_tables.kinds_table(alerts, lang),
            people_tables.alert_months_table(alerts, kpi, lang),
        ]
    return found


def _tiles(scope: Scope) -> list[Element]:
    """The tiles; that of the persons seen says which days it is about where they are others."""
    view, within = scope.view, reach_scope(scope)
    made = {
        data.kpi.kpi_id: tile(data, view)
        for data in tiles(scope, [kpi_id for kpi_id in TILES if kpi_id != REACH_KPI])
    }
    (data,) = tiles(within, (REACH_KPI,))
    if within is scope or data.figure is None:
        made[REACH_KPI] = tile(data, view)
    else:
        note = numbers_text.days(within.days.first, within.days.last, view.lang)
        made[REACH_KPI] = tile(data, view, of=written(data.figure.cell), note=note)
    return [made[kpi_id] for kpi_id in TILES]


def _without_persons(scope: Scope) -> Element:
    lang, version = scope.view.lang, scope.context.published.version
    return section(
        text("people.no_file.title", lang),
        html.P(text("people.no_file", lang, version=version, file=people_file(version))),
        name="people-no-file",
    )


def _of_persons(scope: Scope) -> list[Element]:
    reason = lacking_note(scope, scope.context.kpis[ROLL_KPI])
    if reason is not None:
        titles = ("people.tasks", "people.roll")
        return [
            section(text(title, scope.view.lang), empty(reason), name="people-lacking")
            for title in titles
        ]
    found = roll(scope)
    return [_tasks(scope), _roll(scope, found), _over_time(scope, found)]


def _tasks(scope: Scope) -> Element:
    lang = scope.view.lang
    found = tasks(scope)
    day = numbers_text.day(found.as_of, lang)
    place = area_name(scope, scope.area)
    is_whole = not people_tables.is_part(scope)
    body = [load_strip(found.load, lang, with_totals=is_whole)]
    if not found.load.is_open:
        body.append(empty(text("people.tasks.none", lang, area=place, day=day)))
    elif scope.area.level == "grid":
        body += _grid_list(scope, found)
    else:
        body.append(_by_area_and_worker(scope, found))
    note = text("people.tasks.note", lang, day=day)
    return section(text("people.tasks", lang), *body, name="people-tasks", note=note)


def _grid_list(scope: Scope, found: Tasks) -> list[Element]:
    lang, county = scope.view.lang, scope.view.county
    worker = worker_of_grid(scope.context, county, scope.area.code)
    title = text("people.list", lang, area=area_name(scope, scope.area))
    return [
        html.H3(title),
        html.P(
            [
                text("people.list.worker", lang, code=worker)
                if worker
                else text("people.worker.none", lang),
                html.Br(),
                text("people.list.note", lang),
            ],
            className="panel-note people-list-note",
        ),
        tasks_table(
            found,
            scope.view,
            title=title,
            ages=code_names(scope.context, county, "age_band_code", lang),
            needs=code_names(scope.context, county, "need_level_code", lang),
        ),
    ]


def _by_area_and_worker(scope: Scope, found: Tasks) -> Element:
    lang = scope.view.lang
    parts = []
    level = scope.level_below
    level_name = scope.level_name(level)
    if level and level != scope.area.level:
        title = text("people.areas", lang, level=level_name.lower())
        table = areas_table(
            found.by(f"{level}_code"),
            roll_by_area(scope),
            scope.names_of_areas(level),
            scope.view,
            title=title,
            level=level_name,
        )
        parts.append(html.Div([html.H3(title), table], className="people-part"))
    workers = found.workers
    title = text("people.workers", lang)
    shown = workers[:SHOWN_WORKERS]
    note = text("people.workers.note", lang)
    if len(workers) > len(shown):
        count = numbers_text.number(len(workers))
        note = text(
            "people.workers.more", lang, count=count, shown=len(shown), level=level_name.lower()
        )
    parts.append(
        html.Div(
            [
                html.H3(title),
                workers_table(shown, partial(people_tables.place, scope), scope.view, title=title),
                html.P(note, className="rule"),
            ],
            className="people-part",
        )
    )
    return html.Div(parts, className="people-split" if len(parts) > 1 else "")


def _roll(scope: Scope, found: Roll) -> Element:
    lang = scope.view.lang
    as_of = scope.context.builds[scope.view.county].as_of_date
    day = numbers_text.day(as_of, lang)
    count = persons_of(found.filed)
    note = (
        text("people.roll.note.hidden", lang, day=day)
        if count is None
        else text("people.roll.note", lang, day=day, count=numbers_text.number(count))
    )
    title = text("people.roll", lang)
    is_shown = any(group.person_count is not None for group in found.groups)
    body = (
        roll_table(found, scope.view, title=title)
        if is_shown
        else empty(text("people.roll.few", lang))
    )
    return section(title, body, name="people-roll", note=note)


def _over_time(scope: Scope, found: Roll) -> Element:
    if people_tables.is_part(scope):
        return html.Div([_stock(scope, found), _county_only(scope)], className="two")
    return html.Div([_stock(scope, found), _moves(scope), _ages(scope)], className="people-three")


def _county_only(scope: Scope) -> Element:
    lang = scope.view.lang
    link = html.A(
        text("people.moves.to_county", lang),
        href=scope.view.href(area="", category=""),
        className="panel-link",
    )
    reason = empty(text("people.moves.county_only", lang))
    return section(
        text("people.moves.and_ages", lang), reason, name="people-county-only", tools=[link]
    )


def _stock(scope: Scope, found: Roll) -> Element:
    view, lang = scope.view, scope.view.lang
    title = text("people.stock", lang)
    if not found.months["denominator"].is_not_null().any():
        return section(title, empty(text("people.stock.empty", lang)), name="people-stock")
    months = found.months["period_start_date"]
    label = text(
        "people.stock.label",
        lang,
        area=area_name(scope, scope.area),
        first=f"{months[0]:%Y-%m}",
        last=f"{months[-1]:%Y-%m}",
    )
    figure = stock(found.months, lang=lang, colours=colours(view.scheme))
    table = people_tables.months_table(found, lang)
    body = chart(figure, name="people-stock", label=label, view=view, table=table, height=260)
    return section(title, body, name="people-stock")


def _moves(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    title = text("people.moves", lang)
    found = moves(scope.context, view.county)
    if not found:
        return section(title, empty(text("people.moves.few", lang)), name="people-moves")
    first, last = f"{found[0].first:%Y-%m}", f"{found[-1].last:%Y-%m}"
    label = text("people.moves.label", lang, first=first, last=last)
    figure = moves_chart(found, lang=lang, colours=colours(view.scheme))
    table = people_tables.moves_table(found, lang)
    body = chart(figure, name="people-moves", label=label, view=view, table=table, height=260)
    note = html.P(text("people.moves.note", lang), className="rule")
    return section(title, body, note, name="people-moves")


def _ages(scope: Scope) -> Element:
    lang = scope.view.lang
    title = text("people.ages", lang)
    names = code_names(scope.context, scope.view.county, "age_band_code", lang)
    found = people_tables.named_ages(
        ages(scope.context, scope.view.county, sorted(names)), names, lang
    )
    if not found:
        return section(title, empty(text("people.ages.few", lang)), name="people-ages")
    note = html.P(text("people.ages.note", lang), className="rule")
    return section(title, bars(found), note, name="people-ages")


def _ranking(scope: Scope) -> Element:
    """The areas by the tile's KPI that was chosen, else by the first tile's."""
    view, lang = scope.view, scope.view.lang
    kpi = scope.context.kpis[view.kpi if view.kpi in TILES else TILES[0]]
    within = reach_scope(scope) if kpi.kpi_id == REACH_KPI else scope
    level = scope.level_name(scope.level_below)
    title = by_level_title(kpi, level, lang)
    if scope.lacks(kpi):
        body: Element = empty(text("people.ranking.lacks", lang, kpi=kpi_name(kpi, lang)))
    else:
        body = ranking(
            areas_ranked(within, kpi),
            view=view,
            part="area",
            whole_name=area_name(scope, scope.compared_area),
            level_name=level,
        )
    days = numbers_text.days(within.days.first, within.days.last, lang)
    note = text("people.reach", lang, days=days) if within is not scope else ""
    choose = text("people.ranking.choose", lang)
    return section(title, body, name="people-ranking", note=note or choose)


def _alerts(scope: Scope, *, beside: Element | None = None) -> list[Element]:
    """Alerts, and the areas by them; beside those, the areas by a KPI about persons."""
    codes = people_alerts.categories(scope)
    areas = [part for part in (beside,) if part is not None]
    if codes:
        areas.append(alert_areas_section(scope, codes))
    return [alerts_section(scope, codes), html.Div(areas, className="two")]
