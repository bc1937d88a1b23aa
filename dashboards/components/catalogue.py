"""Parts of the KPI catalogue: the list to choose from, and the card of the chosen one."""

from collections.abc import Sequence
from datetime import date

from dashboards import html, numbers_text
from dashboards.catalogue_words import asked_words, definition, result_words, say, standing
from dashboards.components.data_table import data_table
from dashboards.components.number import number
from dashboards.components.parts import chip, icon, search
from dashboards.components.words import kpi_name, lacking_words
from dashboards.data.catalogue import Entry, Lineage
from dashboards.data.catalogue_tables import lacking
from dashboards.data.tables import Table
from dashboards.figures.lineage import Box, Column, Joint
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.view import View
from warehouse.catalogue import Kpi, get_kpi
from warehouse.catalogue.examples import Example

LIST = "kpis"
STATUS = {"met": ("check", "good"), "missed": ("alert", "bad")}
SIGN = {"higher": "≥", "lower": "≤", "neither": "="}
LISTED_MODELS = 5
"""Names of intermediate models in the drawing before the rest is only counted."""


def kpi_list(found: Sequence[Entry], view: View) -> Element:
    """Search, subjects, and every KPI with its value under its subject."""
    lang = view.lang
    there = list(dict.fromkeys(entry.subject for entry in found))
    return html.Nav(
        [
            html.H2(text("catalogue.all", lang, count=len(found))),
            search(LIST, text("catalogue.search", lang)),
            html.Div(
                [_tag("", text("catalogue.subject.all", lang), is_on=True)]
                + [_tag(name, text(f"subject.{name}", lang)) for name in there],
                className="catalogue-tags",
                role="group",
                **{"aria-label": text("catalogue.column.subject", lang)},
            ),
            html.P(
                text("catalogue.found", lang).replace("#", str(len(found))),
                className="muted catalogue-count",
                role="status",
                **{"data-count-of": LIST, "data-words": text("catalogue.found", lang)},
            ),
            html.Div(
                [_group(name, found, view) for name in there],
                className="catalogue-groups",
                **{"data-scrolls": "list"},
            ),
        ],
        className="panel catalogue-list",
        **{"aria-label": text("page.catalogue", lang)},
    )


def _tag(name: str, words: str, *, is_on: bool = False) -> Element:
    return html.Button(
        words,
        type="button",
        value=name,
        **{"data-tag-of": LIST, "aria-pressed": "true" if is_on else "false"},
    )


def _group(name: str, found: Sequence[Entry], view: View) -> Element:
    return html.Section(
        [
            html.H3(text(f"subject.{name}", view.lang)),
            html.Ul([_item(entry, view) for entry in found if entry.subject == name]),
        ],
        **{"data-group-of": LIST},
    )


def _item(entry: Entry, view: View) -> Element:
    lang, kpi = view.lang, entry.kpi
    words = (kpi.kpi_id, kpi.name.zh, kpi.name.en, kpi.question.zh, kpi.question.en, kpi.owner.zh)
    current = {"aria-current": "true"} if kpi.kpi_id == view.kpi else {}
    return html.Li(
        [
            html.A(
                kpi_name(kpi, lang),
                href=view.href(kpi=kpi.kpi_id, receipt="", of="", role=""),
                className="catalogue-name",
                **current,
            ),
            status_sign(entry, lang),
            html.Span(value_of(entry, view), className="catalogue-value"),
        ],
        **{"data-found-in": LIST, "data-words": " ".join(words), "data-tag": entry.subject},
    )


def status_sign(entry: Entry, lang: Lang) -> Element:
    """Whether the target is met, as a sign that says so."""
    found = entry.figure.row["status"] if entry.figure else ""
    if found not in STATUS:
        return html.Span(className="catalogue-sign")
    sign, tone = STATUS[found]
    return html.Span(
        icon(sign),
        className=f"catalogue-sign {tone}",
        role="img",
        title=text(f"status.{found}", lang),
        **{"aria-label": text(f"status.{found}", lang)},
    )


def value_of(entry: Entry, view: View) -> Element:
    """The value over the page's scope, or why there is none."""
    if entry.figure:
        return number(entry.figure, view)
    if entry.lacks == "people":
        note = text("catalogue.no_people.note", view.lang)
    else:
        note = lacking_words(entry.lacks, view.lang)
    return html.Span(lacking(entry.lacks, view.lang), className="no-value", title=note)


def head(entry: Entry, view: View, *, as_of: date) -> Element:
    """Question, value against its target, and where to look further."""
    lang, kpi = view.lang, entry.kpi
    row = entry.figure.row if entry.figure else None
    facts: list[Element] = []
    if row and row["target"] is not None:
        target = numbers_text.value(row["target"], kpi, lang)
        facts.append(html.Span(text("tile.target", lang, sign=SIGN[kpi.better], value=target)))
        if row["status"] in STATUS:
            sign, tone = STATUS[row["status"]]
            facts.append(chip(sign, text(f"status.{row['status']}", lang), tone=tone))
    if row and row["interval_low"] is not None:
        interval = numbers_text.interval(row["interval_low"], row["interval_high"], kpi)
        facts.append(html.Span(f"{text('receipt.interval', lang)} {interval}"))
    if kpi.next_review < as_of:
        facts.append(chip("clock", text("catalogue.review_due", lang), tone="fair"))
    return html.Div(
        [
            html.P(
                [
                    html.Span(
                        kpi_name(kpi, lang.other), className="other-lang", lang=lang.other.tag
                    ),
                    html.Code(kpi.kpi_id),
                ],
                className="catalogue-ids",
            ),
            html.P(say(kpi.question, lang), className="catalogue-question"),
            html.Div(
                [html.Span(value_of(entry, view), className="catalogue-figure"), *facts],
                className="catalogue-standing",
            ),
        ]
    )


