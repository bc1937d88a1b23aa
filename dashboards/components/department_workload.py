"""Workload of departments: what comes in and goes out, what is open and since when."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.section import section
from dashboards.data.choices import toward
from dashboards.data.department_tables import band_names, flow_table, load_table
from dashboards.data.departments import Load, flow_unit, flows, worker_load
from dashboards.figures.workload import age_bands, workload
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope, area_name
from dashboards.theme import age_ramp, colours

WHOLE_DAYS = {"week": 7, "month": 28}


def flow_section(scope: Scope) -> Element:
    view, lang = scope.view, scope.view.lang
    unit, found = flow_unit(scope), flows(scope)
    tools = [
        html.A(
            text(f"departments.flow.by.{name}", lang),
            href=view.href(unit=name),
            **({"aria-current": "true"} if name == unit else {}),
        )
        for name in WHOLE_DAYS
    ]
    place = _place_words(scope)
    title = text("departments.flow", lang)
    if not any(flow.reported_count or flow.left_count or flow.figure.value for flow in found):
        body = empty(text("departments.no_cases", lang))
    else:
        came = sum(flow.reported_count for flow in found)
        left = sum(flow.left_count for flow in found)
        change = left - came
        key = "fewer" if change > 0 else "more" if change < 0 else "same"
        body = html.Div(
            [
                html.P(
                    text(
                        f"departments.flow.said.{key}",
                        lang,
                        came=numbers_text.number(came),
                        left=numbers_text.number(left),
                        change=numbers_text.number(abs(change)),
                    ),
                    className="departments-said",
                ),
                chart(
                    workload(
                        found,
                        lang=lang,
                        colours=colours(view.scheme),
                        whole_days=WHOLE_DAYS[unit],
                    ),
                    name="flows",
                    label=text("departments.flow.label", lang, place=place),
                    view=view,
                    table=flow_table(scope, found),
                    height=340,
                ),
            ]
        )
    return section(
        title,
        body,
        name="departments-flow",
        tools=[html.Div(tools, className="segments", role="group", **{"aria-label": title})],
        note=text("departments.flow.note", lang, place=place),
    )


def _place_words(scope: Scope) -> str:
    return " · ".join(filter(None, (area_name(scope, scope.area), scope.department_name)))


def age_section(scope: Scope, found: Sequence[Load]) -> Element:
    view, lang = scope.view, scope.view.lang
    there = [load for load in found if sum(load.ages)]
    as_of = numbers_text.day(scope.context.builds[view.county].as_of_date, lang)
    if not there:
        body: Element = empty(text("departments.none_open", lang))
    else:
        total = sum(sum(load.ages) for load in there)
        old = sum(load.ages[-1] for load in there)
        body = html.Div(
            [
                html.P(
                    text(
                        "departments.age.said",
                        lang,
                        total=numbers_text.number(total),
                        old=numbers_text.number(old),
                        share=numbers_text.number(100 * old / total),
                    ),
                    className="departments-said",
                ),
                chart(
                    age_bands(
                        there,
                        names=band_names(lang),
                        hrefs=[toward(view, "department", load.code) for load in there],
                        chosen=view.department,
                        lang=lang,
                        colours=colours(view.scheme),
                        ramp=age_ramp(view.scheme),
                    ),
                    name="ages",
                    label=text("departments.age.label", lang, day=as_of),
                    view=view,
                    height=90 + 26 * len(there),
                ),
            ]
        )
    return section(
        text("departments.age", lang),
        body,
        name="departments-age",
        note=text("departments.age.note", lang, day=as_of),
    )


def load_section(scope: Scope, found: Sequence[Load]) -> Element:
    lang = scope.view.lang
    if not found:
        body = empty(text("departments.no_cases", lang))
    else:
        body = data_table(load_table(scope, found), scope.view, is_tall=True)
    workers = worker_load(scope)
    if workers is None:
        said = text("departments.workers.none", lang)
    else:
        said = text(
            "departments.workers.said",
            lang,
            place=area_name(scope, scope.area),
            workers=numbers_text.number(workers.worker_count),
            cases=numbers_text.number(workers.case_count),
            per_week=numbers_text.number(workers.per_week, 2),
        )
    return section(
        text("departments.load", lang),
        body,
        html.P(said, className="rule"),
        name="departments-load",
        note=text("departments.load.note", lang),
    )
