"""The scene of the areas in order: the best and the worst, and all of them in a funnel."""

from dashboards import html, numbers_text
from dashboards.cells import written
from dashboards.components.number import marked
from dashboards.components.parts import chip
from dashboards.components.wall.scene import scene
from dashboards.components.words import kpi_name
from dashboards.data.ranking import Ranked, SliceValue
from dashboards.data.wall import Wall
from dashboards.figures.wall import funnel_svg
from dashboards.html import Element, Raw
from dashboards.i18n import Lang, text
from dashboards.scope import Scope
from dashboards.theme import DARK

SHOWN_AREAS = 5
VERDICTS = {
    "better": ("check", "good"),
    "worse": ("alert", "bad"),
    "higher": ("arrow-up", "plain"),
    "lower": ("arrow-down", "plain"),
    "within": ("dash", "plain"),
    "unjudged": ("dash", "plain"),
}


def areas(wall: Wall, scope: Scope, *, is_first: bool) -> Element:
    """The best and the worst by how far they lie from the whole, and all of them in a funnel."""
    lang, found = scope.view.lang, wall.areas
    if found is None or found.whole.value is None:
        body = html.P(text("ranking.none", lang), className="wall-missing")
        return scene("areas", lang, "", body, is_first=is_first)
    kpi = found.whole.kpi
    ordered = _by_distance(found)
    bad = sum(line.verdict == "worse" for line in ordered)
    good = sum(line.verdict == "better" for line in ordered)
    headline = text(
        "wall.areas.headline",
        lang,
        kpi=kpi_name(kpi, lang),
        whole=numbers_text.value(found.whole.value, kpi, lang),
        good=good,
        bad=bad,
        within=len(ordered) - good - bad,
    )
    is_short = len(ordered) <= 2 * SHOWN_AREAS
    groups = (
        [("all", ordered)]
        if is_short
        else [("best", ordered[:SHOWN_AREAS]), ("worst", ordered[-SHOWN_AREAS:])]
    )
    places = {line.code: number for number, line in enumerate(ordered, 1)}
    return scene(
        "areas",
        lang,
        headline,
        html.Div(
            [
                html.Div(
                    [
                        part
                        for name, lines in groups
                        for part in (
                            html.H3(text(f"wall.areas.{name}", lang)),
                            html.Ol([_area(line, places[line.code], scope) for line in lines]),
                        )
                    ],
                    className="wall-ranks",
                ),
                _funnel(found, lang),
            ],
            className="wall-sides",
        ),
        html.P(
            f"{text('wall.areas.note', lang)} · "
            f"{numbers_text.days(scope.days.first, scope.days.last, lang)}",
            className="wall-note",
        ),
        is_first=is_first,
    )


def _by_distance(found: Ranked) -> list[SliceValue]:
    """Best first by the distance from the whole in standard errors, so small areas do not lead.

    Where the KPI has no control limits, by value. Areas without a value are left out.
    """
    lines = [line for line in found.slices if line.figure.value is not None]
    if found.funnel is None:
        return lines
    codes = found.funnel.rows["area_code"].to_list()
    order = {code: number for number, code in enumerate(codes)}
    is_lower_better = found.whole.kpi.better == "lower"
    return sorted(
        (line for line in lines if line.code in order),
        key=lambda line: -order[line.code] if is_lower_better else order[line.code],
    )


def _area(line: SliceValue, place: int, scope: Scope) -> Element:
    sign, tone = VERDICTS[line.verdict]
    view, lang = scope.view, scope.view.lang
    denominator = line.row["denominator"]
    return html.Li(
        [
            html.Span(str(place), className="wall-place"),
            html.Span(line.name, className="wall-name"),
            html.A(
                numbers_text.value(line.figure.value, line.figure.kpi, lang),
                href=view.href(receipt=line.figure.kpi.kpi_id, of=written(line.figure.cell)),
                className="numeric",
                **marked(line.figure),
            ),
            html.Span(
                text("wall.areas.of", lang, count=numbers_text.number(denominator)),
                className="muted numeric",
            ),
            chip(sign, text(f"ranking.{line.verdict}", lang), tone=tone),
        ]
    )


def _funnel(found: Ranked, lang: Lang) -> Element | None:
    if found.funnel is None:
        return None
    kpi = found.whole.kpi
    return html.Div(
        Raw(
            funnel_svg(
                found.funnel,
                kpi=kpi,
                names={line.code: line.name for line in found.slices},
                size_label=text("wall.areas.size", lang),
                colours=DARK,
            )
        ),
        className="wall-picture",
        role="img",
        **{"aria-label": f"{kpi_name(kpi, lang)} · {text('funnel.title', lang)}"},
    )