def definition_list(kpi: Kpi, lang: Lang) -> Element:
    """How the value comes about."""
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(text(f"catalogue.line.{key}", lang)),
                    html.Dd([words, *(html.Code(code) for code in codes)]),
                ]
            )
            for key, words, codes in definition(kpi, lang)
        ],
        className="catalogue-lines",
    )


def standing_list(kpi: Kpi, county_code: str, lang: Lang) -> Element:
    """What is expected of it, and who answers for it."""
    lines = standing(kpi, county_code, lang)
    lines += [
        ("reviewed", numbers_text.day(kpi.reviewed, lang)),
        ("next_review", numbers_text.day(kpi.next_review, lang)),
    ]
    grouped: dict[str, list[str]] = {}
    for key, words in lines:
        grouped.setdefault(key, []).append(words)
    return html.Dl(
        [
            html.Div(
                [html.Dt(text(f"catalogue.line.{key}", lang)), *(html.Dd(one) for one in words)]
            )
            for key, words in grouped.items()
        ],
        className="catalogue-lines",
    )


def example_block(
    example: Example, tables: Sequence[Table], kpi: Kpi, view: View, *, is_open: bool
) -> Element:
    """An example: its records, what is asked, and the value that must come out."""
    lang = view.lang
    value, parts = result_words(kpi, example.expect, lang)
    body: list[Element] = [html.P(asked_words(example, lang), className="muted")]
    for table in tables:
        body += [html.H4(table.title), data_table(table, view)]
    body.append(
        html.P(
            [
                html.Span(f"{kpi_name(kpi, lang)} = "),
                html.B(value),
                html.Span(f" · {parts}" if parts else "", className="muted"),
            ],
            className="catalogue-result",
        )
    )
    return html.Details(
        [html.Summary(say(example.title, lang)), *body],
        className="catalogue-example",
        open=is_open,
    )


def sql_block(sql: str, lang: Lang) -> Element:
    """SQL to look at and to copy."""
    return html.Details(
        [
            html.Summary(text("catalogue.sql.show", lang)),
            html.Div(
                [
                    html.Button(
                        [
                            text("catalogue.sql.copy", lang),
                            html.Span("", role="status", className="catalogue-copied"),
                        ],
                        type="button",
                        className="catalogue-copy",
                        **{
                            "data-copies": "catalogue-sql",
                            "data-done": text("catalogue.sql.copied", lang),
                        },
                    ),
                    html.Pre(
                        html.Code(sql, id="catalogue-sql"),
                        tabIndex=0,
                        role="region",
                        **{"aria-label": "SQL"},
                    ),
                ],
                className="catalogue-sql",
            ),
        ],
        className="catalogue-example",
    )


def drawn(
    found: Lineage, lang: Lang, page_names: dict[str, str]
) -> tuple[list[Column], list[Joint]]:
    """The boxes and joints of a KPI's lineage, from the newest files to the pages."""
    joints: list[Joint] = []
    files, datasets = [], []
    for origin in found.origins:
        name = origin.dataset
        if origin.file_name:
            count = text("catalogue.lineage.batches", lang, count=origin.batch_count)
            files.append(Box(f"file {name}", origin.file_name, count))
        datasets.append(Box(f"dataset {name}", origin.names[lang.value], origin.staging))
        joints.append((f"file {name}", f"dataset {name}"))
    between = []
    for fact in found.facts:
        into = f"fact {fact.fact}"
        if fact.between:
            title = text("catalogue.lineage.models", lang, count=len(fact.between))
            between.append(
                Box(f"between {fact.fact}", title, lines=_some(fact.between), weight="faint")
            )
            joints.append((f"between {fact.fact}", into))
            into = f"between {fact.fact}"
        joints += [(f"dataset {name}", into) for name in fact.datasets]
    is_score = found.kpi.kpi_id not in found.parts
    for part, names in found.parts.items():
        joints += [(f"fact {name}", f"kpi {part}") for name in names]
        if is_score:
            joints.append((f"kpi {part}", f"kpi {found.kpi.kpi_id}"))
    parts = [_kpi_box(get_kpi(part), lang) for part in found.parts] if is_score else []
    joints += [(f"kpi {found.kpi.kpi_id}", f"page {path}") for path in found.pages]
    return [
        Column(text("catalogue.lineage.files", lang), 164, tuple(files)),
        Column(text("catalogue.lineage.datasets", lang), 196, tuple(datasets)),
        Column(text("catalogue.lineage.between", lang), 180, tuple(between)),
        Column(
            text("catalogue.lineage.facts", lang),
            172,
            tuple(Box(f"fact {fact.fact}", fact.fact) for fact in found.facts),
        ),
        Column(text("catalogue.lineage.parts", lang), 150, tuple(parts)),
        Column(
            text("catalogue.lineage.kpi", lang),
            158,
            (_kpi_box(found.kpi, lang, weight="strong"),),
        ),
        Column(
            text("catalogue.lineage.pages", lang),
            76,
            tuple(Box(f"page {path}", page_names[path]) for path in found.pages),
        ),
    ], joints


def _kpi_box(kpi: Kpi, lang: Lang, weight: str = "plain") -> Box:
    return Box(f"kpi {kpi.kpi_id}", kpi_name(kpi, lang), kpi.kpi_id, weight=weight)


def _some(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) <= LISTED_MODELS:
        return tuple(names)
    return (*names[: LISTED_MODELS - 1], f"+ {len(names) - LISTED_MODELS + 1}")
