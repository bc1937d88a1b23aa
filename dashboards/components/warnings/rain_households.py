"""Households to move: counts by grid and grid worker, never who they are."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.components.chart import empty
from dashboards.components.parts import icon
from dashboards.components.scroll_table import head, scroll_table
from dashboards.components.section import section
from dashboards.components.warnings.rain_head import command
from dashboards.data.rain import Rain, severity_of
from dashboards.data.rain_lines import GridLine
from dashboards.data.warning_tables import Places, places_of, worker_lines
from dashboards.html import Element
from dashboards.i18n import text

SHOWN_GRIDS, SHOWN_WORKERS = 30, 15


def households_section(rain: Rain) -> Element | None:
    """What each grid and worker has to do; null while nothing is."""
    lang, lines = rain.scope.view.lang, rain.lines
    title = text("warnings.households", lang)
    if not severity_of(rain.towns):
        return None
    if lines is None:
        reason = empty(text("warnings.no_people", lang))
        return section(title, reason, name="warnings-households")
    if not lines:
        reason = empty(text("warnings.households.none", lang))
        return section(title, reason, command(rain), name="warnings-households")
    places = places_of(rain, lines)
    busy = [line for line in lines if line.to_move_count or line.check_count or line.overdue_count]
    calm = [line for line in lines if line not in busy]
    shown = busy[:SHOWN_GRIDS]
    note = text("warnings.households.note", lang)
    more = (
        [html.P(text("warnings.grids.more", lang, count=len(busy), shown=len(shown)))]
        if len(busy) > len(shown)
        else []
    )
    if not busy:
        more = [html.P(text("warnings.grids.none", lang))]
    if calm:
        more.append(
            html.Details(
                [
                    html.Summary(text("warnings.grids.calm", lang, count=len(calm))),
                    _grids(rain, calm, places, name="grids-calm"),
                ],
                className="as-table",
                **{"data-stays": "grids"},
            )
        )
    return section(
        title,
        html.Div(
            [
                html.Div(
                    [
                        html.H3(text("warnings.by_grid", lang)),
                        *([_grids(rain, shown, places)] if shown else []),
                        *more,
                    ],
                    className="warnings-part",
                ),
                html.Div(
                    [
                        html.H3(text("warnings.by_worker", lang)),
                        _workers(rain, lines),
                        command(rain),
                    ],
                    className="warnings-part",
                ),
            ],
            className="warnings-split",
        ),
        name="warnings-households",
        note=note,
    )


def _grids(
    rain: Rain, lines: Sequence[GridLine], places: Places, *, name: str = "grids"
) -> Element:
    lang = rain.scope.view.lang
    title = text("warnings.by_grid", lang)
    heads = [
        (text("warnings.grid", lang), ""),
        (text("warnings.worker", lang), ""),
        (text("warnings.to_move", lang), "numeric"),
        (text("warnings.moved", lang), ""),
        (text("warnings.acknowledged", lang), "numeric"),
        (text("warnings.overdue", lang), ""),
        (text("warnings.map", lang), ""),
    ]
    return scroll_table(
        title,
        [head(words, is_numeric=kind == "numeric") for words, kind in heads],
        [_grid(rain, line, places) for line in lines],
        name=name,
        table_class="warnings-table",
    )


def _grid(rain: Rain, line: GridLine, places: Places) -> Element:
    view, lang = rain.scope.view, rain.scope.view.lang
    name = places.grid(line)
    cell = (
        html.A(name, href=view.href(area=line.grid_code), className="cell-link")
        if line.grid_code and name
        else html.Span(text("warnings.grid.unknown", lang), className="muted")
    )
    place = html.Small(places.place(line), className="warnings-place")
    to_map = (
        html.A(
            icon("map"),
            href=view.href(
                "/map",
                level="grid",
                area=line.community_code or "",
                card=line.grid_code,
                at="",
                alert="",
            ),
            className="switch icon-only",
            title=text("warnings.map.of", lang, grid=name),
            **{"aria-label": text("warnings.map.of", lang, grid=name)},
        )
        if line.grid_code and name
        else "—"
    )
    share = line.moved_count / line.to_move_count if line.to_move_count else 0.0
    check = (
        [
            html.Small(
                text("warnings.check", lang, count=line.check_count), className="warnings-check"
            )
        ]
        if line.check_count
        else []
    )
    return html.Tr(
        [
            html.Th([cell, place], scope="row"),
            html.Td(
                html.Code(line.worker_code)
                if line.worker_code
                else html.Span(text("warnings.worker.none", lang), className="bad")
            ),
            html.Td([html.B(numbers_text.number(line.to_move_count)), *check], className="numeric"),
            html.Td(
                [
                    html.Span(
                        html.I(style={"--share": f"{share:.3f}"}),
                        className="warnings-done",
                        **{"aria-hidden": "true"},
                    ),
                    html.Span(f"{line.moved_count}/{line.to_move_count}"),
                ]
                if line.to_move_count
                else html.Span("—", className="muted"),
                className="warnings-moved",
            ),
            html.Td(f"{line.acknowledged_count}/{line.household_count}", className="numeric"),
            html.Td(_late(rain, line)),
            html.Td(to_map),
        ],
        **{"data-grid": line.grid_code, "data-worker": line.worker_code},
        className="warnings-open" if line.left_count else None,
    )


def _late(rain: Rain, line: GridLine) -> list[Element]:
    lang = rain.scope.view.lang
    return [
        html.Span(
            [icon("clock"), text(f"warnings.overdue.{step}", lang, count=count)],
            className="chip bad",
        )
        for step, count in line.overdue.items()
    ] or [html.Span("—", className="muted")]


def _workers(rain: Rain, lines: Sequence[GridLine]) -> Element:
    lang = rain.scope.view.lang
    title = text("warnings.by_worker", lang)
    names = ("worker", "grids", "to_move", "left", "overdue")
    workers = [one for one in worker_lines(lines) if one.to_move_count or one.overdue_count]
    rows = [
        html.Tr(
            [
                html.Th(
                    html.Code(one.worker_code)
                    if one.worker_code
                    else html.Span(text("warnings.worker.none", lang), className="bad"),
                    scope="row",
                ),
                html.Td(numbers_text.number(one.grid_count), className="numeric"),
                html.Td(numbers_text.number(one.to_move_count), className="numeric"),
                html.Td(html.B(numbers_text.number(one.left_count)), className="numeric"),
                html.Td(
                    numbers_text.number(one.overdue_count) if one.overdue_count else "—",
                    className="numeric bad" if one.overdue_count else "numeric",
                ),
            ]
        )
        for one in workers[:SHOWN_WORKERS]
    ]
    heads = [head(text(f"warnings.{name}", lang), is_numeric=name != "worker") for name in names]
    return scroll_table(title, heads, rows, name="workers", table_class="warnings-table")
