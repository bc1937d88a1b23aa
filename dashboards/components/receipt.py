"""The receipt of a number: what it means, what went into it, and the cases behind it."""

from datetime import datetime, timedelta, tzinfo

from dash import html
from dash.development.base_component import Component

from dashboards import numbers_text
from dashboards.components.parts import icon
from dashboards.components.tile import kpi_name
from dashboards.context import Context
from dashboards.i18n import Lang, text
from dashboards.receipt_data import ReceiptData, read_receipt
from dashboards.scope import Scope
from dashboards.view import View
from warehouse.catalogue import Kpi, Text, load_caveats

COLUMNS = (
    "case_id",
    "role",
    "reported_at",
    "first_response_at",
    "due_at",
    "closed_at",
    "batch_id",
    "file_name",
    "source_row_number",
)
ONE_DAY = timedelta(days=1)


def receipt(view: View, context: Context, *, path: str) -> Component:
    """All of the drawer."""
    scope = Scope(view, context)
    data = read_receipt(scope)
    lang = view.lang
    zone = context.county(view.county).zone
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.P(text("receipt.title", lang), className="receipt-kind"),
                            html.H2(
                                [
                                    kpi_name(data.kpi, lang),
                                    html.Span(
                                        kpi_name(data.kpi, lang.other),
                                        className="other-lang",
                                        lang=lang.other.tag,
                                    ),
                                ]
                            ),
                        ]
                    ),
                    html.A(
                        icon("close"),
                        href=view.href(path, receipt="", role=""),
                        className="switch icon-only",
                        **{"aria-label": text("receipt.close", lang)},
                    ),
                ],
                className="receipt-head",
            ),
            _value(data, lang),
            _pairs(_definition(data, scope), lang),
            _pairs(_sources(data, scope), lang),
            _rows(data, view, path, zone),
        ],
        className="receipt",
        **{"data-receipt": data.kpi.kpi_id},
    )


def _say(words: Text, lang: Lang) -> str:
    return words.zh if lang is Lang.ZH else words.en


def _value(data: ReceiptData, lang: Lang) -> Component:
    row, kpi = data.row, data.kpi
    parts = [
        ("receipt.numerator", numbers_text.number(row["numerator"])),
        ("receipt.denominator", numbers_text.number(row["denominator"])),
        ("receipt.excluded", numbers_text.number(row["excluded_count"])),
        ("receipt.not_yet_due", numbers_text.number(row["not_yet_due_count"])),
    ]
    return html.Div(
        [
            html.P(numbers_text.value(row["value"], kpi, lang), className="receipt-value"),
            html.Dl(
                [
                    html.Div([html.Dt(text(key, lang)), html.Dd(figure)])
                    for key, figure in parts
                    if figure != "—"
                ],
                className="receipt-parts",
            ),
        ],
        className="receipt-sum",
    )


def _definition(data: ReceiptData, scope: Scope) -> list[tuple[str, str]]:
    lang, row, kpi = scope.view.lang, data.row, data.kpi
    lines = [
        ("receipt.definition", _say(kpi.question, lang)),
        ("receipt.formula", _say(kpi.formula, lang)),
        ("receipt.basis", text(f"receipt.basis.{kpi.date}", lang)),
        ("receipt.scope", _scope_words(scope)),
        ("receipt.period", numbers_text.days(scope.days.first, scope.days.last, lang)),
    ]
    if row["interval_low"] is not None:
        interval = numbers_text.interval(row["interval_low"], row["interval_high"], kpi)
        lines.append(("receipt.interval", interval))
    if row["is_provisional"] and row["value_due_passed"] is not None:
        passed = numbers_text.value(row["value_due_passed"], kpi, lang)
        lines.append(("tile.provisional", text("tile.due_passed", lang, value=passed)))
    if row["target"] is not None:
        lines.append(("receipt.target", numbers_text.value(row["target"], kpi, lang)))
    if baseline := kpi.baseline_of(scope.view.county):
        shown = numbers_text.value(baseline.value, kpi, lang)
        lines.append(("receipt.baseline", f"{shown} · {_say(baseline.reference, lang)}"))
    lines += [
        (f"receipt.{back}", _compared(data, back, lang))
        for back in ("previous", "last_year")
        if row[f"{back}_value"] is not None
    ]
    return lines


