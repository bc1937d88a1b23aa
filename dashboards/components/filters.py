"""Filters of a page. Each is a part of the address: links where there are few choices."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.parts import icon
from dashboards.components.tile import kpi_name
from dashboards.i18n import Lang, text
from dashboards.scope import Area, Scope
from dashboards.view import Preset, View

ALL = "all"


def filters(scope: Scope) -> Component:
    """Period, days, town and department."""
    view, lang = scope.view, scope.view.lang
    return html.Div(
        [
            _presets(view),
            _days(scope),
            html.Div(
                [
                    choice(
                        "area",
                        _areas(scope),
                        view.area or ALL,
                        label=text("filter.area", lang),
                        view=view,
                    ),
                    choice(
                        "department",
                        _departments(scope),
                        view.department or ALL,
                        label=text("filter.department", lang),
                        view=view,
                    ),
                ],
                className="choices",
            ),
            *_reset(view),
        ],
        className="filters",
        role="group",
        **{"aria-label": text("filter.label", lang)},
    )


def choice(
    name: str,
    options: list[dict[str, str]],
    value: str,
    *,
    label: str,
    view: View,
    default: str = ALL,
) -> Component:
    """A list to choose from; the choice becomes the address's part of that name."""
    return dmc.Select(
        id={"filter": f"{name}|{default}"},
        data=options,
        value=value,
        allowDeselect=False,
        searchable=len(options) > 10,
        nothingFoundMessage=text("filter.none_found", view.lang),
        size="xs",
        comboboxProps={"shadow": "md"},
        maxDropdownHeight=320,
        className=f"choice choice-{name}",
        **{"aria-label": label},
    )


def kpi_choice(scope: Scope) -> Component:
    """The KPI that ranking and trend are about."""
    view = scope.view
    options = [
        {"value": kpi.kpi_id, "label": kpi_name(kpi, view.lang)}
        for kpi in scope.context.kpis.values()
    ]
    return choice(
        "kpi",
        options,
        view.kpi,
        label=text("kpi.choose", view.lang),
        view=view,
        default=view.defaults[1],
    )


def _presets(view: View) -> Component:
    return html.Div(
        [
            html.A(
                text(f"period.{preset.value}", view.lang),
                href=view.href(period=preset),
                **({"aria-current": "true"} if preset is view.period else {}),
            )
            for preset in Preset
            if preset is not Preset.CUSTOM
        ],
        className="segments",
        role="group",
        **{"aria-label": text("filter.period", view.lang)},
    )


def _days(scope: Scope) -> Component:
    first, last = scope.days.first.isoformat(), scope.days.last.isoformat()
    as_of = scope.context.builds[scope.view.county].as_of_date
    is_zh = scope.view.lang is Lang.ZH
    return dmc.DatesProvider(
        dmc.DatePickerInput(
            id={"filter": f"days|{first}~{last}"},
            type="range",
            value=[first, last],
            minDate=scope.first_date.isoformat(),
            maxDate=as_of.isoformat(),
            valueFormat="YYYY-MM-DD",
            numberOfColumns=1,
            size="xs",
            className="choice choice-days",
            leftSection=icon("calendar"),
            monthLabelFormat="YYYY年M月" if is_zh else "MMMM YYYY",
            monthsListFormat="M月" if is_zh else "MMM",
            **{"aria-label": text("filter.days", scope.view.lang)},
        ),
        settings={"locale": "zh-cn" if is_zh else "en", "firstDayOfWeek": 1},
    )


def _areas(scope: Scope) -> list[dict[str, str]]:
    lang = scope.view.lang
    top = scope.levels[1] if len(scope.levels) > 1 else "county"
    name = next(
        (
            level.name.zh if lang is Lang.ZH else level.name.en
            for level in scope.context.county(scope.view.county).levels
            if level.level == top
        ),
        "",
    )
    shown = [area for area in scope.areas.values() if area.level == top]
    # An area below the listed level, chosen elsewhere, is named too.
    if scope.area.level not in ("county", top):
        shown.insert(0, scope.area)
    return [
        {"value": ALL, "label": text("filter.area.all", lang, level=name)},
        *({"value": area.code, "label": _label(area)} for area in shown),
    ]


def _label(area: Area) -> str:
    return area.name or area.code


def _departments(scope: Scope) -> list[dict[str, str]]:
    lang = scope.view.lang
    return [
        {"value": ALL, "label": text("filter.department.all", lang)},
        *(
            {"value": code, "label": zh if lang is Lang.ZH else en}
            for code, (zh, en) in scope.departments.items()
        ),
    ]


def _reset(view: View) -> list[Component]:
    if not (view.area or view.department):
        return []
    return [
        html.A(
            [icon("close"), text("filter.reset", view.lang)],
            href=view.href(area="", department=""),
            className="reset",
        )
    ]
