"""The receipt of a number: what it means, what went into it, and the cases behind it."""

from datetime import date, datetime, timedelta, tzinfo

import polars as pl

from dashboards import html, numbers_text
from dashboards.components.parts import icon
from dashboards.components.why import why_parts
from dashboards.components.words import kpi_name
from dashboards.context import Context
from dashboards.data.receipt import ReceiptData, read_receipt
from dashboards.data.why import why
from dashboards.html import Element
from dashboards.i18n import Lang, catalogue, text
from dashboards.names import code_names
from dashboards.scope import Scope, area_name
from dashboards.view import View
from warehouse.catalogue import Kpi, Text, get_kpi, load_caveats

COLUMNS_OF_CASES = (
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


def receipt(view: View, context: Context, *, path: str) -> Element:
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
                        href=view.href(path, receipt="", role="", of=""),
                        className="switch icon-only",
                        **{"aria-label": text("receipt.close", lang)},
                    ),
                ],
                className="receipt-head",
            ),
            _value(data, lang),
            why_parts(list(why(scope, data.cell)), data.kpi, view),
            _pairs(_definition(data, scope), lang),
            _pairs(_sources(data, scope), lang),
            _parts(data, lang) if data.parts is not None else _rows(data, view, path, zone),
        ],
        className="receipt",
        **{"data-receipt": data.kpi.kpi_id},
    )


def _say(words: Text, lang: Lang) -> str:
    return words.zh if lang is Lang.ZH else words.en


def _value(data: ReceiptData, lang: Lang) -> Element:
    row, kpi = data.row, data.kpi
    parts = [
        ("receipt.numerator", numbers_text.number(row["numerator"])),
        ("receipt.denominator", numbers_text.number(row["denominator"])),
        ("receipt.excluded", numbers_text.number(row["excluded_count"])),
        ("receipt.not_yet_due", numbers_text.number(row["not_yet_due_count"])),
    ]
    return html.Div(
        [
            html.P(
                numbers_text.value(row["value"], kpi, lang)
                if row["value"] is not None
                else numbers_text.missing(row, lang),
                className="receipt-value",
            ),
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
        ("receipt.basis", text(f"receipt.basis.{kpi.date or 'none'}", lang)),
        ("receipt.scope", _scope_words(data, scope)),
        (
            "receipt.period",
            numbers_text.days(row["period_start_date"], row["period_end_date"] - ONE_DAY, lang),
        ),
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


def _scope_words(data: ReceiptData, scope: Scope) -> str:
    lang, context = scope.view.lang, scope.context
    words = [area_name(scope, scope.areas[scope.view.county])]
    for name, codes in data.cell.filters.items():
        names: dict[str, str] = {}
        if name == "department":
            names = scope.department_names
        elif name in ("town", "community"):
            names = {code: area.name for code, area in scope.areas.items()}
        elif name != "grid" and data.kpi.fact:
            column = data.kpi.about.column_of(name)
            names = code_names(context, scope.view.county, column, lang) if column else {}
        words += [names.get(code, code) for code in codes]
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


def _pairs(lines: list[tuple[str, str]], lang: Lang) -> Element:
    return html.Dl(
        [html.Div([html.Dt(text(key, lang)), html.Dd(words)]) for key, words in lines],
        className="receipt-lines",
    )


def _rows(data: ReceiptData, view: View, path: str, zone: tzinfo) -> Element:
    lang = view.lang
    if data.rows is None:
        return html.P(text("receipt.rows.personal", lang), className="muted")
    shown = numbers_text.number(data.rows.height)
    total = numbers_text.number(data.total)
    words = (
        text("receipt.rows.first", lang, shown=shown)
        if data.total is None
        else text("receipt.rows.shown", lang, shown=shown, total=total)
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H3(text("receipt.rows", lang)),
                    html.Span(words, className="muted"),
                    *(
                        html.A(
                            [icon("download"), text(f"receipt.download.{kind}", lang)],
                            href=f"/api/receipt.{kind}?{view.to_query()}",
                            download=True,
                            className="panel-link",
                        )
                        for kind in ("xlsx", "csv")
                    ),
                ],
                className="receipt-rows-head",
            ),
            _roles(data, view, path),
            _table(data, data.rows, lang, zone)
            if data.rows.height
            else html.P(text("receipt.rows.none", lang)),
        ],
        className="receipt-rows",
    )


def _parts(data: ReceiptData, lang: Lang) -> Element:
    """What each part gives to a score."""
    if data.parts is None:
        raise ValueError(f"{data.kpi.kpi_id} has no parts")
    heads = ("name", "value", "weight", "points")
    lines = []
    for part in data.parts.iter_rows(named=True):
        kpi = get_kpi(part["part_id"])
        lines.append(
            [
                kpi_name(kpi, lang),
                numbers_text.value(part["value"], kpi, lang),
                numbers_text.number(part["weight"], 2),
                numbers_text.number(part["points"], 2),
            ]
        )
    return html.Section(
        [
            html.H3(text("receipt.parts", lang)),
            html.Table(
                [
                    html.Thead(
                        html.Tr([html.Th(text(f"receipt.part.{name}", lang)) for name in heads])
                    ),
                    html.Tbody([html.Tr([html.Td(cell) for cell in line]) for line in lines]),
                ]
            ),
        ],
        className="receipt-rows",
    )


def _roles(data: ReceiptData, view: View, path: str) -> Element:
    choices = [("", "all", data.total if not data.role else sum(data.counts.values()))]
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


def _table(data: ReceiptData, rows: pl.DataFrame, lang: Lang, zone: tzinfo) -> Element:
    columns = _columns(data.kpi, rows)
    return html.Div(
        html.Table(
            [
                html.Thead(
                    html.Tr([html.Th(_head(name, data.kpi, lang), scope="col") for name in columns])
                ),
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
                        for row in rows.select(columns).iter_rows(named=True)
                    ]
                ),
            ]
        ),
        className="scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": text("receipt.rows", lang)},
    )


def _columns(kpi: Kpi, rows: pl.DataFrame) -> list[str]:
    """What is shown of a row: its key and part, what is measured, its times and its origin."""
    if kpi.fact == "fct_cases":
        wanted: list[str | None] = list(COLUMNS_OF_CASES)
        wanted.insert(2, kpi.measure)
    else:
        added = [name for name in (kpi.numerator, kpi.denominator) if kpi.kind == "ratio"]
        wanted = [rows.columns[0], "role", kpi.measure, *added, kpi.date, *COLUMNS_OF_CASES[-3:]]
    return [name for name in dict.fromkeys(wanted) if name and name in rows.columns]


def _head(name: str, kpi: Kpi, lang: Lang) -> str:
    if name == kpi.measure:
        return text("receipt.column.measure", lang)
    key = f"receipt.column.{name}"
    if key in catalogue(lang):
        return text(key, lang)
    if name == kpi.date:
        return text("receipt.column.date", lang)
    if name == kpi.about.key:
        return text("receipt.column.key", lang)
    return text(
        "receipt.column.numerator" if name == kpi.numerator else "receipt.column.denominator", lang
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
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return numbers_text.number(value, 1)
    return str(value)
