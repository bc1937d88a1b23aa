"""A KPI's tile: value, target, change, and how sure all that is. It opens the receipt."""

from dashboards import html, numbers_text
from dashboards.components.number import marked
from dashboards.components.parts import chip, icon
from dashboards.components.words import kpi_name, lacking_words
from dashboards.data.overview import Tile
from dashboards.figures.sparkline import as_address, sparkline
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.theme import colours
from dashboards.view import View

STATUS = {"met": ("check", "good"), "near": ("dash", "fair"), "missed": ("alert", "bad")}
SIGN = {"higher": "≥", "lower": "≤", "neither": "="}


def tile(data: Tile, view: View, *, of: str = "", note: str = "") -> Element:
    """One tile; its link chooses the KPI for the page and opens its receipt.

    Args:
        of: the cell its receipt is about, where that is not the page's.
        note: what sets it apart from the other tiles, below its name.
    """
    lang, kpi = view.lang, data.kpi
    name = html.H3(
        [
            kpi_name(kpi, lang),
            html.Span(kpi_name(kpi, lang.other), className="other-lang", lang=lang.other.tag),
            *([html.Span(note, className="tile-note")] if note else []),
        ]
    )
    if data.figure is None:
        return html.Div(
            [
                html.Div(name, className="tile-head"),
                html.Div(_lacking(data, lang), className="tile-main"),
            ],
            className="tile",
            id=f"tile-{kpi.kpi_id}",
        )
    return html.A(
        [
            html.Div([name, *_status(data, lang)], className="tile-head"),
            html.Div(
                [html.Div(_figure(data, lang), className="figure"), _spark(data, view)],
                className="tile-main",
            ),
            html.Div(_change(data, view), className="tile-change"),
            html.Dl(_foot(data, view), className="tile-foot"),
        ],
        href=view.href(kpi=kpi.kpi_id, receipt=kpi.kpi_id, of=of, role=""),
        className="tile",
        id=f"tile-{kpi.kpi_id}",
        title=text("tile.receipt", lang, name=kpi_name(kpi, lang)),
        **marked(data.figure),
        **{"aria-current": "true" if kpi.kpi_id == view.kpi else "false"},
    )


def _lacking(data: Tile, lang: Lang) -> Element:
    note = lacking_words(data.lacks, lang)
    return html.Span(text("value.lacks", lang), className="no-value", title=note)


def _status(data: Tile, lang: Lang) -> list[Element]:
    if data.standing == "none":
        return []
    sign, tone = STATUS[data.standing]
    note = text("status.near.note", lang) if data.standing == "near" else ""
    return [chip(sign, text(f"status.{data.standing}", lang), tone=tone, title=note)]


def _figure(data: Tile, lang: Lang) -> list[Element]:
    value = data.row["value"]
    if value is None:
        return [
            html.Span(
                numbers_text.missing(data.row, lang),
                className="no-value",
                title=numbers_text.missing(data.row, lang, in_a_sentence=True),
            )
        ]
    shown = [
        html.Span(numbers_text.amount(value, data.kpi), className="value"),
        html.Span(numbers_text.unit(data.kpi, lang), className="unit"),
    ]
    if data.row["is_provisional"]:
        count = numbers_text.number(data.row["not_yet_due_count"])
        note = text("tile.provisional.note", lang, count=count)
        shown.append(chip("clock", text("tile.provisional", lang), tone="fair", title=note))
    return shown


def _spark(data: Tile, view: View) -> Element:
    if data.months is None:
        return html.Span()
    values = data.months["value"].to_list()
    limits, signals = _limits(data)
    known = [value for value in values if value is not None]
    if not known:
        return html.Span()
    return html.Img(
        src=as_address(
            sparkline(
                values,
                provisional=data.months["is_provisional"].to_list(),
                span=_span(data),
                colours=colours(view.scheme),
                limits=limits,
                signals=signals,
            )
        ),
        alt=text(
            "tile.spark",
            view.lang,
            months=len(values),
            first=numbers_text.value(known[0], data.kpi, view.lang),
            last=numbers_text.value(known[-1], data.kpi, view.lang),
        ),
        className="spark",
    )


