"""Early alerts: what is alive, what is behind the one that is open, and what to do about it."""

from dashboards import html, numbers_text
from dashboards.components.chart import empty
from dashboards.components.parts import chip
from dashboards.components.scroll_table import head, scroll_table
from dashboards.components.section import section
from dashboards.components.warnings.alert_opened import opened_alert
from dashboards.data import warning_tables
from dashboards.data.early_alerts import Alert, Alerts
from dashboards.html import Element
from dashboards.i18n import text
from warehouse.alerts.detect import BUDGET

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
        [head, *([opened_alert(found, alert)] if is_open else [])],
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
    heads = [
        head(text(f"warnings.{one}", lang), is_numeric=one == "alert.counts")
        for one in ("alert", "alert.span", "alert.counts", "alert.cleared_by")
    ]
    table = scroll_table(
        title, heads, rows, name="cleared", table_class="warnings-table", window=""
    )
    return section(title, table, name="warnings-cleared")


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
