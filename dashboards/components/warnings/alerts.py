"""Early alerts: what is alive, what is behind the one that is open, and what to do about it."""

from datetime import date, datetime
from typing import Any

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.parts import chip, icon
from dashboards.components.section import section
from dashboards.data import warning_tables
from dashboards.data.early_alerts import Alert, Alerts, steps
from dashboards.figures.rain import ALERT_HEIGHT, alert_chart
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.theme import colours
from warehouse.alerts.detect import BUDGET
from warehouse.alerts.dispatch import MOST_OPEN_CASES

TONES = {
    "open": "bad",
    "acknowledged": "fair",
    "dispatched": "good",
    "silenced": "plain",
    "cleared": "plain",
    "withdrawn": "plain",
}
ICONS = {"open": "alert", "acknowledged": "check", "dispatched": "check", "silenced": "clock"}


def alerts_sections(found: Alerts | None, *, missing: str, title: str) -> list[Element]:
    """The alerts alive with the open one in its place, those cleared lately, and the method."""
    if found is None:
        return [section(title, empty(missing), name="warnings-alerts")]
    lang = found.scope.view.lang
    alive = found.alive
    opened = found.opened
    if opened is not None and not any(one["alert_id"] == opened["alert_id"] for one in alive):
        alive = [opened, *alive]
    body: list[Element] = [html.P(_sentence(found), className="warnings-sentence")]
    body.append(
        html.Ol([_card(found, one) for one in alive], className="warnings-alerts")
        if alive
        else empty(text("warnings.alerts.none", lang, day=numbers_text.day(found.day, lang)))
    )
    note = text("warnings.alerts.note", lang, day=numbers_text.day(found.day, lang))
    return [
        section(title, *body, name="warnings-alerts", note=note),
        html.Div([_cleared(found), _method(found)], className="two"),
    ]


def _sentence(found: Alerts) -> str:
    """How many false alerts to expect."""
    lang, budget = found.scope.view.lang, found.budget
    return text(
        "warnings.alerts.false",
        lang,
        budget=numbers_text.number(budget, 0 if budget >= 2 else 1),
        count=numbers_text.number(found.quarter_count),
    )


def _card(found: Alerts, alert: Alert) -> Element:
    view, lang = found.scope.view, found.scope.view.lang
    is_open = found.opened is not None and found.opened["alert_id"] == alert["alert_id"]
    state = alert["state"]
    name = warning_tables.alert_name(found, alert)
    label = text("warnings.alert.close" if is_open else "warnings.alert.open", lang)
    head = html.Div(
        [
            html.Div(
                [
                    html.H3(
                        html.A(
                            name,
                            href=view.href(alert="" if is_open else alert["alert_id"]),
                            **{"aria-expanded": "true" if is_open else "false"},
                        )
                    ),
                    chip(
                        ICONS.get(state, "dash"),
                        text(f"warnings.state.{state}", lang),
                        tone=TONES[state],
                    ),
                ],
                className="warnings-alert-title",
            ),
            html.P(_since(found, alert), className="muted"),
            *([] if alert["observed_count"] is None else [_against(alert, found)]),
            html.A(
                label,
                href=view.href(alert="" if is_open else alert["alert_id"]),
                className="switch",
                **{"aria-label": f"{label}: {name}"},
            ),
        ],
        className="warnings-alert-head",
    )
    return html.Li(
        [head, *([_opened(found, alert)] if is_open else [])],
        className="warnings-alert is-open" if is_open else "warnings-alert",
        **{"data-alert": alert["alert_id"]},
    )


def _since(found: Alerts, alert: Alert) -> str:
    lang = found.scope.view.lang
    raised = numbers_text.day(alert["raised_date"], lang)
    if alert["is_by_hand"]:
        return text("warnings.alert.by_hand", lang, day=raised)
    return text(
        "warnings.alert.since",
        lang,
        day=raised,
        count=numbers_text.number(alert["alarm_day_count"]),
        last=numbers_text.day(alert["last_alarm_date"], lang),
    )


