"""Gauges hour by hour, with their gaps said."""

from dashboards import html, numbers_text
from dashboards.components.chart import empty
from dashboards.components.section import section
from dashboards.components.warnings.rain_towns import is_dry
from dashboards.components.warnings.words import clock, moment
from dashboards.data.rain import Rain
from dashboards.data.rain_gauges import Gauge
from dashboards.figures.rain import gauge_bars
from dashboards.html import Element, Raw
from dashboards.i18n import text
from dashboards.theme import colours

SHOWN_GAUGES = 6


def gauges_section(rain: Rain) -> Element:
    """The gauges hour by hour, those that are silent first and said to be."""
    lang = rain.scope.view.lang
    title = text("warnings.gauges", lang)
    if not rain.gauges:
        key = "warnings.no_gauges" if rain.town_code is None else "warnings.no_gauges.town"
        return section(title, empty(text(key, lang)), name="warnings-gauges")
    silent = [gauge for gauge in rain.gauges if gauge.said["is_missing"]]
    broken = [gauge for gauge in rain.gauges if gauge.gaps and not gauge.said["is_missing"]]
    others = [gauge for gauge in rain.gauges if not (gauge.gaps or gauge.said["is_missing"])]
    most = 0 if is_dry(rain) else max(SHOWN_GAUGES, len(silent))
    rows = [*silent, *broken, *others]
    scale = max(
        [10.0, *(hour.rain_mm or 0.0 for one in rows for hour in (*one.hours, *one.forecast))]
    )
    body = (
        [_gauge_list(rain, rows[:most], scale)]
        if most
        else [html.P(text("warnings.gauges.dry", lang, count=len(rows)))]
    )
    if rows[most:]:
        key = "warnings.gauges.rest" if most else "warnings.gauges.all"
        body.append(
            html.Details(
                [
                    html.Summary(text(key, lang, count=len(rows) - most)),
                    _gauge_list(rain, rows[most:], scale),
                ],
                className="as-table",
                **{"data-stays": "gauges"},
            )
        )
    return section(
        title,
        *body,
        name="warnings-gauges",
        note=text("warnings.gauges.note", lang) if most else "",
    )


def _gauge_list(rain: Rain, gauges: list[Gauge], scale: float) -> Element:
    return html.Ul([_gauge(rain, gauge, scale) for gauge in gauges], className="warnings-gauges")


def _gauge(rain: Rain, gauge: Gauge, scale: float) -> Element:
    lang, said = rain.scope.view.lang, gauge.said
    words = gauge_words(rain, gauge)
    picture = gauge_bars(
        gauge,
        scale_mm=scale,
        zone=rain.state.zone,
        colours=colours(rain.scope.view.scheme),
        label=text("warnings.joined", lang).join(words),
    )
    return html.Li(
        [
            html.Div(
                [
                    html.B(str(said["gauge_name"] or said["gauge_code"]), lang="zh-CN"),
                    *(
                        [html.Span(text("warnings.gauge.silent", lang), className="chip bad")]
                        if said["is_missing"]
                        else []
                    ),
                    html.Span(_sums(rain, gauge), className="warnings-sums"),
                ],
                className="warnings-gauge-head",
            ),
            Raw(picture),
            *(
                html.P(line, className="warnings-gap")
                for line in (words[1:] if gauge.gaps or said["is_missing"] else [])
            ),
        ],
        className="warnings-gauge",
    )


def _sums(rain: Rain, gauge: Gauge) -> str:
    lang, parts = rain.scope.view.lang, []
    for hours in (1, 3, 24):
        whole, least = gauge.said[f"rain_{hours}h_mm"], gauge.said[f"rain_{hours}h_least_mm"]
        value = (
            numbers_text.number(whole, 1)
            if whole is not None
            else f"≥ {numbers_text.number(least, 1)}"
        )
        parts.append(text("warnings.sum", lang, hours=hours, mm=value))
    return " · ".join(parts)


def gauge_words(rain: Rain, gauge: Gauge) -> list[str]:
    """What a gauge's picture shows, in words: its sums, its gaps, since when it is silent."""
    lang, said = rain.scope.view.lang, gauge.said
    words = [f"{said['gauge_name']} {_sums(rain, gauge)}"]
    words += [
        text(
            "warnings.gap",
            lang,
            hours=round((last - first).total_seconds() / 3600),
            first=clock(first, rain),
            last=clock(last, rain),
        )
        for first, last in gauge.gaps
    ]
    if said["is_missing"]:
        last_at = said["last_observed_at"]
        words.append(
            text("warnings.gauge.never", lang)
            if last_at is None
            else text(
                "warnings.gauge.last",
                lang,
                time=moment(last_at, rain),
                mm=numbers_text.number(said["last_rain_mm"], 1),
            )
        )
    return words
