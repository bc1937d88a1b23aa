"""Mediation: what becomes of disputes at each of the three levels, how fast, and where not."""

import polars as pl

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.filters import Filter
from dashboards.components.flow_panel import flow_links, flow_panel
from dashboards.components.frame import frame
from dashboards.components.kpi_panels import (
    kpi_block,
    kpi_months_table,
    lacking_note,
    ranked_areas,
    ranked_categories,
    ranked_table,
)
from dashboards.components.mediation_tables import (
    flow_table,
    in_days,
    levels_table,
    open_table,
    participation_table,
    place_name,
)
from dashboards.components.number import number
from dashboards.components.parts import chip
from dashboards.components.section import section
from dashboards.components.tile import tile
from dashboards.components.words import by_level_title, kpi_name
from dashboards.context import Context
from dashboards.data.mediation import (
    EXITS,
    LEVELS,
    NO_LEVEL,
    RECEIVED,
    Passage,
    durations,
    participation,
    passages,
    settled_at_levels,
    settled_months,
    still_open,
)
from dashboards.data.overview import tiles
from dashboards.data.tables import Figure, Table
from dashboards.figures.mediation import shares_with_specialists
from dashboards.figures.sankey import Link, Node, Tone, sankey, sums
from dashboards.figures.spans import Span, Words, spans
from dashboards.figures.sparkline import as_address, sparkline
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Scope
from dashboards.theme import colours
from dashboards.view import View
from warehouse.catalogue import Kpi

PATH = "/mediation"
TITLE_KEY = "page.mediation"
TILES = (
    "dispute_resolution_rate",
    "mediation_success_rate",
    "settled_at_level_rate",
    "mediation_rate",
    "agreement_kept_rate",
    "dispute_recurrence_rate",
)
FACT = "fct_mediations"
TONES: dict[str, Tone] = {
    "settled": "good",
    "failed": "bad",
    "court": "bad",
    "withdrawn": "muted",
    "open": "fair",
    "moving": "fair",
    "unknown": "muted",
}


def layout(view: View, context: Context) -> Element:
    """Tiles; the flow through the levels; the chosen KPI; specialists; what is still open."""
    scope = Scope(view, context)
    lang, kpi = view.lang, chosen(scope)
    heads = html.Div(
        [tile(data, view) for data in tiles(scope, TILES, charted=TILES[:1])],
        className="tiles mediation-tiles",
        role="group",
        **{"aria-label": text("section.kpis", lang)},
    )
    lacking = lacking_note(scope, kpi)
    body = [empty(lacking)] if lacking else _sections(scope, kpi)
    return frame(scope, heads, *body, path=PATH, shown=_filters(view), category_fact=FACT)


def _filters(view: View) -> tuple[Filter, ...]:
    shown: tuple[Filter, ...] = ("period", "compare", "area", "category")
    # One office keeps these records; a department chosen elsewhere is shown, so it can be lifted.
    return (*shown, "department") if view.department else shown


def chosen(scope: Scope) -> Kpi:
    """The KPI of trend and rankings: the chosen one if it is of this page."""
    kpi_id = scope.view.kpi if scope.view.kpi in TILES else TILES[0]
    return scope.context.kpis[kpi_id]


def tables(scope: Scope) -> list[Table]:
    """What the page shows, in its order."""
    lang, kpi = scope.view.lang, chosen(scope)
    if scope.lacks(kpi):
        return [kpi_months_table(scope, kpi)]
    level, categories = scope.level_name(scope.level_below), text("mediation.category", lang)
    of_areas = by_level_title(kpi, level, lang)
    of_categories = by_level_title(kpi, categories, lang)
    return [
        flow_table(passages(scope), lang),
        levels_table(settled_at_levels(scope), durations(scope), lang),
        kpi_months_table(scope, kpi),
        ranked_table(ranked_areas(scope, kpi), name="areas", title=of_areas, scope=scope, of=level),
        ranked_table(
            ranked_categories(scope, kpi),
            name="categories",
            title=of_categories,
            scope=scope,
            of=categories,
        ),
        participation_table(participation(scope), lang),
        open_table(still_open(scope), scope),
    ]


def _sections(scope: Scope, kpi: Kpi) -> list[Element]:
    lang = scope.view.lang
    return [
        html.Div([_flow_panel(scope), _levels_panel(scope)], className="panels"),
        kpi_block(scope, kpi, by_category=kpi, level=text("mediation.category", lang)),
        html.Div([_times_panel(scope), _participation_panel(scope)], className="two"),
        _open_panel(scope),
    ]


def _links(found: list[Passage], lang: Lang) -> list[Link]:
    ways = [(way.source, way.target, way.dispute_count) for way in found]
    return flow_links(ways, page="mediation", place_name=place_name, lang=lang)


def flow_picture(found: list[Passage], scope: Scope) -> str:
    """The flow drawn: each level, what it settled, and what it passed on."""
    lang = scope.view.lang
    links = _links(found, lang)
    into, out = sums(links)

    def note(key: str) -> str:
        return numbers_text.number(max(into.get(key, 0), out.get(key, 0)))

    nodes = [Node(RECEIVED, place_name(RECEIVED, lang), note(RECEIVED), 0, "stage")]
    for column, level in enumerate(LEVELS, 1):
        nodes.append(Node(level, place_name(level, lang), note(level), column, "stage"))
    for column, level in enumerate(LEVELS, 2):
        for exit_ in EXITS:
            key = f"{level}.{exit_}"
            nodes.append(Node(key, place_name(key, lang), note(key), column, TONES[exit_], True))
    nodes.append(Node(NO_LEVEL, place_name(NO_LEVEL, lang), note(NO_LEVEL), 1, "muted", True))
    # The ends of a level stand above the next level, in the same column.
    nodes.sort(key=lambda node: (node.column, not node.is_end))
    return sankey(nodes, links, colours=colours(scope.view.scheme))


