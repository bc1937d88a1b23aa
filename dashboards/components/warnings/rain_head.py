"""What the rain comes to at the time, in words and counts, and the way through a storm's hours."""

import polars as pl

from dashboards import html, numbers_text
from dashboards.components.section import section
from dashboards.components.warnings.words import (
    COLOURS,
    clock,
    colour_chip,
    colour_names,
    duration,
    moment,
    span,
    to_hour,
    towns_in_words,
)
from dashboards.data.rain import MOST_HOURS, HourOfStorm, Rain, severity_of, step
from dashboards.html import Element
from dashboards.i18n import text
from warehouse.rainstorm.records import HOUR

LEAST_SCALE_MM = 110.0
"""The strip's bars reach at least to the highest threshold, so that little rain looks little."""


def rain_head(rain: Rain) -> Element:
    """The verdict, the counts, and the storm hour by hour."""
    lang = rain.scope.view.lang
    severity = severity_of(rain.towns)
    worst = COLOURS[severity - 1] if 0 < severity <= len(COLOURS) else "none"
    is_known = rain.has_thresholds and rain.towns["is_reached_known"].all()
    if not severity and not is_known:
        worst = "unsure"
    return section(
        text("warnings.rain", lang),
        html.Div(
            [
                html.Div(
                    [html.P(line, className=f"warnings-line-{kind}") for kind, line in said(rain)],
                    className="warnings-verdict",
                    role="status",
                ),
                *([_counts(rain)] if severity else []),
            ],
            className=f"warnings-state warnings-state-{worst}",
        ),
        _strip(rain),
        name="warnings-rain",
        tools=[_stepper(rain)],
        note=_note(rain),
    )


def said(rain: Rain) -> list[tuple[str, object]]:
    """The verdict by lines: the first one is what matters most."""
    lines = _under_a_colour(rain)
    if not rain.has_thresholds:
        return [*lines, ("unsure", text("warnings.said.no_thresholds", rain.scope.view.lang))]
    return lines + _not_told(rain, is_quiet=not lines)


def _under_a_colour(rain: Rain) -> list[tuple[str, object]]:
    """The colours in force, reached and expected, each with its towns."""
    lang, names = rain.scope.view.lang, colour_names(rain.scope)
    lines: list[tuple[str, object]] = []
    for kind, colour, when in (
        ("in_force", "in_force_colour", None),
        ("reached", "reached_colour", None),
        ("expected", "expected_colour", "expected_at"),
    ):
        for code in reversed(COLOURS):
            towns = rain.towns.filter(pl.col(colour) == code)
            if towns.is_empty():
                continue
            where = towns_in_words(towns["town_name"].fill_null("—").to_list(), lang)
            parts: list[object] = [
                html.B(text(f"warnings.said.{kind}", lang)),
                colour_chip(code, names[code]),
                html.Span(where, className="warnings-where"),
            ]
            if when:
                first = towns.sort(when).row(0, named=True)
                parts.append(
                    text(
                        "warnings.said.at",
                        lang,
                        time=clock(first[when], rain),
                        wait=duration(first["lead_minutes"], lang),
                    )
                )
            lines.append((kind, parts))
    return lines


def _not_told(rain: Rain, *, is_quiet: bool) -> list[tuple[str, object]]:
    """That no colour is in sight, and of what it cannot be told."""
    lang = rain.scope.view.lang
    lines: list[tuple[str, object]] = []
    unsure = rain.towns.filter(~pl.col("is_reached_known"))["town_name"].to_list()
    if is_quiet:
        key = "warnings.said.quiet.known" if unsure else "warnings.said.quiet"
        lines.append(("quiet", text(key, lang)))
    if unsure:
        where = towns_in_words(unsure, lang)
        lines.append(("unsure", text("warnings.said.unsure", lang, towns=where)))
    if rain.town_code is None and not rain.gauges:
        lines.append(("unsure", text("warnings.no_gauges", lang)))
    return lines


def _note(rain: Rain) -> str:
    lang = rain.scope.view.lang
    key = "warnings.as_of.now" if rain.is_now else "warnings.as_of.then"
    return text(key, lang, time=moment(rain.at, rain))


def _counts(rain: Rain) -> Element:
    lang, lines = rain.scope.view.lang, rain.lines
    if lines is None:
        return html.P(text("warnings.no_people", lang), className="empty")
    left = sum(line.left_count for line in lines)
    overdue = sum(line.overdue_count for line in lines)
    to_move = sum(line.to_move_count for line in lines)
    told = sum(line.told_count for line in lines)
    households = sum(line.household_count for line in lines)
    missing = int(rain.towns["missing_gauge_count"].sum())
    gauges = int(rain.towns["gauge_count"].sum())
    figures = [
        ("left", left, text("warnings.count.left.note", lang, count=to_move), left > 0),
        ("moved", to_move - left, text("warnings.count.moved.note", lang, count=to_move), False),
        (
            "acknowledged",
            sum(line.acknowledged_count for line in lines),
            text("warnings.count.acknowledged.note", lang, told=told, count=households),
            False,
        ),
        ("overdue", overdue, _overdue_note(rain), overdue > 0),
        ("missing", missing, text("warnings.count.missing.note", lang, count=gauges), missing > 0),
    ]
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(text(f"warnings.count.{name}", lang)),
                    html.Dd(
                        numbers_text.number(value),
                        className="warnings-value bad" if is_bad else "warnings-value",
                        **{"data-count": name},
                    ),
                    html.Dd(note, className="muted"),
                ]
            )
            for name, value, note, is_bad in figures
        ],
        className="warnings-counts",
    )


