"""Filters of a page. Each is a part of the address: links where there are few choices."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.parts import icon
from dashboards.components.words import kpi_name
from dashboards.i18n import Lang, text
from dashboards.scope import Area, Scope
from dashboards.view import COMPARED, Preset, View
from warehouse.catalogue.facts import load_facts

ALL = "all"
Filter = Literal["period", "compare", "area", "department", "category"]
ALL_FILTERS: tuple[Filter, ...] = get_args(Filter)


def filters(scope: Scope, *, shown: tuple[Filter, ...], category_fact: str | None) -> Component:
    """Period, days, what is compared, area, department and category, as far as they are shown."""
    view, lang = scope.view, scope.view.lang
    choices = []
    if "compare" in shown:
        choices.append(_compared(view))
    if "area" in shown:
        label = text("filter.area", lang)
        choices.append(choice("area", _areas(scope), view.area or ALL, label=label, view=view))
    if "department" in shown:
        label = text("filter.department", lang)
        choices.append(
            choice(
                "department", _departments(scope), view.department or ALL, label=label, view=view
            )
        )
    if "category" in shown and category_fact:
        label = text("filter.category", lang)
        choices.append(
            choice(
                "category",
                _categories(scope, category_fact),
                view.category or ALL,
                label=label,
                view=view,
            )
        )
    return html.Div(
        [
            *([_presets(view), _days(scope)] if "period" in shown else []),
            html.Div(choices, className="choices"),
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


def choices(
    name: str,
    groups: Sequence[Mapping[str, Any]],
    values: list[str],
    *,
    label: str,
    view: View,
    default: str,
    most: int,
    placeholder: str = "",
) -> Component:
    """A list to choose several from, under headings; the choices, joined by commas, become the
    address's part of that name.

    Args:
        groups: `group` and its `items`.
        default: what the address need not say.
        most: as many can be chosen.
    """
    return dmc.MultiSelect(
        id={"filter": f"{name}|{default}"},
        data=groups,
        value=values,
        maxValues=most,
        searchable=True,
        clearable=True,
        hidePickedOptions=True,
        nothingFoundMessage=text("filter.none_found", view.lang),
        placeholder=placeholder,
        size="xs",
        comboboxProps={"shadow": "md"},
        maxDropdownHeight=360,
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
            # The name holds what is shown, as those who speak to their computer say it.
            **{"aria-label": f"{first} – {last} {text('filter.days', scope.view.lang)}"},
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


def _compared(view: View) -> Component:
    options = [{"value": name, "label": text(f"compare.{name}", view.lang)} for name in COMPARED]
    return choice(
        "compare",
        options,
        view.compare,
        label=text("filter.compare", view.lang),
        view=view,
        default="previous",
    )


def _categories(scope: Scope, fact: str) -> list[dict[str, str]]:
    names = scope.category_names(load_facts()[fact])
    # A category that these rows do not have, chosen elsewhere, is named too.
    chosen = scope.view.category
    if chosen and chosen not in names:
        names = {chosen: chosen, **names}
    return [
        {"value": ALL, "label": text("filter.category.all", scope.view.lang)},
        *({"value": code, "label": name} for code, name in names.items()),
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
    if not (view.area or view.department or view.category):
        return []
    return [
        html.A(
            [icon("close"), text("filter.reset", view.lang)],
            href=view.href(area="", department="", category=""),
            className="reset",
        )
    ]
