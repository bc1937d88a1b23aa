"""Council: proposals through the four stages, what was decided and not done, and its effect."""

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.council_effect import effect_panel, effect_tables
from dashboards.components.council_tables import (
    duration_months_table,
    durations_table,
    not_done_table,
    place_name,
    publicity_table,
    stages_table,
)
from dashboards.components.data_table import data_table
from dashboards.components.filters import Filter
from dashboards.components.flow_panel import flow_links, flow_panel
from dashboards.components.frame import frame
from dashboards.components.kpi_panels import (
    kpi_block,
    kpi_months_table,
    lacking_note,
    months_chart,
    ranked_areas,
    ranked_categories,
    ranked_table,
)
from dashboards.components.number import number
from dashboards.components.parts import chip
from dashboards.components.section import section
from dashboards.components.tile import tile
from dashboards.components.words import by_level_title, kpi_name
from dashboards.context import Context
from dashboards.data.council import (
    EXITS,
    SPANS,
    STAGES,
    Passage,
    duration_months,
    durations,
    not_done,
    passages,
    publicity,
)
from dashboards.data.decision_effects import KPI_ID as WASTE_KPI_ID
from dashboards.data.overview import tiles
from dashboards.data.tables import Table, figure
from dashboards.figures.council import days_by_month
from dashboards.figures.sankey import Link, Node, Tone, sankey, sums
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Scope
from dashboards.theme import colours
from dashboards.view import View
from warehouse.catalogue import Kpi

PATH = "/council"
TITLE_KEY = "page.council"
FACT = "fct_proposals"
FIRST_KPI = "proposal_completion_rate"
TILES = (
    "turnout_rate",
    "proposal_adoption_rate",
    "publicity_on_time_rate",
    "proposal_completion_rate",
    WASTE_KPI_ID,
)
TONES: dict[str, Tone] = {
    "withdrawn": "muted",
    "waiting": "fair",
    "rejected": "bad",
    "unknown": "muted",
    "overdue": "bad",
    "under_way": "fair",
}
MOST_LISTED = 100


def layout(view: View, context: Context) -> Element:
    """Tiles; stages; times and publicity; the chosen KPI; what is not done; what it changed."""
    scope = Scope(view, context)
    lang = view.lang
    heads = html.Div(
        [tile(data, view) for data in tiles(scope, TILES)],
        className="tiles council-tiles",
        role="group",
        **{"aria-label": text("section.kpis", lang)},
    )
    lacking = lacking_note(scope, context.kpis[FIRST_KPI])
    body = [empty(lacking)] if lacking else _sections(scope)
    return frame(scope, heads, *body, path=PATH, shown=_filters(view), category_fact=FACT)


def _filters(view: View) -> tuple[Filter, ...]:
    shown: tuple[Filter, ...] = ("period", "compare", "area", "category")
    # One office keeps these records; a department chosen elsewhere is shown, so it can be lifted.
    return (*shown, "department") if view.department else shown


def chosen(scope: Scope) -> Kpi:
    """The KPI of trend and areas: the chosen one if it is of this page."""
    return scope.context.kpis[scope.view.kpi if scope.view.kpi in TILES else FIRST_KPI]


def chosen_of_topics(scope: Scope) -> Kpi:
    """The KPI of topics: inspections of drops have none."""
    kpi = chosen(scope)
    return scope.context.kpis[FIRST_KPI] if kpi.kpi_id == WASTE_KPI_ID else kpi


def tables(scope: Scope) -> list[Table]:
    """What the page shows, in its order."""
    lang, kpi, of_topics = scope.view.lang, chosen(scope), chosen_of_topics(scope)
    if scope.lacks(scope.context.kpis[FIRST_KPI]):
        return [kpi_months_table(scope, kpi)]
    level, topics = scope.level_name(scope.level_below), text("council.topic", lang)
    areas_title = by_level_title(kpi, level, lang)
    topics_title = by_level_title(of_topics, topics, lang)
    made = [
        stages_table(passages(scope), lang),
        durations_table(durations(scope), lang),
        duration_months_table(duration_months(scope), lang),
        publicity_table(publicity(scope), lang),
        kpi_months_table(scope, kpi),
        ranked_table(
            None if scope.lacks(kpi) else ranked_areas(scope, kpi),
            name="areas",
            title=areas_title,
            scope=scope,
            of=level,
        ),
        ranked_table(
            ranked_categories(scope, of_topics),
            name="topics",
            title=topics_title,
            scope=scope,
            of=topics,
        ),
        not_done_table(not_done(scope), scope),
        *effect_tables(scope),
    ]
    # The chosen KPI may be the outcome itself: its months are one table, not two.
    return list({table.name: table for table in made}.values())


def _sections(scope: Scope) -> list[Element]:
    lang, kpi = scope.view.lang, chosen(scope)
    return [
        html.Div([_flow_panel(scope), _publicity_panel(scope)], className="panels"),
        _times_panel(scope),
        kpi_block(
            scope,
            kpi,
            by_category=chosen_of_topics(scope),
            level=text("council.topic", lang),
        ),
        _not_done_panel(scope),
        effect_panel(scope),
    ]


