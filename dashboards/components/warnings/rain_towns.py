"""Towns by what their rolling sums come to."""

from collections.abc import Mapping
from typing import Any

from dashboards import html, numbers_text
from dashboards.components.chart import empty
from dashboards.components.scroll_table import head, scroll_table
from dashboards.components.section import section
from dashboards.components.warnings.words import (
    COLOURS,
    clock,
    colour_chip,
    colour_names,
    duration,
)
from dashboards.data.rain import Rain, severity_of
from dashboards.html import Element
from dashboards.i18n import text

SHOWN_TOWNS = 8


def towns_section(rain: Rain) -> Element:
    """A line a town: in force, reached, expected, and the four sums beside their thresholds."""
    lang = rain.scope.view.lang
    title = text("warnings.towns", lang)
    rows = ordered_towns(rain)
    if not rows:
        return section(title, empty(text("warnings.towns.none", lang)), name="warnings-towns")
    grave = sum(1 for town, _ in rows if town["severity_number"] or town["missing_gauge_count"])
    most = 0 if is_dry(rain) else max(min(grave, 3 * SHOWN_TOWNS), SHOWN_TOWNS)
    shown, rest = rows[:most], rows[most:]
    body: list[Element] = (
        [_table(rain, shown, title, "towns")]
        if shown
        else [html.P(text("warnings.towns.dry", lang, count=len(rows)))]
    )
    if rest:
        key = "warnings.towns.rest" if shown else "warnings.towns.all"
        summary = text(key, lang, count=len(rest))
        body.append(
            html.Details(
                [html.Summary(summary), _table(rain, rest, summary, "towns-rest")],
                className="as-table",
                **{"data-stays": "towns"},
            )
        )
    note = text("warnings.towns.note", lang) if shown else ""
    return section(title, *body, name="warnings-towns", note=note)


def is_dry(rain: Rain) -> bool:
    """Whether there is nothing to see: no colour, no rain in a day or ahead, no gap."""
    return not (
        severity_of(rain.towns)
        or any(
            gauge.said["is_missing"]
            or gauge.gaps
            or any(hour.rain_mm for hour in (*gauge.hours, *gauge.forecast))
            for gauge in rain.gauges
        )
    )


def ordered_towns(rain: Rain) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Towns with their colours' rows, the most severe and then the nearest to a threshold first."""
    by_town: dict[str, list[dict[str, Any]]] = {}
    for row in rain.colours.iter_rows(named=True):
        by_town.setdefault(row["town_code"], []).append(row)

    def near(code: str) -> float:
        return max(
            ((one["window_mm"] or 0.0) / one["threshold_mm"] for one in by_town.get(code, [])),
            default=0.0,
        )

    towns = [(town, by_town.get(town["town_code"], [])) for town in rain.towns.to_dicts()]
    return sorted(
        towns,
        key=lambda one: (
            -one[0]["severity_number"],
            one[0]["is_reached_known"],
            -near(one[0]["town_code"]),
            one[0]["town_code"],
        ),
    )


def _limits(rain: Rain) -> list[dict[str, Any]]:
    """One row per colour: its window and threshold."""
    names = ("colour_code", "severity_number", "window_hours", "threshold_mm")
    return rain.colours.select(names).unique().sort("severity_number").to_dicts()


def _table(
    rain: Rain,
    rows: list[tuple[dict[str, Any], list[dict[str, Any]]]],
    title: str,
    name: str,
) -> Element:
    lang, names = rain.scope.view.lang, colour_names(rain.scope)
    heads = [
        *(head(text(f"warnings.{one}", lang)) for one in ("town", "in_force", "outlook")),
        *(
            html.Th(
                [
                    colour_chip(limit["colour_code"], names[limit["colour_code"]]),
                    html.Small(
                        text(
                            "warnings.limit",
                            lang,
                            hours=limit["window_hours"],
                            mm=numbers_text.number(limit["threshold_mm"]),
                        )
                    ),
                ],
                scope="col",
                className="warnings-limit",
            )
            for limit in _limits(rain)
        ),
    ]
    lines = [_town(rain, town, own, names) for town, own in rows]
    return scroll_table(title, heads, lines, name=name, table_class="warnings-table")


