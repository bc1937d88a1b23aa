"""One-stop service: how far applications get, how long that takes, and where they wait."""

from dataclasses import replace

from dashboards import html
from dashboards.components.approval_effect import effect_section
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.frame import frame
from dashboards.components.section import section
from dashboards.components.service_progress import funnel_section, share_section, visit_section
from dashboards.components.service_stages import step_section, waiting_section
from dashboards.components.tile import tile
from dashboards.context import Context
from dashboards.data.choices import toward
from dashboards.data.filtered import with_own_category
from dashboards.data.overview import Tile, tiles
from dashboards.data.service_tables import (
    funnel_table,
    item_table,
    share_table,
    step_table,
    visit_table,
    waiting_table,
)
from dashboards.data.services import (
    ITEM_KPIS,
    PUBLISHED_ITEM,
    STAGE_SHARE,
    funnel,
    is_of_published_item,
    item_names,
    items,
    of_all_items,
    stage_shares,
    step_times,
    targeted,
    visits,
    waiting,
)
from dashboards.data.tables import Table
from dashboards.figures.services import item_plot
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.theme import colours
from dashboards.view import View

PATH = "/services"
TITLE_KEY = "page.services"
FACT = "fct_applications"


def layout(view: View, context: Context) -> Element:
    """KPIs, the way of applications, before and after, stages, waiting, visits and items."""
    asked = Scope(view, context)
    scope = with_own_category(asked, FACT)
    lang = view.lang
    return frame(
        scope,
        *(
            []
            if scope is asked
            else [html.P(text("services.other_category", view.lang), className="empty")]
        ),
        html.Div(
            [tile(data, view) for data in _tiles(scope)],
            className="tiles services-tiles",
            role="group",
            **{"aria-label": text("section.kpis", lang)},
        ),
        html.P(_published_words(scope), className="services-published"),
        html.Div(
            [
                html.Div(
                    [funnel_section(scope), share_section(scope), visit_section(scope)],
                    className="column",
                ),
                effect_section(scope),
            ],
            className="two",
        ),
        waiting_section(scope),
        step_section(scope),
        _item_section(scope),
        path=PATH,
        category_fact=FACT,
    )


def tables(scope: Scope) -> list[Table]:
    """Everything the page shows, what waits in full."""
    scope = with_own_category(scope, FACT)
    return [
        funnel_table(scope, funnel(scope)),
        step_table(scope, step_times(scope)),
        *(
            []
            if scope.lacks(scope.context.kpis[STAGE_SHARE])
            else [share_table(scope, stage_shares(scope))]
        ),
        waiting_table(scope, waiting(scope)),
        visit_table(scope, visits(scope)),
        item_table(scope, items(scope)),
    ]


def _tiles(scope: Scope) -> list[Tile]:
    """The KPIs, held against target and baseline only where those are of what is shown."""
    item = scope.view.category
    return [
        replace(
            data,
            kpi=of_all_items(data.kpi, item),
            figure=data.figure and targeted(data.figure, item),
        )
        for data in tiles(scope, ITEM_KPIS)
    ]


def _published_words(scope: Scope) -> str:
    lang = scope.view.lang
    name = item_names(scope).get(PUBLISHED_ITEM, PUBLISHED_ITEM)
    key = "services.published.this" if is_of_published_item(scope) else "services.published"
    return text(key, lang, item=name, code=PUBLISHED_ITEM)


def _item_section(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    found = items(scope)
    title = text("services.items", lang)
    if not found:
        return section(title, empty(text("services.no_applications", lang)), name="services-items")
    drawn = [item for item in found if item.figures[0] and item.figures[0].value is not None]
    plot = (
        chart(
            item_plot(
                drawn,
                hrefs=[toward(view, "category", item.code) for item in drawn],
                chosen=view.category,
                lang=lang,
                colours=colours(view.scheme),
            ),
            name="items",
            label=text("services.items.label", lang),
            view=view,
            height=380,
        )
        if len(drawn) > 1
        else None
    )
    return section(
        title,
        plot,
        data_table(item_table(scope, found), view),
        name="services-items",
        note=text("services.items.note", lang),
    )