def _links(found: list[Passage], lang: Lang) -> list[Link]:
    ways = [(way.source, way.target, way.proposal_count) for way in found]
    return flow_links(ways, page="council", place_name=place_name, lang=lang)


def flow_picture(found: list[Passage], scope: Scope) -> str:
    """The flow drawn: each stage, what went on, and what ended or is waiting there."""
    lang = scope.view.lang
    links = _links(found, lang)
    into, out = sums(links)

    def node(key: str, column: int, tone: Tone, *, is_end: bool) -> Node:
        note = numbers_text.number(max(into.get(key, 0), out.get(key, 0)))
        return Node(key, place_name(key, lang), note, column, tone, is_end)

    nodes = []
    for column, stage in enumerate(STAGES):
        tone: Tone = "good" if stage == STAGES[-1] else "stage"
        nodes.append(node(stage, column, tone, is_end=False))
        for exit_ in EXITS.get(stage, ()):
            nodes.append(node(f"{stage}.{exit_}", column + 1, TONES[exit_], is_end=True))
    # What ends at a stage stands above the next stage, in the same column.
    nodes.sort(key=lambda node: (node.column, not node.is_end))
    return sankey(nodes, links, colours=colours(scope.view.scheme))


def _flow_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = passages(scope)
    title = text("council.flow", lang)
    if not found:
        return section(title, empty(text("council.flow.none", lang)), name="council-flow")
    into, out = sums(_links(found, lang))
    label = text(
        "council.flow.label",
        lang,
        **{
            stage: numbers_text.number(max(into.get(stage, 0), out.get(stage, 0)))
            for stage in STAGES
        },
    )
    return flow_panel(
        flow_picture(found, scope),
        page="council",
        name="stages",
        label=label,
        table=stages_table(found, lang),
        view=view,
    )


def _publicity_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = publicity(scope)
    title = text("council.publicity", lang)
    rate = figure(scope.context, scope.question("publicity_on_time_rate"))
    waits = durations(scope)
    waited = [row for row in waits.iter_rows(named=True) if row["span_code"] == "publicity"]
    words = (
        text(
            "council.publicity.wait",
            lang,
            median=numbers_text.number(waited[0]["median_days"], 1),
            p90=numbers_text.number(waited[0]["p90_days"], 1),
        )
        if waited
        else text("value.none.note", lang)
    )
    return section(
        title,
        html.P(
            [html.Span(number(rate, view), className="council-figure"), kpi_name(rate.kpi, lang)],
            className="council-headline",
        ),
        data_table(publicity_table(found, lang), view, is_tall=True),
        html.P(words, className="rule"),
        months_chart(scope, rate.kpi, name="publicity", height=230),
        name="council-publicity",
        note=text("council.publicity.note", lang),
    )


def _times_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    months, now = duration_months(scope), durations(scope)
    title = text("council.times", lang)
    if months.is_empty():
        return section(title, empty(text("value.none.note", lang)), name="council-times")
    of_period = {row["span_code"]: row for row in now.iter_rows(named=True)}
    parts = []
    for span in SPANS:
        chosen_months = months.filter(months["span_code"] == span)
        name = text(f"council.span.{span}", lang)
        row = of_period.get(span)
        words = (
            text(
                "council.times.words",
                lang,
                median=numbers_text.number(row["median_days"], 1),
                p90=numbers_text.number(row["p90_days"], 1),
                count=numbers_text.number(row["proposal_count"]),
            )
            if row
            else text("council.times.none", lang)
        )
        body = (
            chart(
                days_by_month(chosen_months, lang=lang, colours=colours(view.scheme)),
                name=f"times-{span}",
                label=name,
                view=view,
                table=duration_months_table(months, lang, span=span),
                height=190,
            )
            if len(chosen_months)
            else empty(text("value.none.note", lang))
        )
        parts.append(html.Div([html.H3(name), html.P(words, className="muted"), body]))
    return section(
        title,
        html.Div(parts, className="council-times"),
        name="council-times",
        note=text("council.times.note", lang),
    )


def _not_done_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = not_done(scope)
    title = text("council.not_done", lang)
    if not found:
        return section(title, empty(text("council.not_done.none", lang)), name="council-not-done")
    listed = (
        text(
            "council.not_done.listed",
            lang,
            listed=numbers_text.number(MOST_LISTED),
            count=numbers_text.number(len(found)),
        )
        if len(found) > MOST_LISTED
        else ""
    )
    count = text("council.not_done.count", lang, count=numbers_text.number(len(found)))
    return section(
        title,
        data_table(not_done_table(found[:MOST_LISTED], scope), view),
        name="council-not-done",
        tools=[chip("alert", count, tone="bad")],
        note=text("council.not_done.note", lang) + listed,
    )
