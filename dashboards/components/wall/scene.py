"""What every scene of the wall screen is made of: its frame, and a key figure large."""

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.number import marked
from dashboards.components.parts import chip
from dashboards.components.tile import STATUS
from dashboards.components.words import kpi_name
from dashboards.data.overview import Tile
from dashboards.data.tables import Figure
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.view import View


def scene(name: str, lang: Lang, headline: str, *body: Element, is_first: bool) -> Element:
    """One picture; all but the first wait hidden for our script to turn to them."""
    title = text(f"wall.scene.{name}", lang)
    return html.Section(
        [html.Div([html.H2(title), html.P(headline)], className="wall-headline"), *body],
        className=f"wall-scene wall-{name}",
        hidden=not is_first,
        **{"aria-label": title, "data-scene": name},
    )


def value(figure: Figure, view: View) -> Element:
    """A key figure with its unit; it opens its receipt. Without a value, the words why."""
    lang = view.lang
    shown: list[Element]
    if figure.value is None:
        shown = [html.Span(numbers_text.missing(figure.row, lang), className="wall-missing")]
    else:
        shown = [
            html.B(numbers_text.amount(figure.value, figure.kpi)),
            html.Small(numbers_text.unit(figure.kpi, lang)),
        ]
    return html.A(
        shown,
        href=view.href(receipt=figure.kpi.kpi_id, of=written(figure.cell), role=""),
        className="wall-value",
        title=text("tile.receipt", lang, name=kpi_name(figure.kpi, lang)),
        **marked(figure),
    )


def standing_chip(tile: Tile, lang: Lang) -> list[Element]:
    """How a figure stands to its target; nothing where it has none."""
    if tile.standing == "none":
        return []
    sign, tone = STATUS[tile.standing]
    return [chip(sign, text(f"status.{tile.standing}", lang), tone=tone)]
