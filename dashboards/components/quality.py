"""Parts of the page on data quality: the verdict, deliveries over time, and rules by batch."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from math import log10

from dashboards import html, numbers_text
from dashboards.components.parts import chip, icon
from dashboards.components.scroll_table import head, scroll_table
from dashboards.components.words import kpi_name
from dashboards.data.quality import Delivery, Noted, Row, RuleLine, Verdict
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.periods import first_of_month
from dashboards.quality_words import (
    Names,
    batch_head,
    gap_words,
    judged,
    noted_words,
    promise,
    rule_words,
    share,
    state,
)
from dashboards.view import View
from warehouse.catalogue import Kpi

SIGNS = {"fit": ("check", "good"), "reserved": ("alert", "fair"), "unfit": ("alert", "bad")}

FAINTEST, STRONGEST = -5, -1
"""Powers of ten of the shares between which a cell's ground grows; below, it is the faintest."""

TICK_MONTHS = 6
LAST_TICK = 85
"""Percent of the strip after which a month would not fit."""

SHOWN_KPIS = 3


def verdict_box(
    verdict: Verdict,
    names: Mapping[str, str],
    rules: Names,
    view: View,
    *,
    touched: Mapping[str, Sequence[Kpi]],
) -> Element:
    """One sentence, and below it each reservation, which leads to its dataset.

    Args:
        touched: dataset → KPIs made of its records.
    """
    lang = view.lang
    sign, tone = SIGNS[verdict.grade]
    sentence = text(
        f"quality.verdict.{verdict.grade}",
        lang,
        promised=verdict.promised,
        late=verdict.late,
        noted=len(verdict.noted),
    )
    return html.Div(
        [
            html.P([icon(sign), sentence], className=f"quality-sentence {tone}"),
            html.Ul(
                [
                    html.Li(_noted(one, names, rules, view, touched.get(one.dataset, ())))
                    for one in verdict.noted
                ]
            )
            if verdict.noted
            else None,
        ],
        className="quality-verdict",
        **{"data-verdict": verdict.grade},
    )


def _noted(
    one: Noted, names: Mapping[str, str], rules: Names, view: View, touched: Sequence[Kpi]
) -> list[Element]:
    lang = view.lang
    shown = text("quality.between_names", lang).join(
        kpi_name(kpi, lang) for kpi in touched[:SHOWN_KPIS]
    )
    key = "quality.touched.more" if len(touched) > SHOWN_KPIS else "quality.touched"
    return [
        html.A(
            names.get(one.dataset, one.dataset),
            href=view.href(dataset=one.dataset),
            className="cell-link",
        ),
        html.Span(noted_words(one, rules, lang)),
        *(
            [
                html.Span(
                    text(key, lang, count=len(touched), names=shown),
                    className="quality-kpis",
                    title=text("quality.between_names", lang).join(
                        kpi_name(kpi, lang) for kpi in touched
                    ),
                )
            ]
            if touched
            else []
        ),
    ]


def freshness_table(
    found: Sequence[Delivery], view: View, *, start: date, as_of: date, zone: tzinfo
) -> Element:
    """Datasets with newest record, promise, and the spells of days without any record."""
    lang = view.lang
    keys = ("dataset", "department", "state", "newest", "promise", "records", "refused")
    return scroll_table(
        text("quality.freshness", lang),
        [
            *(
                head(text(f"quality.column.{key}", lang), is_numeric=key in ("records", "refused"))
                for key in keys
            ),
            html.Th(_axis(start, as_of, lang), scope="col", className="quality-strip"),
        ],
        [_delivery(one, view, start, as_of, zone) for one in found],
        name="freshness",
        window="quality-freshness",
    )


def _delivery(one: Delivery, view: View, start: date, as_of: date, zone: tzinfo) -> Element:
    lang, row = view.lang, one.row
    is_current = one.dataset == view.dataset
    return html.Tr(
        [
            html.Th(
                html.A(
                    one.name(lang.value),
                    href=view.href(dataset="" if is_current else one.dataset),
                    className="cell-link",
                    **({"aria-current": "true"} if is_current else {}),
                ),
                scope="row",
            ),
            html.Td(one.department(lang.value)),
            html.Td(state_chip(one, lang)),
            html.Td(numbers_text.moment(row["newest_record_at"], zone, lang)),
            html.Td(promise(one, lang)),
            html.Td(numbers_text.number(row["record_count"]), className="numeric"),
            html.Td(numbers_text.number(row["rows_refused"]), className="numeric"),
            html.Td(_strip(one, lang, start, as_of), className="quality-strip"),
        ],
        className="quality-chosen" if is_current else "",
    )


def state_chip(one: Delivery, lang: Lang) -> Element:
    """In time, late, silent, or only when something happens."""
    words = state(one, lang)
    if one.row["is_late"]:
        return chip("alert", words, tone="bad")
    if any(gap["is_open"] for gap in one.gaps):
        return chip("alert", words, tone="bad")
    if one.row["is_event_driven"]:
        return chip("dash", words, tone="plain", title=text("quality.state.event.note", lang))
    return chip("check", words, tone="good")