def _limits(data: Tile) -> tuple[list[tuple[float, float] | None], list[bool]]:
    """Control limits and signals beside the months; empty where the tile has no chart.

    Limits of what is charted per day (counts) are in another unit than the months, so left out.
    """
    if data.chart is None or data.months is None or data.kpi.denominator_table:
        return [], []
    by_month = {row["month"]: row for row in data.chart.rows.iter_rows(named=True)}
    rows = [by_month.get(day, {}) for day in data.months["period_start_date"]]
    limits = [(row["low"], row["high"]) if row.get("low") is not None else None for row in rows]
    return limits, [row.get("signal") is not None for row in rows]


def _span(data: Tile) -> float:
    """Least range of the picture: chance must look like chance, not like a mountain range."""
    if data.months is None:
        return 0.0
    width = (data.months["interval_high"] - data.months["interval_low"]).median()
    if isinstance(width, float):
        return 3 * width
    mean = data.months["value"].mean()
    return 0.3 * abs(mean) if isinstance(mean, float) else 0.0


def _change(data: Tile, view: View) -> list[Element]:
    lang = view.lang
    difference = data.difference
    if difference is None:
        return [html.Span(text(f"tile.no_{view.compare}", lang), className="muted")]
    figure = numbers_text.change(difference, data.kpi, lang)
    is_zero = not any(digit in figure for digit in "123456789")
    sign = "same" if is_zero else "up" if difference > 0 else "down"
    within = data.is_within_chance
    is_open = within is False and not data.is_settled
    is_judged = within is False and not (is_zero or is_open) and data.kpi.better != "neither"
    is_better = (difference > 0) == (data.kpi.better == "higher")
    tone = ("good" if is_better else "bad") if is_judged else "plain"
    words = []
    if is_judged:
        words.append(text(f"change.{'better' if is_better else 'worse'}", lang))
    if is_open:
        words.append(text("tile.not_judged_yet", lang))
    elif within is not None:
        words.append(text("tile.within_chance" if within else "tile.beyond_chance", lang))
    return [
        html.Span(
            [icon(f"arrow-{sign}"), html.Span(text("change.same", lang) if is_zero else figure)],
            className=f"delta {tone}",
            title=text(f"change.{sign}", lang),
        ),
        html.Span(text(f"tile.{view.compare}", lang), className="muted"),
        *([html.Span(" · ".join(words), className=f"judgement {tone}")] if words else []),
    ]


def _foot(data: Tile, view: View) -> list[Element]:
    row, kpi, lang = data.row, data.kpi, view.lang
    lines: list[Element] = []
    # A baseline is a figure of the whole county, so it says nothing of one town or department.
    is_whole = not (view.area or view.department or view.category)
    if (baseline := kpi.baseline_of(view.county)) and is_whole:
        before = numbers_text.value(baseline.value, kpi, lang)
        lines.append(html.Div(html.Dt(text("trend.baseline", lang, value=before))))
    if row["target"] is None:
        lines.append(html.Div(html.Dt(text("tile.no_target", lang))))
    else:
        target = numbers_text.value(row["target"], kpi, lang)
        lines.append(
            html.Div(html.Dt(text("tile.target", lang, sign=SIGN[kpi.better], value=target)))
        )
    if row["interval_low"] is None:
        label = "tile.no_interval" if row["value"] is not None else "receipt.excluded"
        count = row["excluded_count"]
        lines.append(
            html.Div(
                [html.Dt(text(label, lang))]
                + ([] if row["value"] is not None else [html.Dd(numbers_text.number(count))])
            )
        )
    else:
        interval = numbers_text.interval(row["interval_low"], row["interval_high"], kpi)
        lines.append(html.Div([html.Dt(text("tile.interval", lang)), html.Dd(interval)]))
    if row["is_provisional"] and row["value_due_passed"] is not None:
        passed = numbers_text.value(row["value_due_passed"], kpi, lang)
        lines.append(html.Div(html.Dt(text("tile.due_passed", lang, value=passed))))
    return lines
