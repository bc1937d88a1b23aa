"""A panel with what flows between places: how many went from where to where."""

from collections.abc import Callable, Sequence

from dashboards import html, numbers_text
from dashboards.components.chart import chart
from dashboards.components.section import section
from dashboards.data.tables import Table
from dashboards.figures.sankey import Link
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.view import View

HEIGHT = 200


def flow_links(
    ways: Sequence[tuple[str, str, int]],
    *,
    page: str,
    place_name: Callable[[str, Lang], str],
    lang: Lang,
) -> list[Link]:
    """The links with their sentences.

    Args:
        ways: from, to and how many.
        page: whose words they are.
    """
    return [
        Link(
            source,
            target,
            count,
            text(
                f"{page}.flow.link",
                lang,
                source=place_name(source, lang),
                target=place_name(target, lang),
                count=numbers_text.number(count),
            ),
        )
        for source, target, count in ways
    ]


def flow_panel(
    picture: str, *, page: str, name: str, label: str, table: Table, view: View
) -> Element:
    """The picture in a window of its own, which a small screen scrolls through.

    Args:
        name: of the chart.
        label: what it shows, for who cannot see it.
    """
    title = text(f"{page}.flow", view.lang)
    window = html.Div(
        chart(picture, name=name, label=label, view=view, table=table, height=HEIGHT),
        className="sankey-place",
        tabIndex=0,
        role="region",
        **{"aria-label": title},
    )
    return section(title, window, name=f"{page}-flow", note=text(f"{page}.flow.note", view.lang))