def _town(
    rain: Rain, town: dict[str, Any], own: list[dict[str, Any]], names: Mapping[str, str]
) -> Element:
    view, lang = rain.scope.view, rain.scope.view.lang
    name = town["town_name"] or town["town_code"]
    force = town["in_force_colour"]
    return html.Tr(
        [
            html.Th(
                html.A(name, href=view.href(area=town["town_code"]), className="cell-link"),
                scope="row",
            ),
            html.Td(
                [
                    colour_chip(force, names.get(force, force)),
                    html.Small(
                        text("warnings.since", lang, time=clock(town["in_force_since_at"], rain))
                    ),
                ]
                if force
                else html.Span("—", className="muted")
            ),
            html.Td(_outlook(rain, town, names)),
            *(_level(rain, one) for one in own),
        ]
    )


def _outlook(rain: Rain, town: dict[str, Any], names: Mapping[str, str]) -> list[Element]:
    """What is reached and what is expected of a town."""
    lang = rain.scope.view.lang
    said: list[Element] = []
    if town["reached_colour"]:
        said.append(
            html.Span(
                [
                    colour_chip(town["reached_colour"], names[town["reached_colour"]]),
                    html.Small(
                        text("warnings.reached", lang, time=clock(town["reached_at"], rain))
                    ),
                ],
                className="warnings-outlook",
            )
        )
    if town["expected_colour"]:
        said.append(
            html.Span(
                [
                    colour_chip(town["expected_colour"], names[town["expected_colour"]]),
                    html.Small(
                        text(
                            "warnings.expected",
                            lang,
                            time=clock(town["expected_at"], rain),
                            wait=duration(town["lead_minutes"], lang),
                        )
                    ),
                ],
                className="warnings-outlook",
            )
        )
    if not said:
        key = "warnings.below" if town["is_reached_known"] else "warnings.unknown"
        if not town["gauge_count"]:
            key = "warnings.no_gauge"
        said.append(html.Span(text(key, lang), className="muted"))
    return said


def _level(rain: Rain, one: dict[str, Any]) -> Element:
    """A sum beside its threshold: how much of it, and what is left to it."""
    lang = rain.scope.view.lang
    value, limit = one["window_mm"], one["threshold_mm"]
    if value is None:
        return html.Td(
            html.Span(text("warnings.unknown", lang), className="muted"), className="warnings-level"
        )
    figure = numbers_text.number(value, 1)
    shown = figure if one["is_complete"] else f"≥ {figure}"
    state = "reached" if one["is_reached"] else "expected" if one["expected_at"] else "below"
    if one["is_reached"]:
        note = text("warnings.level.reached", lang, time=clock(one["reached_at"], rain))
    elif one["expected_at"]:
        note = text(
            "warnings.level.expected",
            lang,
            time=clock(one["expected_at"], rain),
            mm=numbers_text.number(one["expected_mm"], 1),
        )
    else:
        key = "warnings.level.left" if one["is_complete"] else "warnings.level.left_at_most"
        note = text(key, lang, mm=numbers_text.number(limit - value, 1))
    share = min(value / limit, 1.0) if limit else 1.0
    ahead = min((one["expected_mm"] or value) / limit, 1.0) if limit else 1.0
    code = one["colour_code"] if one["colour_code"] in COLOURS else "other"
    return html.Td(
        [
            html.B(shown),
            html.Span(
                html.I(),
                className=f"warnings-bar warnings-is-{code}",
                style={"--share": f"{share:.3f}", "--ahead": f"{ahead:.3f}"},
                **{"aria-hidden": "true"},
            ),
            html.Small(note),
        ],
        className=f"warnings-level warnings-level-{state}"
        + ("" if one["is_complete"] else " warnings-level-gap"),
    )