def _compared(data: ReceiptData, back: str, lang: Lang) -> str:
    row = data.row
    last = row[f"{back}_end_date"] - ONE_DAY
    value = numbers_text.value(row[f"{back}_value"], data.kpi, lang)
    return f"{value} · {numbers_text.days(row[f'{back}_start_date'], last, lang)}"


def _scope_words(scope: Scope) -> str:
    build, lang = scope.context.builds[scope.view.county], scope.view.lang
    words = [build.name_zh if lang is Lang.ZH else build.name_en]
    if scope.area.level != "county":
        words.append(scope.area.name)
    if scope.view.department:
        zh, en = scope.departments[scope.view.department]
        words.append(zh if lang is Lang.ZH else en)
    return " · ".join(words)


def _sources(data: ReceiptData, scope: Scope) -> list[tuple[str, str]]:
    lang, kpi = scope.view.lang, data.kpi
    build = scope.context.builds[scope.view.county]
    zone = scope.context.county(scope.view.county).zone
    built = numbers_text.moment(build.built_at, zone, lang)
    return [
        ("receipt.as_of", numbers_text.moment(build.as_of_at, zone, lang)),
        ("receipt.version", f"{build.version} · {text('header.built', lang, time=built)}"),
        ("receipt.owner", _say(kpi.owner, lang)),
        ("receipt.reference", _say(kpi.reference, lang)),
        *(
            [
                (
                    "receipt.caveats",
                    "\n".join(_say(load_caveats()[code], lang) for code in kpi.caveats),
                )
            ]
            if kpi.caveats
            else []
        ),
    ]


def _pairs(lines: list[tuple[str, str]], lang: Lang) -> Component:
    return html.Dl(
        [html.Div([html.Dt(text(key, lang)), html.Dd(words)]) for key, words in lines],
        className="receipt-lines",
    )


def _rows(data: ReceiptData, view: View, path: str, zone: tzinfo) -> Component:
    lang = view.lang
    shown = text(
        "receipt.rows.shown",
        lang,
        shown=numbers_text.number(data.rows.height),
        total=numbers_text.number(data.total),
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H3(text("receipt.rows", lang)),
                    html.Span(shown, className="muted"),
                    html.A(
                        [icon("download"), text("receipt.download", lang)],
                        href=f"/api/receipt.csv?{view.to_query()}",
                        download=True,
                        className="panel-link",
                    ),
                ],
                className="receipt-rows-head",
            ),
            _roles(data, view, path),
            _table(data, lang, zone)
            if data.rows.height
            else html.P(text("receipt.rows.none", lang)),
        ],
        className="receipt-rows",
    )


def _roles(data: ReceiptData, view: View, path: str) -> Component:
    choices = [("", "all", sum(data.counts.values()))]
    choices += [(role, role, count) for role, count in data.counts.items()]
    return html.Div(
        [
            html.A(
                [_role(key, data.kpi, view.lang), html.Small(numbers_text.number(count))],
                href=view.href(path, role=role),
                **({"aria-current": "true"} if role == view.role else {}),
            )
            for role, key, count in choices
        ],
        className="segments",
        role="group",
        **{"aria-label": text("receipt.column.role", view.lang)},
    )


def _table(data: ReceiptData, lang: Lang, zone: tzinfo) -> Component:
    columns = [name for name in COLUMNS if name in data.rows.columns]
    if data.kpi.measure and data.kpi.measure in data.rows.columns:
        columns.insert(2, data.kpi.measure)
    heads = [
        text(f"receipt.column.{'measure' if name == data.kpi.measure else name}", lang)
        for name in columns
    ]
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head) for head in heads])),
                html.Tbody(
                    [
                        html.Tr(
                            [
                                html.Td(
                                    _role(row["role"], data.kpi, lang)
                                    if name == "role"
                                    else _cell(value, zone)
                                )
                                for name, value in row.items()
                            ],
                            **{"data-role": row["role"]},
                        )
                        for row in data.rows.select(columns).iter_rows(named=True)
                    ]
                ),
            ]
        ),
        className="scroll",
        tabIndex=0,
    )


def _role(role: str, kpi: Kpi, lang: Lang) -> str:
    """A case's part in words; where no cases make a numerator, those of the denominator count."""
    is_measured = role == "denominator" and kpi.kind in ("mean", "quantile")
    return text(f"receipt.role.{'measured' if is_measured else role}", lang)


def _cell(value: object, zone: tzinfo) -> str:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return numbers_text.number(value, 1)
    return str(value)
