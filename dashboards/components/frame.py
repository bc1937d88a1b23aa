"""What every page has around its sections: trail of areas, filters, period in words, exports."""

from dashboards import html, numbers_text
from dashboards.components.filters import ALL_FILTERS, Filter, filters
from dashboards.components.parts import icon
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope, area_name
from dashboards.view import View


def frame(
    scope: Scope,
    *body: Element,
    path: str,
    shown: tuple[Filter, ...] = ALL_FILTERS,
    category_fact: str | None = None,
    tools: Element | None = None,
    choosers: Element | None = None,
) -> Element:
    """A page's whole: its bar and its sections.

    Args:
        body: the sections; charts too (`components.chart`).
        shown: the filters that the page answers to.
        tools: a further choice, behind the filters.
        category_fact: the fact whose categories are offered, null where the page has none.
        choosers: a bar of the page's own below.
    """
    return html.Div(
        [
            html.Div(
                [
                    html.Div(_trail(scope), className="trail-place"),
                    filters(scope, shown=shown, category_fact=category_fact),
                    *([] if tools is None else [tools]),
                    html.Div(
                        [
                            html.P(
                                numbers_text.days(
                                    scope.days.first, scope.days.last, scope.view.lang
                                ),
                                className="period-words",
                            )
                            if "period" in shown
                            else None,
                            _exports(scope.view, path),
                        ],
                        className="bar-end",
                    ),
                ],
                className="bar",
            ),
            *([choosers] if choosers else []),
            html.Div(list(body), className="sections"),
        ],
        className="frame",
    )


def _trail(scope: Scope) -> Element:
    """Where the page is, from the county down, each step back a link."""
    trail = scope.trail
    steps = []
    for area in trail:
        name = area_name(scope, area)
        is_here = area is trail[-1]
        target = "" if area.level == "county" else area.code
        steps.append(
            html.Li(
                html.Span(name, **{"aria-current": "location"})
                if is_here
                else html.A(name, href=scope.view.href(area=target))
            )
        )
    return html.Nav(
        html.Ol(steps), className="trail", **{"aria-label": text("trail.label", scope.view.lang)}
    )


def _exports(view: View, path: str) -> Element:
    """Take along what is seen."""
    query = view.href("", receipt="", role="", of="")
    separator = "&" if len(query) > 1 else ""
    address = f"{query}{separator}page={path}"
    return html.Details(
        [
            html.Summary([icon("download"), text("export.label", view.lang)]),
            html.Div(
                [
                    *(
                        html.A(
                            text(f"export.{kind}", view.lang),
                            href=f"/api/page.{kind}{address}",
                            download=True,
                        )
                        for kind in ("xlsx", "csv")
                    ),
                    html.Button(
                        text("export.print", view.lang), type="button", **{"data-print": "page"}
                    ),
                ],
                className="menu-items",
            ),
        ],
        className="menu",
    )