def _against(alert: Alert, found: Alerts) -> Element:
    """Observed against expected and the limit, on one scale."""
    lang = found.scope.view.lang
    seen, mean, upper = alert["observed_count"], alert["expected_count"], alert["upper_count"]
    scale = max(seen, upper) * 1.05
    words = text(
        "warnings.alert.against",
        lang,
        days=alert["window_days"],
        count=numbers_text.number(seen),
        expected=numbers_text.number(mean, 1),
        upper=numbers_text.number(upper),
    )
    return html.Div(
        [
            html.P(words),
            html.Span(
                [
                    html.I(className="warnings-seen"),
                    html.I(className="warnings-mean"),
                    html.I(className="warnings-upper"),
                ],
                className="warnings-against-bar",
                style={
                    "--seen": f"{seen / scale:.3f}",
                    "--mean": f"{mean / scale:.3f}",
                    "--upper": f"{upper / scale:.3f}",
                },
                **{"aria-hidden": "true"},
            ),
        ],
        className="warnings-against",
    )


def _opened(found: Alerts, alert: Alert) -> Element:
    return html.Div(
        [
            html.Div(
                [_days(found, alert), _second_opinion(found, alert)], className="warnings-part"
            ),
            html.Div(
                [_life(found, alert), _dispatch(found), _act(found, alert)],
                className="warnings-part",
            ),
        ],
        className="warnings-opened",
    )


def _days(found: Alerts, alert: Alert) -> Element:
    view, lang = found.scope.view, found.scope.view.lang
    days = found.days
    title = html.H4(text("warnings.alert.days", lang))
    if days.is_empty():
        return html.Div([title, empty(text("warnings.alert.days.none", lang))])
    name = warning_tables.alert_name(found, alert)
    figure = alert_chart(
        days,
        raised=alert["raised_date"],
        window_first=alert["window_first_date"],
        lang=lang,
        colours=colours(view.scheme),
    )
    label = text("warnings.alert.days.label", lang, name=name)
    return html.Div(
        [
            title,
            chart(
                figure,
                name="warnings-alert",
                label=label,
                view=view,
                table=warning_tables.days_table(found),
                height=ALERT_HEIGHT,
            ),
        ]
    )


def _second_opinion(found: Alerts, alert: Alert) -> Element:
    """What the textbook methods said on the alert's first day."""
    lang = found.scope.view.lang
    rows = []
    for name, code in (
        ("EARS C1", "is_ears_c1"),
        ("EARS C2", "is_ears_c2"),
        ("EARS C3", "is_ears_c3"),
        ("Farrington", "is_farrington"),
    ):
        said = alert[code]
        key = "unknown" if said is None else "agrees" if said else "differs"
        tone = {"unknown": "plain", "agrees": "bad", "differs": "plain"}[key]
        sign = {"unknown": "dash", "agrees": "alert", "differs": "check"}[key]
        rows.append(
            html.Li(
                [
                    html.Span(name, lang="en"),
                    chip(sign, text(f"warnings.opinion.{key}", lang), tone=tone),
                ]
            )
        )
    watch = alert["watch"]
    own = (
        text("warnings.opinion.by_hand", lang)
        if watch is None
        else text(
            f"warnings.opinion.{watch}",
            lang,
            days=alert["window_days"],
            chance=numbers_text.number(100 * alert["chance"], 2),
        )
    )
    return html.Div(
        [
            html.H4(text("warnings.opinion", lang)),
            html.P(own),
            html.Ul(rows, className="warnings-opinions"),
        ]
    )