def _overdue_note(rain: Rain) -> str:
    lang, lines = rain.scope.view.lang, rain.lines or []
    parts = []
    for late in ("told", "acknowledged", "moved"):
        count = sum(line.overdue.get(late, 0) for line in lines)
        if count:
            parts.append(text(f"warnings.overdue.{late}", lang, count=count))
    return text("warnings.joined", lang).join(parts) or text("warnings.overdue.none", lang)


def _stepper(rain: Rain) -> Element:
    """One hour back and on, and the way back to now."""
    lang = rain.scope.view.lang
    links: list[Element] = []
    for by, name, sign in ((-1, "previous", "‹"), (1, "next", "›")):
        at = step(rain, by)
        label = text(f"warnings.step.{name}", lang)
        mark = html.Span(sign, **{"aria-hidden": "true"})
        words = [mark, label] if by < 0 else [label, mark]
        links.append(
            html.A(words, href=to_hour(rain, at), className="switch", **{"data-step": name})
            if at
            else html.Span(words, className="switch", **{"aria-disabled": "true"})
        )
    middle = html.Time(moment(rain.at, rain), className="warnings-at")
    now = html.A(
        text("warnings.step.now", lang),
        href=rain.scope.view.href(at=""),
        className="switch",
        **({"aria-current": "true"} if rain.is_now else {}),
    )
    return html.Div(
        [links[0], middle, links[1], now],
        className="warnings-stepper",
        role="group",
        **{"aria-label": text("warnings.step", lang)},
    )


def _strip(rain: Rain) -> Element | None:
    """The hours of the storm, each a link to the page as it was then."""
    if rain.strip is None or rain.storm is None:
        return None
    lang = rain.scope.view.lang
    first, last, part_first, part_last = rain.strip
    hours = rain.hours_of_storm
    scale = max([LEAST_SCALE_MM, *(hour.highest_3h_mm or 0.0 for hour in hours)])
    title = text(
        "warnings.replay",
        lang,
        storm=span(rain.storm["start_at"], rain.storm["end_at"], rain),
    )
    play = html.Button(
        [
            html.Span(text("warnings.play", lang), **{"data-play-says": "play"}),
            html.Span(text("warnings.pause", lang), hidden=True, **{"data-play-says": "pause"}),
        ],
        type="button",
        className="switch warnings-play",
        **{"data-play": to_hour(rain, first), "aria-pressed": "false"},
    )
    more = [
        html.A(
            text(f"warnings.replay.{name}", lang), href=to_hour(rain, at), className="panel-link"
        )
        for name, at, is_there in (
            ("earlier", part_first - MOST_HOURS * HOUR, part_first > first),
            ("later", part_last + HOUR, part_last < last),
        )
        if is_there
    ]
    lines = [
        html.Span(
            html.Small(numbers_text.number(mm)),
            className="warnings-line",
            style={"--at": f"{mm / scale:.3f}"},
            **{"aria-hidden": "true"},
        )
        for mm in _three_hour_limits(rain)
    ]
    inner = html.Div(
        [html.Ol([_hour(hour, rain, scale) for hour in hours]), *lines], className="warnings-hours"
    )
    return html.Div(
        [
            html.Div([html.H3(title), play, *more], className="warnings-strip-head"),
            html.Div(
                inner,
                className="warnings-strip",
                tabIndex=0,
                role="region",
                **{"aria-label": title},
            ),
            html.P(text("warnings.replay.key", lang), className="rule"),
        ],
        className="warnings-replay",
    )


def _three_hour_limits(rain: Rain) -> list[float]:
    """Thresholds of the colours that are judged by three hours, as the bars are."""
    limits = rain.colours.filter(pl.col("window_hours") == 3)
    return sorted(set(limits["threshold_mm"].to_list()))


def _hour(hour: HourOfStorm, rain: Rain, scale: float) -> Element:
    lang, names = rain.scope.view.lang, colour_names(rain.scope)
    height = (hour.highest_3h_mm or 0.0) / scale
    code = COLOURS[hour.severity_number - 1] if hour.severity_number else "none"
    words = [
        clock(hour.at, rain),
        names.get(code, text("warnings.none", lang)),
        text("warnings.hour.rain", lang, mm=_mm(hour.highest_3h_mm)),
    ]
    moved: list[Element] = []
    if hour.to_move_count is not None and hour.moved_count is not None:
        words.append(
            text("warnings.hour.moved", lang, count=hour.to_move_count, moved=hour.moved_count)
        )
        moved = [
            html.Small(
                f"{hour.moved_count}/{hour.to_move_count}" if hour.to_move_count else "",
                className="warnings-hour-moved",
            )
        ]
    is_here = hour.at <= rain.at < hour.at + HOUR
    label = text("warnings.semicolon", lang).join(words)
    return html.Li(
        html.A(
            [
                html.Span(
                    html.I(style={"--height": f"{height:.3f}"}),
                    className="warnings-hour-bar",
                ),
                html.Span(className=f"warnings-hour-colour warnings-is-{code}"),
                html.Span(f"{hour.at.astimezone(rain.state.zone):%H}"),
                *moved,
            ],
            href=to_hour(rain, hour.at),
            title=label,
            **{"aria-label": label},
            **({"aria-current": "true"} if is_here else {}),
        ),
        className="warnings-hour",
    )


def _mm(value: float | None) -> str:
    return "—" if value is None else numbers_text.number(value, 1)


def command(rain: Rain) -> Element:
    """The command that lists the households, for those who have the key."""
    lang = rain.scope.view.lang
    at = "" if rain.is_now else f" --at {rain.scope.view.at}"
    return html.Div(
        [
            html.P(text("warnings.command", lang)),
            html.Code(f"gridgov warn{at}", id="warnings-command"),
        ],
        className="warnings-command",
    )
