"""Storms of the record with a way into each, and how good the warnings were."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.components.chart import empty
from dashboards.components.number import number
from dashboards.components.scroll_table import head, scroll_table
from dashboards.components.section import section
from dashboards.components.warnings.words import (
    colour_chip,
    colour_names,
    duration,
    span,
    to_hour,
)
from dashboards.components.words import kpi_name
from dashboards.data.rain import Rain
from dashboards.data.rain_record import (
    Judged,
    PastStorm,
    Record,
    past_storms,
    record,
)
from dashboards.html import Element
from dashboards.i18n import Lang, text

SHOWN_STORMS = 8


def storms_section(rain: Rain) -> Element:
    """The storms, the newest first, each leading to its replay."""
    lang = rain.scope.view.lang
    title = text("warnings.storms", lang)
    found = past_storms(rain)
    if not found:
        return section(title, empty(text("warnings.storms.none", lang)), name="warnings-storms")
    # The storm that is replayed is in sight, however long ago it was.
    opened = [one for one in found[SHOWN_STORMS:] if one.is_open]
    shown = [*opened, *found[:SHOWN_STORMS]]
    rest = [one for one in found[SHOWN_STORMS:] if not one.is_open]
    body = [_storms(rain, shown, title, "storms")]
    if rest:
        summary = text("warnings.storms.rest", lang, count=len(rest))
        body.append(
            html.Details(
                [html.Summary(summary), _storms(rain, rest, summary, "storms-rest")],
                className="as-table",
                **{"data-stays": "storms"},
            )
        )
    return section(title, *body, name="warnings-storms", note=text("warnings.storms.note", lang))


def _storms(rain: Rain, storms: list[PastStorm], title: str, name: str) -> Element:
    lang = rain.scope.view.lang
    numeric = ("highest", "storm_towns", "issued", "missed")
    heads = [
        head(text(f"warnings.{one}", lang), is_numeric=one in numeric)
        for one in ("storm", "colour", *numeric)
    ]
    rows = [_storm(rain, one) for one in storms]
    return scroll_table(title, heads, rows, name=name, table_class="warnings-table")


def _storm(rain: Rain, storm: PastStorm) -> Element:
    row, names = storm.row, colour_names(rain.scope)
    code = str(row["colour_code"])
    highest = row["highest_mm"]
    return html.Tr(
        [
            html.Th(
                html.A(
                    span(row["start_at"], row["end_at"], rain),
                    href=to_hour(rain, storm.first_at),
                    className="cell-link",
                    **({"aria-current": "true"} if storm.is_open else {}),
                ),
                scope="row",
            ),
            html.Td(colour_chip(code, names.get(code, code))),
            html.Td(
                "—" if highest is None else numbers_text.number(highest, 1),
                className="numeric",
            ),
            *(
                html.Td(numbers_text.number(row[name]), className="numeric")
                for name in ("town_count", "warning_count", "missed_count")
            ),
        ],
        className="warnings-open" if storm.is_open else None,
    )


def record_section(rain: Rain) -> Element:
    """Lead time, warnings in vain and spells without a warning, by colour and in a sentence."""
    lang = rain.scope.view.lang
    title = text("warnings.record", lang)
    found = record(rain)
    if found is None:
        return section(title, empty(text("warnings.record.none", lang)), name="warnings-record")
    note = text(
        "warnings.record.note",
        lang,
        days=numbers_text.days(found.first_date, found.last_date, lang),
    )
    return section(
        title,
        html.P(_sentence(found, lang), className="warnings-sentence"),
        _judged_table(rain, found, title),
        html.P(text("warnings.record.how", lang), className="rule"),
        name="warnings-record",
        note=note,
    )


def _sentence(found: Record, lang: Lang) -> str:
    """How early and how often in vain, in plain words."""
    whole = found.whole
    false, lead = whole.figures["false_warning_rate"], whole.figures["warning_lead_time_median"]
    parts = []
    if lead.value is not None:
        key = "warnings.record.lead" if lead.value >= 0 else "warnings.record.late"
        parts.append(text(key, lang, lead=duration(abs(lead.value), lang)))
    if false.value is not None:
        parts.append(
            text(
                "warnings.record.false",
                lang,
                false=numbers_text.number(false.row["numerator"]),
                count=numbers_text.number(false.row["denominator"]),
            )
        )
    if whole.missed is not None:
        key = "warnings.record.missed" if whole.missed_count else "warnings.record.missed.none"
        parts.append(
            text(
                key,
                lang,
                missed=numbers_text.number(whole.missed_count),
                count=numbers_text.number(whole.spell_count),
                high=numbers_text.number(100 * whole.missed[2], 1),
            )
        )
    return text("warnings.sentence.joined", lang).join(parts) or text(
        "warnings.record.nothing", lang
    )


def _judged_table(rain: Rain, found: Record, title: str) -> Element:
    lang, names, kpis = rain.scope.view.lang, colour_names(rain.scope), found.whole.figures
    heads = [
        head(text("warnings.colour", lang)),
        *(head(kpi_name(one.kpi, lang), is_numeric=True) for one in kpis.values()),
        head(text("warnings.missed_spells", lang), is_numeric=True),
    ]
    rows = [_judged(rain, one, names, list(kpis)) for one in found.judged]
    return scroll_table(title, heads, rows, name="record", table_class="warnings-table")


def _judged(rain: Rain, one: Judged, names: dict[str, str], kpis: Sequence[str]) -> Element:
    view, lang = rain.scope.view, rain.scope.view.lang
    cells = [
        html.Td(
            number(one.figures[kpi_id], view)
            if kpi_id in one.figures
            else html.Span("—", className="muted"),
            className="numeric",
        )
        for kpi_id in kpis
    ]
    missed = f"{one.missed_count}/{one.spell_count}" if one.spell_count else "—"
    return html.Tr(
        [
            html.Th(
                colour_chip(one.colour_code, names.get(one.colour_code, one.colour_code))
                if one.colour_code
                else text("warnings.every_colour", lang),
                scope="row",
            ),
            *cells,
            html.Td(missed, className="numeric"),
        ]
    )