def _life(found: Alerts, alert: Alert) -> Element:
    lang, zone = found.scope.view.lang, found.scope.context.published.zone(found.scope.view.county)
    reasons = text(f"warnings.reason.{alert['reason_code']}", lang) if alert["reason_code"] else ""

    def when(at: date | datetime) -> str:
        if isinstance(at, datetime):
            return numbers_text.moment(at, zone, lang)
        return numbers_text.day(at, lang)

    items = []
    for name, at in steps(alert):
        if at is None and name in ("silenced",):
            continue
        words = text("warnings.life.not_yet", lang) if at is None else when(at)
        if name == "silenced":
            words = text("warnings.life.until", lang, day=words, reason=reasons)
        if name == "dispatched" and alert["worker_code"]:
            words = f"{words} · {alert['worker_code']}"
        if name == "cleared" and at is not None:
            by = text(f"warnings.life.by_{alert['cleared_by']}", lang)
            words = f"{words} · {by}"
            if alert["cleared_by"] == "user" and reasons:
                words = f"{words} · {reasons}"
        items.append(
            html.Li(
                [html.B(text(f"warnings.life.{name}", lang)), html.Span(words)],
                className="is-done" if at is not None else "is-open",
            )
        )
    return html.Div(
        [html.H4(text("warnings.life", lang)), html.Ol(items, className="warnings-life")]
    )


def _dispatch(found: Alerts) -> Element:
    view, lang, said = found.scope.view, found.scope.view.lang, found.dispatch
    names = found.grid_names
    body: list[Element] = []
    if said.grid_code:
        name = names.get(said.grid_code, said.grid_code)
        body.append(
            html.P(
                [
                    text("warnings.dispatch.to", lang),
                    html.A(
                        name, href=view.href(area=said.grid_code, alert=""), className="cell-link"
                    ),
                ]
            )
        )
    if said.problem:
        body.append(html.P(text(f"warnings.dispatch.{said.problem}", lang), className="muted"))
    rows = [
        html.Tr(
            [
                html.Th(html.Code(one.worker_code), scope="row"),
                html.Td(names.get(one.grid_code, one.grid_code)),
                html.Td(
                    text("warnings.dispatch.own", lang)
                    if one.distance_km == 0
                    else numbers_text.number(one.distance_km, 1),
                    className="numeric",
                ),
                html.Td(numbers_text.number(one.open_count), className="numeric"),
                html.Td(
                    chip(
                        "check" if one.is_free else "clock",
                        text("warnings.free" if one.is_free else "warnings.busy", lang),
                        tone="good" if one.is_free else "fair",
                    )
                ),
            ]
        )
        for one in said.suggestions
    ]
    title = text("warnings.dispatch", lang)
    if rows:
        body.append(
            html.Div(
                html.Table(
                    [
                        html.Caption(title, className="visually-hidden"),
                        html.Thead(
                            html.Tr(
                                [
                                    html.Th(
                                        text(f"warnings.{name}", lang),
                                        scope="col",
                                        className=kind or None,
                                    )
                                    for name, kind in (
                                        ("worker", ""),
                                        ("grid", ""),
                                        ("km", "numeric"),
                                        ("open_cases", "numeric"),
                                        ("is_free", ""),
                                    )
                                ]
                            )
                        ),
                        html.Tbody(rows),
                    ],
                    className="warnings-table",
                ),
                className="scroll tall",
                tabIndex=0,
                role="region",
                **{"aria-label": title, "data-table": "dispatch"},
            )
        )
    rule = html.P(text("warnings.dispatch.rule", lang, most=MOST_OPEN_CASES), className="rule")
    return html.Div([html.H4(title), *body, rule])


