"""What the trends page lets one choose: KPIs, lines, unit of time, last year's line."""

from dash import html
from dash.development.base_component import Component

from dashboards.components.filters import choices
from dashboards.components.markup import static
from dashboards.components.words import kpi_name
from dashboards.data.subjects import by_subject
from dashboards.data.trends import (
    MOST_KPIS,
    MOST_LINES,
    has_last_year,
    kpis_of,
    unit_of,
    units_to_choose,
)
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.view import UNITS


def choosers(scope: Scope) -> Component:
    """KPIs and lines as lists to search in; unit and last year as links."""
    lang = scope.view.lang
    return html.Div(
        [
            _labelled("trends.kpis", _kpis(scope), scope),
            _labelled("trends.series", _series(scope), scope),
            static(_units(scope), _overlay(scope), className="trends-segments"),
        ],
        className="trends-choosers",
        role="group",
        **{"aria-label": text("trends.choose", lang)},
    )


def _labelled(key: str, body: Component, scope: Scope) -> Component:
    return html.Div(
        [
            html.Span(
                text(key, scope.view.lang), className="trends-label", **{"aria-hidden": "true"}
            ),
            body,
        ],
        className="trends-chooser",
    )


def _kpis(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    groups = [
        {
            "group": text(f"trends.subject.{subject}", lang),
            "items": [{"value": kpi.kpi_id, "label": kpi_name(kpi, lang)} for kpi in kpis],
        }
        for subject, kpis in by_subject(scope.context.kpis).items()
    ]
    return choices(
        "kpis",
        groups,
        [kpi.kpi_id for kpi in kpis_of(scope)],
        label=text("trends.kpis", lang),
        view=view,
        default=view.kpi,
        most=MOST_KPIS,
        placeholder=text("trends.kpis.add", lang),
    )


def _series(scope: Scope) -> Component:
    view, lang = scope.view, scope.view.lang
    groups = [
        {
            "group": text("filter.department", lang),
            "items": [
                {"value": f"department:{code}", "label": name}
                for code, name in scope.department_names.items()
            ],
        }
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
                {
                    "group": scope.level_name(level),
                    "items": [
                        {"value": f"{level}:{area.code}", "label": area.name or area.code}
                        for area in areas
                    ],
                }
            )
    return choices(
        "series",
        groups,
        list(view.series),
        label=text("trends.series", lang),
        view=view,
        default="",
        most=MOST_LINES,
        placeholder=text("trends.series.add", lang),
    )


def _units(scope: Scope) -> Component:
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


def _overlay(scope: Scope) -> Component:
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
