"""The scene of what needs attention: overdue cases, signals of control charts, late data."""

from collections.abc import Sequence

from dashboards import html, numbers_text
from dashboards.components.parts import chip, icon
from dashboards.components.status_strip import DataStatus, delivery_lines
from dashboards.components.wall.scene import scene
from dashboards.components.words import kpi_name
from dashboards.data.overview import Held
from dashboards.data.wall import Signal, Wall
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Scope

SHOWN_HOLDERS = 6
SHOWN_SIGNALS = 6
SHOWN_DELIVERIES = 2


def attention(wall: Wall, status: DataStatus, scope: Scope, *, is_first: bool) -> Element:
    """Overdue cases by holder, signals of the control charts, data that did not come."""
    lang = scope.view.lang
    holders = [line for line in wall.desk.held if line.overdue_count]
    worse = sum(signal.is_better is False for signal in wall.signals)
    deliveries = delivery_lines(status, lang)
    headline = text(
        "wall.attention.headline",
        lang,
        overdue=numbers_text.number(wall.desk.overdue_count),
        worse=worse,
        late=len(status.late),
    )
    return scene(
        "attention",
        lang,
        headline,
        html.Div(
            [
                html.Div(
                    [html.H3(text("wall.attention.holders", lang)), _holders(holders, lang)],
                    className="wall-block",
                ),
                html.Div(
                    [
                        html.H3(text("wall.attention.signals", lang)),
                        _signals(wall.signals, lang),
                        html.H3(text("wall.attention.data", lang)),
                        _deliveries(deliveries, status, lang),
                    ],
                    className="wall-block",
                ),
            ],
            className="wall-halves",
        ),
        is_first=is_first,
    )


def _holders(holders: Sequence[Held], lang: Lang) -> Element:
    if not holders:
        return html.P(chip("check", text("wall.attention.no_overdue", lang), tone="good"))
    heads = ("department", "overdue", "oldest")
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(
                            text(f"wall.attention.{head}", lang),
                            scope="col",
                            className="" if head == "department" else "numeric",
                        )
                        for head in heads
                    ]
                )
            ),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(line.name, scope="row"),
                            html.Td(
                                html.B(numbers_text.number(line.overdue_count)),
                                className="numeric bad",
                            ),
                            html.Td(numbers_text.number(line.oldest_days), className="numeric"),
                        ]
                    )
                    for line in holders[:SHOWN_HOLDERS]
                ]
            ),
        ],
        className="wall-table wall-holders",
    )


def _signals(signals: Sequence[Signal], lang: Lang) -> Element:
    if not signals:
        return html.P(chip("check", text("wall.attention.no_signal", lang), tone="good"))
    return html.Ul(
        [_signal(signal, lang) for signal in signals[:SHOWN_SIGNALS]], className="wall-signals"
    )


def _signal(signal: Signal, lang: Lang) -> Element:
    kpi = signal.tile.kpi
    tone = {True: "good", False: "bad", None: "fair"}[signal.is_better]
    side = "higher" if signal.is_higher else "lower"
    words = {True: "change.better", False: "change.worse", None: f"wall.signal.{side}"}
    label = text(words[signal.is_better], lang)
    return html.Li(
        [
            chip(f"arrow-{'up' if signal.is_higher else 'down'}", label, tone=tone),
            html.Span(kpi_name(kpi, lang), className="wall-name"),
            html.Span(shown_value(signal, lang), className="numeric"),
            html.Span(
                f"{signal.month:%Y-%m} · {reason(signal, lang)}", className="muted wall-reason"
            ),
        ]
    )


def reason(signal: Signal, lang: Lang) -> str:
    """What makes a month a signal, in words."""
    side = "higher" if signal.is_higher else "lower"
    return text(f"wall.signal.{signal.kind}.{side}", lang)


def shown_value(signal: Signal, lang: Lang) -> str:
    """The month's value as an answer has it: the chart has counts by day."""
    months = signal.tile.months
    if months is not None:
        for row in months.iter_rows(named=True):
            if row["period_start_date"].replace(day=1) == signal.month:
                return numbers_text.value(row["value"], signal.tile.kpi, lang)
    return numbers_text.value(signal.value, signal.tile.kpi, lang)


def _deliveries(lines: Sequence[str], status: DataStatus, lang: Lang) -> Element:
    if not lines:
        words = text("strip.fresh.all", lang, count=status.dataset_count)
        return html.P(chip("check", words, tone="good"))
    return html.Ul(
        [html.Li([icon("clock"), line]) for line in lines[:SHOWN_DELIVERIES]]
        + [html.Li(text("wall.attention.more", lang, count=len(lines) - SHOWN_DELIVERIES))]
        * (len(lines) > SHOWN_DELIVERIES),
        className="wall-deliveries",
    )
