"""Wall screen: the county at a glance from five metres, turning by itself."""

from dashboards import html, numbers_text
from dashboards.components.header import county_name, marks
from dashboards.components.status_strip import read_status
from dashboards.components.wall.areas import areas
from dashboards.components.wall.attention import attention, reason, shown_value
from dashboards.components.wall.cases import cases
from dashboards.components.wall.groups import groups
from dashboards.components.wall.programme import programme
from dashboards.components.words import kpi_name
from dashboards.context import Context
from dashboards.data.tables import Cell, Table
from dashboards.data.wall import Flow, Wall, read_wall
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope, area_name
from dashboards.view import View

PATH = "/wall"
TITLE_KEY = "page.wall"
IS_SCREEN = True
"""Drawn without the header of the other pages."""
SCENES = ("programme", "cases", "areas", "attention", "groups")


def layout(view: View, context: Context) -> Element:
    """All scenes at once; `wall-scenes.js` turns them."""
    scope = Scope(view.with_(scheme="dark"), context)
    return html.Div(_wall(scope), className="wall-root")


def _wall(scope: Scope) -> Element:
    """The screen; it carries the dark scheme itself, whatever the reader's."""
    wall = read_wall(scope)
    status = read_status(scope.context, scope.view.county)
    return html.Div(
        [
            _top(scope),
            html.Div(
                [
                    programme(wall, scope, is_first=True),
                    cases(wall, scope, is_first=False),
                    areas(wall, scope, is_first=False),
                    attention(wall, status, scope, is_first=False),
                    groups(wall, scope, is_first=False),
                ],
                className="wall-stage",
            ),
            _foot(scope),
        ],
        className="wall",
        **{"data-theme": "dark", "data-refresh": "self"},
    )


def _top(scope: Scope) -> Element:
    view, context, lang = scope.view, scope.context, scope.view.lang
    build = context.builds[view.county]
    zone = context.county(view.county).zone
    place = [html.Span(county_name(build, lang))]
    if scope.area.level != "county":
        place.append(html.Span(area_name(scope, scope.area)))
    return html.Header(
        [
            html.H1([*place, html.Span(text("product", lang), className="wall-product")]),
            *marks(build, lang),
            html.P(
                [
                    text("header.as_of", lang),
                    " ",
                    html.Time(numbers_text.moment(build.as_of_at, zone, lang)),
                ],
                className="wall-as-of",
            ),
            html.P(
                hidden=True,
                className="wall-lost",
                role="status",
                **{"data-lost": text("wall.lost", lang, time="{time}"), "data-zone": str(zone)},
            ),
            html.Nav(
                [
                    html.A(text("page.overview", lang), href=view.href("/")),
                    html.A(
                        text("lang.switch", lang),
                        href=view.href(PATH, lang=lang.other),
                        lang=lang.other.tag,
                        **{"aria-label": text("lang.switch.label", lang)},
                    ),
                ],
                **{"aria-label": text("nav.label", lang)},
            ),
        ],
        className="wall-top",
    )


def _foot(scope: Scope) -> Element:
    """Where in the round we are; the buttons turn to a scene at once."""
    lang = scope.view.lang
    return html.Footer(
        [
            html.Button(
                [html.I(**{"aria-hidden": "true"}), text(f"wall.scene.{name}", lang)],
                type="button",
                **{"data-turn": name, "aria-current": "true" if name == SCENES[0] else "false"},
            )
            for name in SCENES
        ]
        + [html.P(text("wall.paused", lang), className="wall-paused")],
        className="wall-foot",
    )


def tables(scope: Scope) -> list[Table]:
    """What the scenes show, as tables."""
    wall = read_wall(scope)
    return [_kpis(wall, scope), _cases(wall, scope), *_areas(wall, scope), _signals(wall, scope)]


def _kpis(wall: Wall, scope: Scope) -> Table:
    lang = scope.view.lang
    made = [*wall.programme, *(tile for group in wall.groups.values() for tile in group)]
    rows: list[list[Cell]] = [
        [
            kpi_name(tile.kpi, lang),
            tile.figure or text("value.lacks", lang),
            "—"
            if tile.figure is None or tile.row["target"] is None
            else numbers_text.value(tile.row["target"], tile.kpi, lang),
        ]
        for tile in made
    ]
    heads = ("kpi", "value", "target")
    columns = [text(f"overview.column.{head}", lang) for head in heads]
    return Table("kpis", text("section.kpis", lang), columns, rows)


def _cases(wall: Wall, scope: Scope) -> Table:
    lang = scope.view.lang
    heads = ("department", "open", "overdue", "new_today", "closed_today", "new_this_month")
    rows: list[list[Cell]] = []
    for line in wall.desk.held:
        flow = wall.desk.flows.get(line.code, Flow())
        rows.append(
            [
                line.name,
                line.open,
                line.overdue_count,
                flow.new_today,
                flow.closed_today,
                flow.new_this_month,
                flow.closed_this_month,
            ]
        )
    columns = [text(f"wall.cases.{head}", lang) for head in (*heads, "closed_this_month")]
    return Table("cases", text("wall.scene.cases", lang), columns, rows)


def _areas(wall: Wall, scope: Scope) -> list[Table]:
    lang, found = scope.view.lang, wall.areas
    if found is None:
        return []
    kpi = found.whole.kpi
    rows: list[list[Cell]] = [
        [line.name, line.figure, text(f"ranking.{line.verdict}", lang)] for line in found.slices
    ]
    columns = [text(f"overview.column.{head}", lang) for head in ("name", "value", "verdict")]
    title = f"{text('wall.scene.areas', lang)} {kpi_name(kpi, lang)}"
    return [Table("areas", title, columns, rows)]


def _signals(wall: Wall, scope: Scope) -> Table:
    lang = scope.view.lang
    rows: list[list[Cell]] = [
        [
            kpi_name(signal.tile.kpi, lang),
            f"{signal.month:%Y-%m}",
            shown_value(signal, lang),
            reason(signal, lang),
        ]
        for signal in wall.signals
    ]
    columns = [
        text(f"wall.signal.column.{head}", lang) for head in ("kpi", "month", "value", "why")
    ]
    return Table("signals", text("wall.attention.signals", lang), columns, rows)
