"""What the trends page lets one choose: KPIs, lines, unit of time, last year's line."""

from dashboards import html
from dashboards.components.filters import Group, Option, choices, kpi_groups
from dashboards.data.trends import (
    MOST_KPIS,
    MOST_LINES,
    has_last_year,
    kpis_of,
    unit_of,
    units_to_choose,
)
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.view import UNITS


def choosers(scope: Scope) -> Element:
    """KPIs and lines as lists to search in; unit and last year as links."""
    lang = scope.view.lang
    return html.Div(
        [
            _labelled("trends.kpis", _kpis(scope), scope),
            _labelled("trends.series", _series(scope), scope),
            html.Div([_units(scope), _overlay(scope)], className="trends-segments"),
        ],
        className="trends-choosers",
        role="group",
        **{"aria-label": text("trends.choose", lang)},
    )


def _labelled(key: str, body: Element, scope: Scope) -> Element:
    return html.Div(
        [
            html.Span(
                text(key, scope.view.lang), className="trends-label", **{"aria-hidden": "true"}
            ),
            body,
        ],
        className="trends-chooser",
    )


def _kpis(scope: Scope) -> Element:
    view = scope.view
    return choices(
        "kpis",
        kpi_groups(scope),
        [kpi.kpi_id for kpi in kpis_of(scope)],
        add=text("trends.kpis.add", view.lang),
        most=MOST_KPIS,
        view=view,
        default=(view.kpi,),
    )


def _series(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    groups = [
        Group(
            text("filter.department", lang),
            [Option(f"department:{code}", name) for code, name in scope.department_names.items()],
        )
    ]
    for level in ("town", "community"):
        chosen = set(view.series)
        areas = [
            area
            for area in scope.areas.values()
            if area.level == level
            # All towns, and the communities of the town the page is about, or chosen elsewhere.
            and (
                level == "town"
                or area.parent_code in (scope.area.code, scope.area.parent_code)
                or f"community:{area.code}" in chosen
            )
        ]
        if areas:
            groups.append(
                Group(
                    scope.level_name(level),
                    [Option(f"{level}:{area.code}", area.name or area.code) for area in areas],
                )
            )
    return choices(
        "series",
        groups,
        view.series,
        add=text("trends.series.add", lang),
        most=MOST_LINES,
        view=view,
    )


def _units(scope: Scope) -> Element:
    view, lang, now = scope.view, scope.view.lang, unit_of(scope)
    allowed = units_to_choose(scope.days)
    return html.Div(
        [
            html.A(
                text(f"trends.unit.{unit}", lang),
                href=view.href(unit=unit),
                **({"aria-current": "true"} if unit == now else {}),
            )
            if unit in allowed
            else html.Span(
                text(f"trends.unit.{unit}", lang),
                className="trends-off",
                title=text("trends.unit.too_fine", lang),
                **{"aria-disabled": "true"},
            )
            for unit in UNITS
        ],
        className="segments",
        role="group",
        **{"aria-label": text("trends.unit", lang)},
    )


def _overlay(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    if not has_last_year(scope, unit_of(scope)):
        return html.Div(
            html.Span(
                text("trends.overlay", lang),
                className="trends-off",
                title=text("trends.overlay.none", lang),
                **{"aria-disabled": "true"},
            ),
            className="segments",
        )
    is_on = view.overlay == "last_year"
    return html.Div(
        html.A(
            text("trends.overlay", lang),
            href=view.href(overlay="" if is_on else "last_year"),
            title=text("trends.overlay.off" if is_on else "trends.overlay.on", lang),
            **({"aria-current": "true"} if is_on else {}),
        ),
        className="segments",
    )
