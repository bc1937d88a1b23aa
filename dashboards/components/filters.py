"""Filters of a page. Each is a part of the address: links where there are few choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from dashboards import html
from dashboards.components.parts import icon, search
from dashboards.components.words import kpi_name
from dashboards.data.subjects import by_subject
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Area, Scope
from dashboards.view import COMPARED, Preset, View
from warehouse.catalogue.facts import load_facts

ALL = "all"
Filter = Literal["period", "compare", "area", "department", "category"]
ALL_FILTERS: tuple[Filter, ...] = get_args(Filter)


@dataclass(frozen=True)
class Option:
    """What can be chosen: its value in the address, and what it is called."""

    value: str
    label: str


@dataclass(frozen=True)
class Group:
    """Options under a heading."""

    label: str
    options: list[Option]


def filters(scope: Scope, *, shown: tuple[Filter, ...], category_fact: str | None) -> Element:
    """Period, days, what is compared, area, department and category, as far as they are shown."""
    view, lang = scope.view, scope.view.lang
    choices = []
    if "compare" in shown:
        choices.append(_compared(view))
    if "area" in shown:
        label = text("filter.area", lang)
        choices.append(choice("area", _areas(scope), view.area or ALL, label=label))
    if "department" in shown:
        label = text("filter.department", lang)
        choices.append(
            choice("department", _departments(scope), view.department or ALL, label=label)
        )
    if "category" in shown and category_fact:
        label = text("filter.category", lang)
        choices.append(
            choice(
                "category",
                _categories(scope, category_fact),
                view.category or ALL,
                label=label,
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
    options: Sequence[Option | Group],
    value: str,
    *,
    label: str,
    default: str = ALL,
) -> Element:
    """A list to choose from; the choice becomes the address's part of that name.

    Args:
        options: under headings where they are groups.
        default: what the address need not say.
    """
    return html.Select(
        [
            html.Optgroup([_option(one, value) for one in option.options], label=option.label)
            if isinstance(option, Group)
            else _option(option, value)
            for option in options
        ],
        className=f"choice choice-{name}",
        **{"aria-label": label, "data-filter": name, "data-default": default},
    )


def _option(option: Option, chosen: str) -> Element:
    return html.Option(option.label, value=option.value, selected=option.value == chosen)


def choices(
    name: str,
    groups: Sequence[Group],
    values: Sequence[str],
    *,
    add: str,
    most: int,
    view: View,
    default: tuple[str, ...] = (),
) -> Element:
    """A list to choose several from, under headings; the choices are the address's part of that
    name. What is chosen stands beside the list, each to be taken away again.

    Args:
        add: what the list is called, an invitation.
        most: as many can be chosen.
        default: what is chosen where the address says nothing.
    """
    labels = {option.value: option.label for group in groups for option in group.options}

    def address(changed: Sequence[str]) -> str:
        chosen = () if tuple(changed) == default else tuple(changed)
        return f"?{view.with_(**{name: chosen}).to_query()}"

    def without(value: str) -> str:
        return address([other for other in values if other != value])

    is_full = len(values) >= most

    def item(option: Option) -> Element:
        said = {"data-found-in": name, "data-words": f"{option.label} {option.value}"}
        if option.value in values:
            return html.A(
                option.label, href=without(option.value), **{"aria-current": "true"}, **said
            )
        if is_full:
            return html.Span(option.label, **{"aria-disabled": "true"}, **said)
        return html.A(option.label, href=address([*values, option.value]), **said)

    return html.Div(
        [
            html.Ul(
                [
                    html.Li(
                        html.A(
                            [labels.get(value, value), icon("close")],
                            href=without(value),
                            **{
                                "aria-label": text(
                                    "filter.take_away", view.lang, name=labels.get(value, value)
                                )
                            },
                        )
                    )
                    for value in values
                ],
                className="chosen",
            ),
            html.Details(
                [
                    html.Summary(text("filter.full", view.lang, most=most) if is_full else add),
                    html.Div(
                        [
                            search(name, text("filter.search", view.lang)),
                            *(
                                html.Div(
                                    [
                                        html.Span(group.label, className="group-label"),
                                        *map(item, group.options),
                                    ],
                                    role="group",
                                    **{"aria-label": group.label, "data-group-of": name},
                                )
                                for group in groups
                            ),
                        ],
                        className="menu-items menu-list",
                    ),
                ],
                className="menu",
                **{"data-stays": name},
            ),
        ],
        className=f"several several-{name}",
    )


def kpi_choice(scope: Scope) -> Element:
    """The KPI that ranking and trend are about."""
    view = scope.view
    return choice(
        "kpi",
        kpi_groups(scope),
        view.kpi,
        label=text("kpi.choose", view.lang),
        default=view.defaults[1],
    )


def kpi_groups(scope: Scope) -> list[Group]:
    """All KPIs under what they are about."""
    lang = scope.view.lang
    return [
        Group(
            text(f"subject.{subject}", lang),
            [Option(kpi.kpi_id, kpi_name(kpi, lang)) for kpi in kpis],
        )
        for subject, kpis in by_subject(scope.context.kpis).items()
    ]


def _presets(view: View) -> Element:
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


def _days(scope: Scope) -> Element:
    lang, days = scope.view.lang, scope.days
    return html.Div(
        [
            _day("from", days.first, scope),
            html.Span("–", **{"aria-hidden": "true"}),
            _day("to", days.last, scope),
        ],
        className="days",
        role="group",
        **{"aria-label": text("filter.days", lang)},
    )


def _day(name: str, value: date, scope: Scope) -> Element:
    """A field for a day of the address: its `from` or its `to` (see `assets/gridgov.js`)."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    return html.Input(
        type="date",
        className="day",
        value=value,
        min=scope.first_date,
        max=as_of,
        required=True,
        **{"data-filter": name, "aria-label": text(f"filter.{name}", scope.view.lang)},
    )


def _areas(scope: Scope) -> list[Option]:
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
        Option(ALL, text("filter.area.all", lang, level=name.lower())),
        *(Option(area.code, _label(area)) for area in shown),
    ]


def _compared(view: View) -> Element:
    options = [Option(name, text(f"compare.{name}", view.lang)) for name in COMPARED]
    return choice(
        "compare",
        options,
        view.compare,
        label=text("filter.compare", view.lang),
        default="previous",
    )


def _categories(scope: Scope, fact: str) -> list[Option]:
    names = scope.category_names(load_facts()[fact])
    # A category that these rows do not have, chosen elsewhere, is named too.
    chosen = scope.view.category
    if chosen and chosen not in names:
        names = {chosen: chosen, **names}
    return [
        Option(ALL, text("filter.category.all", scope.view.lang)),
        *(Option(code, name) for code, name in names.items()),
    ]


def _label(area: Area) -> str:
    return area.name or area.code


def _departments(scope: Scope) -> list[Option]:
    lang = scope.view.lang
    return [
        Option(ALL, text("filter.department.all", lang)),
        *(
            Option(code, zh if lang is Lang.ZH else en)
            for code, (zh, en) in scope.departments.items()
        ),
    ]


def _reset(view: View) -> list[Element]:
    if not (view.area or view.department or view.category):
        return []
    return [
        html.A(
            [icon("close"), text("filter.reset", view.lang)],
            href=view.href(area="", department="", category=""),
            className="reset",
        )
    ]
