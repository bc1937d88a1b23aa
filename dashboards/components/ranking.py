"""Areas or departments in order, each with its interval against the value of the whole."""

from typing import Literal

from dashboards import html, numbers_text
from dashboards.components.number import marked
from dashboards.components.parts import chip, icon
from dashboards.data.ranking import Ranked, SliceValue, Verdict
from dashboards.data.tables import Row
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.view import View
from warehouse.catalogue import Kpi

SHARE_BY_CHANCE = 0.05
VERDICTS: dict[Verdict, tuple[str, str]] = {
    "better": ("check", "good"),
    "worse": ("alert", "bad"),
    "higher": ("arrow-up", "fair"),
    "lower": ("arrow-down", "fair"),
    "within": ("dash", "plain"),
    "unjudged": ("dash", "plain"),
}


def ranking(
    found: Ranked | None,
    *,
    view: View,
    part: Literal["area", "department", "category"],
    whole_name: str,
    level_name: str,
) -> Element:
    """The list; choosing a line limits the page to it, choosing it again lifts the limit."""
    lang = view.lang
    if found is None:
        return html.P(text("ranking.none", lang), className="empty")
    slices, whole, kpi = found.slices, found.whole.row, found.whole.kpi
    scale = _Scale(slices, whole["value"])
    label = text("ranking.county", lang, area=whole_name, value=_value(whole, whole, kpi, lang))
    return html.Div(
        [
            html.Div(
                html.Span(
                    html.Span(label, className="whole-label"),
                    className="track",
                    style={"--whole": scale.place(whole["value"])},
                ),
                className="rank-head",
            ),
            html.Ol(
                [
                    html.Li(_line(number, line, scale, kpi, view, part, found))
                    for number, line in enumerate(slices, 1)
                ],
                className="ranks",
            ),
            html.P(_rule(found, level_name, lang), className="rule"),
        ],
        className="ranking",
    )


class _Scale:
    """Places values on the track, from the lowest to the highest that is drawn."""

    def __init__(self, slices: list[SliceValue], whole: float | None) -> None:
        drawn = [
            bound
            for line in slices
            for bound in (line.row["value"], line.row["interval_low"], line.row["interval_high"])
            if bound is not None
        ] + ([whole] if whole is not None else [])
        self.low, self.high = min(drawn, default=0.0), max(drawn, default=1.0)
        # One small area's wide interval would press all others together: the scale ends where the
        # values do, with room to spare, and longer bars run out of it.
        values = [line.row["value"] for line in slices if line.row["value"] is not None]
        if values:
            room = (max(values) - min(values)) * 0.35 or abs(max(values)) * 0.1 or 1.0
            self.low = max(self.low, min(values) - room)
            self.high = min(self.high, max(values) + room)

    def share(self, value: float) -> float:
        """Place between 0 and 1."""
        if self.high <= self.low:
            return 0.5
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def place(self, value: float | None) -> str:
        """Place as a length of the style sheet."""
        return "50%" if value is None else f"{self.share(value):.2%}"


def _line(
    number: int,
    line: SliceValue,
    scale: _Scale,
    kpi: Kpi,
    view: View,
    part: Literal["area", "department", "category"],
    found: Ranked,
) -> Element:
    lang, row, whole = view.lang, line.row, found.whole.row
    sign, tone = VERDICTS[line.verdict]
    value = _value(row, whole, kpi, lang)
    interval = numbers_text.interval(row["interval_low"], row["interval_high"], kpi)
    is_chosen = line.code == getattr(view, part)
    wanted = line.code
    if is_chosen:
        wanted = _around(found) if part == "area" else ""
    chosen = {
        "area": view.href(area=wanted),
        "department": view.href(department=wanted),
        "category": view.href(category=wanted),
    }[part]
    return html.A(
        [
            html.Span(str(number) if row["value"] is not None else "–", className="rank-number"),
            html.Span(line.name, className="rank-name"),
            html.Span(_bar(row, scale, whole["value"]), className="track"),
            html.Span(value, className="rank-value", **marked(line.figure)),
            chip(sign, text(f"ranking.{line.verdict}", lang), tone=tone),
        ],
        href=chosen,
        className=f"rank {tone}",
        title=f"{line.name} {value} · {text('trend.interval', lang)} {interval}",
        **{"data-part": part, "data-code": line.code},
        **{"aria-current": "true" if is_chosen else "false"},
    )


def _around(found: Ranked) -> str:
    """Code of the area that the listed ones lie in; empty for the county."""
    filters = found.whole.cell.filters
    codes = [filters[level][0] for level in ("community", "town") if level in filters]
    return codes[0] if codes else ""


def _value(row: Row, whole: Row, kpi: Kpi, lang: Lang) -> str:
    """The value, or why there is none: what the whole lacks, none of its parts can have."""
    if row["value"] is not None:
        return numbers_text.value(row["value"], kpi, lang)
    return numbers_text.missing(whole if numbers_text.is_not_delivered(whole) else row, lang)


def _bar(row: Row, scale: _Scale, whole: float | None) -> list[Element]:
    parts = []
    if whole is not None:
        parts.append(html.I(className="whole", style={"left": scale.place(whole)}))
    if row["interval_low"] is not None:
        low, high = scale.share(row["interval_low"]), scale.share(row["interval_high"])
        parts.append(
            html.I(className="bar", style={"left": f"{low:.2%}", "width": f"{high - low:.2%}"})
        )
    if row["value"] is not None:
        parts.append(html.I(className="dot", style={"left": scale.place(row["value"])}))
    return parts


def _rule(found: Ranked, level_name: str, lang: Lang) -> str:
    if found.funnel:
        widened = ".widened" if found.funnel.is_over_dispersed else ""
        return text(f"ranking.rule.funnel{widened}", lang, level=level_name.lower())
    judged = [line for line in found.slices if line.verdict != "unjudged"]
    if not judged:
        return text("ranking.rule.plain", lang)
    rule = text("ranking.rule", lang)
    by_chance = round(len(judged) * SHARE_BY_CHANCE)
    if not by_chance:
        return rule
    return rule + text(
        "ranking.rule.chance",
        lang,
        count=len(judged),
        level=level_name.lower(),
        by_chance=by_chance,
    )


def to_map(view: View) -> Element:
    """Link to the same question on the map."""
    return html.A(
        [icon("map"), text("ranking.to_map", view.lang)],
        href=view.href("/map"),
        className="panel-link",
    )
