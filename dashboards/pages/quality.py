"""Data quality: can the data be quoted today, what is late or missing, and what was refused."""

from dashboards import html, numbers_text
from dashboards.components.chart import empty
from dashboards.components.data_table import data_table, folded
from dashboards.components.frame import frame
from dashboards.components.parts import icon
from dashboards.components.quality import freshness_table, matrix, verdict_box
from dashboards.components.section import section
from dashboards.components.status_strip import read_status, status_strip
from dashboards.context import Context
from dashboards.data import quality, quality_tables
from dashboards.data.catalogue import kpis_with
from dashboards.data.quality import Delivery, RuleLine, Verdict
from dashboards.data.tables import Table
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.view import View

PATH = "/quality"
TITLE_KEY = "page.quality"


class Read:
    """What the page reads, once for all its sections."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.view, self.lang = scope.view, scope.view.lang
        self.context, county = scope.context, scope.view.county
        self.build = self.context.builds[county]
        self.zone = self.context.county(county).zone
        self.found: list[Delivery] = quality.deliveries(self.context, county)
        self.dataset = quality.checked_dataset(self.view.dataset, self.found)
        self.names = {one.dataset: one.name(self.lang.value) for one in self.found}
        self.rules = quality.rule_names(self.context)

    @property
    def chosen(self) -> list[Delivery]:
        """The chosen dataset, or all."""
        return [one for one in self.found if self.dataset in ("", one.dataset)]

    def lines(self, dataset: str) -> list[RuleLine]:
        """Rules of a dataset, or of all, against the newest batches."""
        return quality.rule_lines(self.context, self.view.county, dataset)

    @property
    def verdict(self) -> Verdict:
        """Of the whole county, whatever is chosen."""
        as_of = self.build.as_of_date
        return quality.verdict(
            self.found,
            refused=quality.refused_batches(self.context, self.view.county, as_of),
            lines=self.lines(""),
            as_of=as_of,
        )


def layout(view: View, context: Context) -> Element:
    """Verdict, deliveries, rules, refusals, batches, places, and how "now" came about."""
    read = Read(Scope(view, context))
    return frame(
        read.scope,
        _verdict(read),
        _deliveries(read),
        _chosen(read),
        _rules(read),
        _refusals(read),
        _batches(read),
        html.Div([_located(read), _as_of(read)], className="two"),
        path=PATH,
        shown=(),
    )


def tables(scope: Scope) -> list[Table]:
    """Everything the page shows, the batches as far back as the ledger goes."""
    read = Read(scope)
    lang, context, county = read.lang, read.context, read.view.county
    return [
        quality_tables.noted_table(read.verdict, read.names, read.rules, lang),
        quality_tables.freshness_rows(read.found, lang),
        quality_tables.gaps_table(read.chosen, lang),
        quality_tables.rules_table(read.lines(read.dataset), read.names, read.rules, lang),
        _refusals_table(read),
        quality_tables.batches_table(
            quality.batches(context, county, read.dataset, limit=quality.MOST_EXPORTED),
            read.names,
            read.view,
        ),
        _located_table(read),
        quality_tables.log_table(quality.build_log(context), lang),
    ]


def _verdict(read: Read) -> Element:
    verdict = read.verdict
    touched = {
        one.dataset: kpis_with(read.context.kpis.values(), one.dataset) for one in verdict.noted
    }
    return section(
        text("quality.verdict", read.lang),
        verdict_box(verdict, read.names, read.rules, read.view, touched=touched),
        name="quality-verdict",
    )


def _deliveries(read: Read) -> Element:
    lang, as_of = read.lang, read.build.as_of_date
    gaps = quality_tables.gaps_table(read.chosen, lang)
    return section(
        text("quality.freshness", lang),
        freshness_table(
            read.found,
            read.view,
            start=quality.strip_start(as_of),
            as_of=as_of,
            zone=read.zone,
        ),
        folded(
            text("quality.gaps.count", lang, count=len(gaps.rows)),
            data_table(gaps, read.view, zone=read.zone),
        )
        if gaps.rows
        else None,
        name="quality-freshness",
        note=text("quality.freshness.note", lang),
    )


def _chosen(read: Read) -> Element:
    """What the sections below are limited to, and the way back to all."""
    lang = read.lang
    if not read.dataset:
        return html.P(text("quality.chosen.all", lang), className="quality-limit muted")
    return html.P(
        [
            text("quality.chosen", lang, name=read.names[read.dataset]),
            html.A(
                [icon("close"), text("quality.chosen.clear", lang)],
                href=read.view.href(dataset=""),
                className="reset",
            ),
        ],
        className="quality-limit",
    )


def _rules(read: Read) -> Element:
    lang = read.lang
    lines = read.lines(read.dataset)
    broken = [line for line in lines if line.failed_count]
    sound = [line for line in lines if not line.failed_count]

    def drawn(some: list[RuleLine]) -> Element:
        return matrix(some, read.view, names=read.names, rules=read.rules)

    return section(
        text("quality.matrix", lang),
        drawn(broken) if broken else empty(text("quality.matrix.none", lang)),
        folded(text("quality.matrix.sound", lang, count=len(sound)), drawn(sound))
        if sound and read.dataset
        else html.P(text("quality.matrix.kept", lang, count=len(sound)), className="muted"),
        name="quality-rules",
        note=text("quality.matrix.note", lang, batches=quality.MATRIX_BATCHES, broken=len(broken)),
    )


def _refusals_table(read: Read) -> Table:
    rows = quality.refusals(read.context, read.view.county, read.dataset)
    return quality_tables.refusals_table(rows, read.names, read.rules, read.view)


def _refusals(read: Read) -> Element:
    table = _refusals_table(read)
    return section(
        text("quality.refusals", read.lang),
        data_table(table, read.view, zone=read.zone)
        if table.rows
        else empty(text("quality.refusals.none", read.lang)),
        name="quality-refusals",
        note=table.note,
    )


def _batches(read: Read) -> Element:
    lang, county = read.lang, read.view.county
    rows = quality.batches(read.context, county, read.dataset)
    total = quality.batch_count(read.context, county, read.dataset)
    return section(
        text("quality.batches", lang),
        data_table(
            quality_tables.batches_table(rows, read.names, read.view), read.view, zone=read.zone
        )
        if rows.height
        else empty(text("quality.batches.none", lang)),
        name="quality-batches",
        note=text("quality.batches.note", lang, shown=rows.height, total=total),
    )


def _located(read: Read) -> Element:
    status = read_status(read.context, read.view.county)
    return section(
        text("quality.located", read.lang),
        status_strip(status, zone=read.zone, lang=read.lang),
        name="quality-located",
        note=text("quality.located.note", read.lang),
    )


def _located_table(read: Read) -> Table:
    lang = read.lang
    located = read_status(read.context, read.view.county).located
    return Table(
        "located",
        text("quality.located", lang),
        quality_tables.heads(lang, "method", "cases"),
        [[text(f"quality.method.{method}", lang), count] for method, count in located.items()],
    )


def _as_of(read: Read) -> Element:
    """What "now" is, how it was found, and how this version was built."""
    lang, zone = read.lang, read.zone
    build = quality.build_of(read.context, read.view.county)
    newest = max(
        (one for one in read.found if one.row["newest_record_at"] is not None),
        key=lambda one: one.row["newest_record_at"],
        default=None,
    )
    log = quality_tables.log_table(quality.build_log(read.context), lang)
    lines = [
        ("as_of", numbers_text.moment(build["as_of_at"], zone, lang)),
        ("found", text(f"quality.as_of.{'pinned' if build['is_pinned'] else 'newest'}", lang)),
    ]
    if newest:
        moment = numbers_text.moment(newest.row["newest_record_at"], zone, lang)
        lines.append(("newest", f"{newest.name(lang.value)} · {moment}"))
    lines += [
        ("built", numbers_text.moment(build["built_at"], zone, lang)),
        ("version", str(read.build.version)),
        ("trust", text("quality.as_of.trust", lang)),
    ]
    return section(
        text("quality.as_of", lang),
        html.Dl(
            [
                html.Div([html.Dt(text(f"quality.as_of.{key}.label", lang)), html.Dd(words)])
                for key, words in lines
            ],
            className="receipt-lines",
        ),
        html.H3(text("quality.log", lang), className="quality-h3"),
        data_table(log, read.view, zone=zone)
        if log.rows
        else empty(text("quality.log.none", lang)),
        name="quality-as-of",
    )