def _strip(one: Delivery, lang: Lang, start: date, as_of: date) -> Element | str:
    """Two years of days; the spells without records are marked, and said for those who listen."""
    if one.row["promised_every_days"] != 1 or one.row["is_event_driven"]:
        return html.Span(text("quality.strip.not_daily", lang), className="muted")
    whole = (as_of - start).days + 1
    shown = [gap for gap in one.gaps if gap["gap_to_date"] > start]
    said = "; ".join(gap_words(gap, lang) for gap in shown) or text("quality.strip.none", lang)
    return html.Div(
        [
            html.I(
                className="quality-gap",
                title=gap_words(gap, lang),
                style={
                    "left": f"{_percent(gap['gap_from_date'], start, whole):.2f}%",
                    "width": f"{_width(gap, start, whole):.2f}%",
                },
            )
            for gap in shown
        ],
        className="quality-days",
        role="img",
        **{"aria-label": said},
    )


def _axis(start: date, as_of: date, lang: Lang) -> Element:
    whole = (as_of - start).days + 1
    ticks, month = [], start
    while _percent(month, start, whole) < LAST_TICK:
        ticks.append(month)
        month = first_of_month(month, back=-TICK_MONTHS)
    return html.Div(
        [
            html.Span(text("quality.column.strip", lang), className="visually-hidden"),
            *(
                html.Span(f"{tick:%Y-%m}", style={"left": f"{_percent(tick, start, whole):.2f}%"})
                for tick in ticks
            ),
        ],
        className="quality-axis",
    )


def _width(gap: Row, start: date, whole: int) -> float:
    first, end = _percent(gap["gap_from_date"], start, whole), gap["gap_to_date"]
    return _percent(end, start, whole) - first


def _percent(day: date, start: date, whole: int) -> float:
    return max(100 * (day - start).days / whole, 0.0)


def matrix(
    lines: Sequence[RuleLine], view: View, *, names: Mapping[str, str], rules: Names
) -> Element:
    """Rules down, each dataset's newest batches across, the share of rows that break the rule."""
    lang = view.lang
    places = sorted({place for line in lines for place in line.checks})
    titles = [text(f"quality.column.{key}", lang) for key in ("dataset", "rule", "judged")]
    return scroll_table(
        text("quality.matrix", lang),
        [
            *(head(title) for title in titles),
            *(head(batch_head(place, lang), is_numeric=True) for place in places),
        ],
        [_line(line, span, view, places, names, rules) for line, span in _grouped(lines)],
        name="rules",
        window="quality-matrix",
    )


def _grouped(lines: Sequence[RuleLine]) -> list[tuple[RuleLine, int]]:
    """Each line with how many stand under its dataset's name; 0 below the first of them."""
    counts = Counter(line.dataset for line in lines)
    seen: set[str] = set()
    found = []
    for line in lines:
        found.append((line, 0 if line.dataset in seen else counts[line.dataset]))
        seen.add(line.dataset)
    return found


def _line(
    line: RuleLine,
    span: int,
    view: View,
    places: Sequence[int],
    names: Mapping[str, str],
    rules: Names,
) -> Element:
    lang = view.lang
    return html.Tr(
        [
            html.Th(
                html.A(
                    names.get(line.dataset, line.dataset),
                    href=view.href(dataset=line.dataset),
                    className="cell-link",
                ),
                scope="rowgroup",
                rowSpan=span,
                className="quality-group",
            )
            if span
            else None,
            html.Th(
                rule_words(line.dataset, line.rule, names=rules, lang=lang),
                scope="row",
                title=line.rule,
            ),
            html.Td(judged(line, lang)),
            *(_check(line.checks.get(place), lang) for place in places),
        ],
        className="quality-first" if span else "",
    )


def _check(row: Mapping[str, object] | None, lang: Lang) -> Element:
    if row is None:
        return html.Td("", className="numeric")
    ratio = row["failed_ratio"]
    value = ratio if isinstance(ratio, float) else None
    failed, checked = row["failed_count"], row["checked_count"]
    note = text(
        "quality.check",
        lang,
        file=row["file_name"],
        batch=row["batch_id"],
        failed=numbers_text.number(failed if isinstance(failed, int) else None),
        checked=numbers_text.number(checked if isinstance(checked, int) else None),
    )
    return html.Td(
        share(value),
        title=note,
        className=f"numeric quality-heat{'' if value else ' quality-sound'}",
        style={"--heat": f"{heat(value):.0f}%"},
    )


def heat(ratio: float | None) -> float:
    """How much colour a cell has, 0 to 40 percent, by the power of ten of its share.

    >>> heat(0.0), heat(1e-5), heat(0.1), heat(0.9)
    (0.0, 6.0, 40.0, 40.0)
    """
    if not ratio:
        return 0.0
    grown = (log10(ratio) - FAINTEST) / (STRONGEST - FAINTEST)
    return 6 + 34 * min(max(grown, 0.0), 1.0)