def _act(found: Alerts, alert: Alert) -> Element:
    """How to acknowledge, send, silence or clear it: records that are loaded like any others."""
    lang = found.scope.view.lang
    source = found.source_id or text("warnings.act.source", lang)
    block = f"warnings-record-{alert['raised_date']:%Y%m%d}"
    worker = next((one.worker_code for one in found.dispatch.suggestions), "")
    return html.Details(
        [
            html.Summary(text("warnings.act", lang)),
            html.P(text("warnings.act.how", lang)),
            html.Pre(records_to_load(alert, worker), id=block, tabIndex=0),
            html.Pre(f"gridgov load {source} FILE\ngridgov build", tabIndex=0),
            html.Button(
                [
                    icon("download"),
                    text("warnings.act.copy", lang),
                    html.Span("", role="status"),
                ],
                type="button",
                className="switch",
                **{"data-copies": block, "data-done": text("warnings.act.copied", lang)},
            ),
        ],
        className="as-table warnings-act",
        **{"data-stays": "act"},
    )


def records_to_load(alert: dict[str, Any], worker_code: str) -> str:
    """Rows of dataset `user_actions` about an alert, one for each thing that can be done; who did
    it, when and under which number is filled in by whoever does it."""
    subject = f"alert,{alert['alert_id']}"
    columns = (
        "action_number,user_code,action_code,subject_kind_code,subject_number,acted_at,"
        "reason_code,silenced_until_date,worker_code"
    )
    rows = [
        f"…,…,acknowledged,{subject},…,,,",
        f"…,…,dispatched,{subject},…,,,{worker_code}",
        f"…,…,silenced,{subject},…,known_event,YYYY-MM-DD,",
        f"…,…,cleared,{subject},…,handled,,",
    ]
    return "\n".join([columns, *rows])


def _cleared(found: Alerts) -> Element:
    lang = found.scope.view.lang
    title = text("warnings.cleared", lang)
    if not found.cleared:
        return section(title, empty(text("warnings.cleared.none", lang)), name="warnings-cleared")
    view = found.scope.view
    rows = [
        html.Tr(
            [
                html.Th(
                    html.A(
                        warning_tables.alert_name(found, one),
                        href=view.href(alert=one["alert_id"]),
                        className="cell-link",
                    ),
                    scope="row",
                ),
                html.Td(f"{one['raised_date']:%m-%d} – {one['cleared_date']:%m-%d}")
                if one["cleared_date"]
                else html.Td(text("warnings.state.withdrawn", lang)),
                html.Td(
                    "—"
                    if one["observed_count"] is None
                    else f"{one['observed_count']} / {one['expected_count']:.1f}",
                    className="numeric",
                ),
                html.Td(
                    text(f"warnings.life.by_{one['cleared_by']}", lang)
                    if one["cleared_by"]
                    else "—"
                ),
            ]
        )
        for one in found.cleared
    ]
    heads = ("alert", "alert.span", "alert.counts", "alert.cleared_by")
    return section(
        title,
        html.Div(
            html.Table(
                [
                    html.Caption(title, className="visually-hidden"),
                    html.Thead(
                        html.Tr(
                            [
                                html.Th(
                                    text(f"warnings.{name}", lang),
                                    scope="col",
                                    className="numeric" if name == "alert.counts" else None,
                                )
                                for name in heads
                            ]
                        )
                    ),
                    html.Tbody(rows),
                ],
                className="warnings-table",
            ),
            className="scroll",
            tabIndex=0,
            role="region",
            **{"aria-label": title, "data-table": "cleared"},
        ),
        name="warnings-cleared",
    )


def _method(found: Alerts) -> Element:
    """How alerts are found, in plain words."""
    lang = found.scope.view.lang
    parts = {code: numbers_text.number(value, 1) for code, value in BUDGET.items()}
    whole = numbers_text.number(sum(BUDGET.values()), 1)
    return section(
        text("warnings.method", lang),
        html.Ol(
            [
                html.Li(text(f"warnings.method.{number}", lang, whole=whole, **parts))
                for number in (1, 2, 3, 4)
            ],
            className="warnings-method",
        ),
        html.A(
            text("warnings.method.kpis", lang),
            href=found.scope.view.href("/kpis", kpi="false_warning_rate", at="", alert=""),
            className="panel-link",
        ),
        name="warnings-method",
    )
