"""The early alert that is open: its days, its grounds, its life, whom to send, and how to act."""

from datetime import date, datetime

from dashboards import html, numbers_text
from dashboards.components.chart import chart, empty
from dashboards.components.parts import chip, icon
from dashboards.components.scroll_table import head, scroll_table
from dashboards.data import warning_tables
from dashboards.data.early_alerts import Alert, Alerts, steps
from dashboards.figures.rain import ALERT_HEIGHT, alert_chart
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.theme import colours
from warehouse.alerts.dispatch import MOST_OPEN_CASES
from warehouse.alerts.life import MAY_FOLLOW, State


def opened_alert(found: Alerts, alert: Alert) -> Element:
    """All there is about the alert that is open."""
    act = _act(found, alert)
    return html.Div(
        [
            html.Div(
                [_days(found, alert), _second_opinion(found, alert)], className="warnings-part"
            ),
            html.Div(
                [_life(found, alert), _dispatch(found), *([act] if act is not None else [])],
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
        heads = [
            head(text(f"warnings.{one}", lang), is_numeric=one in ("km", "open_cases"))
            for one in ("worker", "grid", "km", "open_cases", "is_free")
        ]
        body.append(scroll_table(title, heads, rows, name="dispatch", table_class="warnings-table"))
    rule = html.P(text("warnings.dispatch.rule", lang, most=MOST_OPEN_CASES), className="rule")
    return html.Div([html.H4(title), *body, rule])


def _act(found: Alerts, alert: Alert) -> Element | None:
    """How to acknowledge, send, silence or clear it: commands of the officer on duty."""
    lang = found.scope.view.lang
    block = f"warnings-commands-{alert['raised_date']:%Y%m%d}"
    worker = next((one.worker_code for one in found.dispatch.suggestions), "")
    orders = commands(alert, worker)
    if not orders:
        return None
    return html.Details(
        [
            html.Summary(text("warnings.act", lang)),
            html.P(text("warnings.act.how", lang)),
            html.Pre("\n".join([*orders, "gridgov build"]), id=block, tabIndex=0),
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


def commands(alert: Alert, worker_code: str) -> list[str]:
    """One command for each thing that can be done about an alert in its state; who does it is
    filled in by whoever does it, and so is the last day of a silence.
    """
    more = {
        "acknowledged": "",
        "dispatched": f" --worker {worker_code}" if worker_code else "",
        "silenced": " --reason known_event --until YYYY-MM-DD",
        "cleared": " --reason handled",
    }
    state: State = alert["state"]
    return [
        f"gridgov warn act {alert['alert_id']} \\\n    --as {action} --by USER{more[action]}"
        for action in MAY_FOLLOW[state]
    ]
