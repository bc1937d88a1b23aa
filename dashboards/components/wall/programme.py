"""The scene of the programme: each promised number against its target and the time before."""

from dashboards import html, numbers_text
from dashboards.components.tile import SIGN
from dashboards.components.wall.scene import scene, standing_chip, value
from dashboards.components.words import kpi_name
from dashboards.data.overview import Tile
from dashboards.data.wall import Wall
from dashboards.figures.wall import control_svg
from dashboards.html import Element, Raw
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.theme import DARK
from warehouse.catalogue import programme_start


def programme(wall: Wall, scope: Scope, *, is_first: bool) -> Element:
    """Each promised number against its target and the time before, with its months."""
    lang = scope.view.lang
    judged = [tile.standing for tile in wall.programme if tile.figure is not None]
    judged = [standing for standing in judged if standing != "none"]
    headline = text("wall.programme.headline", lang, met=judged.count("met"), count=len(judged))
    days = numbers_text.days(scope.days.first, scope.days.last, lang)
    return scene(
        "programme",
        lang,
        f"{headline} · {days}",
        html.Div(
            [_promise(tile, scope) for tile in wall.programme],
            className="wall-quarters",
        ),
        html.P(text("wall.programme.legend", lang), className="wall-note"),
        is_first=is_first,
    )


def _promise(tile: Tile, scope: Scope) -> Element:
    view, lang, kpi = scope.view, scope.view.lang, tile.kpi
    name = html.H3(kpi_name(kpi, lang))
    if tile.figure is None:
        return html.Article([name, html.P(text("value.lacks", lang))], className="wall-card")
    row = tile.row
    facts = []
    if row["target"] is not None:
        target = numbers_text.value(row["target"], kpi, lang)
        facts.append(text("tile.target", lang, sign=SIGN[kpi.better], value=target))
    # A baseline is a figure of the whole county, so it says nothing of one town or department.
    baseline = None if scope.where else kpi.baseline_of(view.county)
    if baseline:
        before = numbers_text.value(baseline.value, kpi, lang)
        facts.append(text("wall.programme.baseline", lang, value=before))
    return html.Article(
        [
            html.Div([name, *standing_chip(tile, lang)], className="wall-card-head"),
            html.Div(
                [
                    html.Div(
                        [value(tile.figure, view), *(html.P(fact) for fact in facts)],
                        className="wall-promise",
                    ),
                    _months(tile, scope),
                ],
                className="wall-card-body",
            ),
        ],
        className="wall-card",
    )


def _months(tile: Tile, scope: Scope) -> Element:
    lang, chart = scope.view.lang, tile.chart
    if chart is None or chart.rows.is_empty():
        return html.P(text("wall.no_months", lang), className="wall-missing")
    first, last = chart.rows["value"][0], chart.rows["value"][-1]
    return html.Div(
        Raw(
            control_svg(
                chart,
                target=tile.row["target"],
                programme_start=programme_start(scope.view.county),
                colours=DARK,
            )
        ),
        className="wall-picture",
        role="img",
        **{
            "aria-label": text(
                "tile.spark",
                lang,
                months=chart.rows.height,
                first=numbers_text.value(first, tile.kpi, lang),
                last=numbers_text.value(last, tile.kpi, lang),
            )
        },
    )