def _flow_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = passages(scope)
    title = text("mediation.flow", lang)
    if not found:
        return section(title, empty(text("mediation.flow.none", lang)), name="mediation-flow")
    received = sum(way.dispute_count for way in found if way.source == RECEIVED)
    settled = {
        level: sum(way.dispute_count for way in found if way.target == f"{level}.settled")
        for level in LEVELS
    }
    label = text(
        "mediation.flow.label",
        lang,
        received=numbers_text.number(received),
        **{level: numbers_text.number(count) for level, count in settled.items()},
    )
    return flow_panel(
        flow_picture(found, scope),
        page="mediation",
        name="flow",
        label=label,
        table=flow_table(found, lang),
        view=view,
    )


def _levels_panel(scope: Scope) -> Element:
    """Each level: the share it settles itself, with two years by month behind it."""
    lang = scope.view.lang
    kpi = scope.context.kpis["settled_at_level_rate"]
    found, months = settled_at_levels(scope), settled_months(scope)
    title = f"{kpi_name(kpi, lang)} · {text('mediation.by_level', lang)}"
    if not found:
        return section(title, empty(text("value.none.note", lang)), name="mediation-levels")
    return section(
        title,
        html.Ol(
            [
                html.Li(_level(level, found[level], months[level], scope))
                for level in LEVELS
                if level in found
            ],
            className="mediation-levels",
        ),
        name="mediation-levels",
        note=text("mediation.by_level.note", lang),
    )


def _level(level: str, figure: Figure, months: pl.DataFrame, scope: Scope) -> list[Element]:
    view, lang, row = scope.view, scope.view.lang, figure.row
    parts = text(
        "mediation.level.parts",
        lang,
        settled=numbers_text.number(row["numerator"]),
        concluded=numbers_text.number(row["denominator"]),
    )
    values = months["value"].to_list()
    known = [value for value in values if value is not None]
    spark = (
        html.Img(
            src=as_address(
                sparkline(
                    values,
                    provisional=months["is_provisional"].to_list(),
                    colours=colours(view.scheme),
                    span=0.2,
                )
            ),
            alt=text(
                "tile.spark",
                lang,
                months=len(values),
                first=numbers_text.value(known[0], figure.kpi, lang),
                last=numbers_text.value(known[-1], figure.kpi, lang),
            ),
            className="spark",
        )
        if known
        else html.Span()
    )
    still = row["not_yet_due_count"]
    return [
        html.H3(text(f"mediation.level.{level}", lang)),
        html.Div(
            [html.Span(number(figure, view), className="mediation-level-value"), spark],
            className="mediation-level-main",
        ),
        html.P(
            [
                parts,
                html.Span(
                    f"{text('trend.interval', lang)} "
                    + numbers_text.interval(row["interval_low"], row["interval_high"], figure.kpi)
                )
                if row["interval_low"] is not None
                else None,
                html.Span(text("mediation.level.still", lang, count=numbers_text.number(still)))
                if still
                else None,
            ],
            className="mediation-level-foot",
        ),
    ]


def _times_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    hours = durations(scope)
    title = text("mediation.times", lang)
    if not hours:
        return section(title, empty(text("value.none.note", lang)), name="mediation-times")
    lines = [
        Span(
            f"{text(f'mediation.level.{level}', lang)} · {text(f'mediation.times.{kind}', lang)}",
            in_days(hours[level][f"{kind}_median"]),
            in_days(hours[level][f"{kind}_p90"]),
        )
        for level in LEVELS
        if level in hours
        for kind in ("wait", "step")
    ]
    figure = spans(
        lines,
        words=Words(
            text("mediation.median", lang), text("mediation.p90", lang), text("unit.days", lang)
        ),
        colours=colours(view.scheme),
    )
    return section(
        title,
        chart(
            figure,
            name="times",
            label=title,
            view=view,
            table=levels_table(settled_at_levels(scope), hours, lang),
        ),
        name="mediation-times",
        note=text("mediation.times.note", lang),
    )


def _participation_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = participation(scope)
    title = text("mediation.participation", lang)
    if not found:
        return section(title, empty(text("value.none.note", lang)), name="mediation-specialists")
    figure = shares_with_specialists(found, lang=lang, colours=colours(view.scheme))
    return section(
        title,
        chart(
            figure,
            name="participation",
            label=title,
            view=view,
            height=200,
        ),
        data_table(participation_table(found, lang), view, is_tall=True),
        name="mediation-specialists",
        note=text("mediation.participation.note", lang),
    )


def _open_panel(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = still_open(scope)
    overdue = sum(dispute.is_overdue for dispute in found)
    title = text("mediation.open", lang)
    if not found:
        return section(title, empty(text("mediation.open.none", lang)), name="mediation-open")
    tone = ("alert", "bad") if overdue else ("check", "good")
    zone = scope.context.county(view.county).zone
    return section(
        title,
        data_table(open_table(found, scope), view, zone=zone),
        name="mediation-open",
        tools=[
            chip(
                tone[0],
                text(
                    "mediation.open.count",
                    lang,
                    overdue=numbers_text.number(overdue),
                    count=numbers_text.number(len(found)),
                ),
                tone=tone[1],
            )
        ],
        note=text("mediation.open.note", lang),
    )
