"""The scene of services and people: three key figures of each other part of the work."""

from dashboards import html, numbers_text
from dashboards.components.parts import chip
from dashboards.components.wall.scene import scene, standing_chip, value
from dashboards.components.words import kpi_name
from dashboards.data.overview import Tile
from dashboards.data.wall import Wall
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Scope
from dashboards.view import View


def groups(wall: Wall, scope: Scope, *, is_first: bool) -> Element:
    """Three key figures each of one-stop service, special groups, mediation and council."""
    lang = scope.view.lang
    return scene(
        "groups",
        lang,
        numbers_text.days(scope.days.first, scope.days.last, lang),
        html.Div(
            [
                html.Article(
                    [
                        html.H3(text(f"wall.groups.{name}", lang)),
                        html.Div([_key(tile, scope.view) for tile in made], className="wall-keys"),
                    ],
                    className="wall-card",
                )
                for name, made in wall.groups.items()
            ],
            className="wall-quarters",
        ),
        is_first=is_first,
    )


def _key(tile: Tile, view: View) -> Element:
    lang = view.lang
    name = html.H4(kpi_name(tile.kpi, lang))
    if tile.figure is None:
        note = html.P(text("value.lacks", lang), className="wall-missing")
        return html.Div([name, note], className="wall-key")
    return html.Div(
        [name, value(tile.figure, view), *(standing_chip(tile, lang) or _change(tile, lang))],
        className="wall-key",
    )


def _change(tile: Tile, lang: Lang) -> list[Element]:
    """The change against the period before, judged only where it is more than chance."""
    difference = tile.difference
    if difference is None:
        return []
    figure = numbers_text.change(difference, tile.kpi, lang)
    if not any(digit in figure for digit in "123456789"):
        return [chip("arrow-same", text("change.same", lang), tone="plain")]
    is_judged = tile.is_within_chance is False and tile.is_settled and tile.kpi.better != "neither"
    is_better = (difference > 0) == (tile.kpi.better == "higher")
    tone = ("good" if is_better else "bad") if is_judged else "plain"
    return [chip(f"arrow-{'up' if difference > 0 else 'down'}", figure, tone=tone)]
