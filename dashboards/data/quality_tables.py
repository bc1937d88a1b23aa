"""The tables of the page on data quality, for the page and for its export."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from dashboards.data.quality import Delivery, RuleLine, Verdict
from dashboards.data.tables import Link, Table
from dashboards.i18n import Lang, catalogue, text
from dashboards.quality_words import (
    Names,
    batch_head,
    judged,
    noted_words,
    promise,
    rule_words,
    share,
    state,
)
from dashboards.view import View


def heads(lang: Lang, *keys: str) -> list[str]:
    """Titles of columns."""
    return [text(f"quality.column.{key}", lang) for key in keys]


def noted_table(verdict: Verdict, names: Mapping[str, str], rules: Names, lang: Lang) -> Table:
    """The reservations of the verdict."""
    return Table(
        "verdict",
        text("quality.verdict", lang),
        heads(lang, "dataset", "noted"),
        [
            [names.get(one.dataset, one.dataset), noted_words(one, rules, lang)]
            for one in verdict.noted
        ],
    )


def freshness_rows(found: Sequence[Delivery], lang: Lang) -> Table:
    """Every dataset against its promise."""
    return Table(
        "freshness",
        text("quality.freshness", lang),
        heads(
            lang,
            "dataset",
            "department",
            "state",
            "newest",
            "received",
            "promise",
            "batches",
            "records",
            "refused",
        ),
        [
            [
                one.name(lang.value),
                one.department(lang.value),
                state(one, lang),
                one.row["newest_record_at"],
                one.row["last_received_at"],
                promise(one, lang),
                one.row["batch_count"],
                one.row["record_count"],
                one.row["rows_refused"],
            ]
            for one in found
        ],
    )


def gaps_table(found: Sequence[Delivery], lang: Lang) -> Table:
    """Every spell of days without records, the newest first."""
    gaps = [(gap, one) for one in found for gap in one.gaps]
    gaps.sort(key=lambda pair: (pair[0]["gap_from_date"], pair[1].dataset), reverse=True)
    return Table(
        "gaps",
        text("quality.gaps", lang),
        heads(lang, "dataset", "gap_from", "gap_to", "gap_days", "missing", "gap_state"),
        [
            [
                one.name(lang.value),
                gap["gap_from_date"],
                date.fromordinal(gap["gap_to_date"].toordinal() - 1),
                gap["gap_days"],
                gap["missing_record_count"],
                text(f"quality.gap.{'open' if gap['is_open'] else 'over'}", lang),
            ]
            for gap, one in gaps
        ],
    )


def batches_table(rows: pl.DataFrame, names: Mapping[str, str], view: View) -> Table:
    """Batches with what was read, landed and refused."""
    lang = view.lang
    return Table(
        "batches",
        text("quality.batches", lang),
        heads(
            lang,
            "received",
            "dataset",
            "file",
            "rows_read",
            "rows_landed",
            "rows_refused",
            "status",
            "load_seconds",
            "size",
            "batch",
            "contract",
            "notes",
        ),
        [
            [
                row["received_at"],
                Link(names.get(row["dataset"], row["dataset"]), view.href(dataset=row["dataset"])),
                row["file_name"],
                row["rows_read"],
                row["rows_landed"],
                row["rows_refused"],
                text(f"quality.status.{row['status']}", lang),
                row["load_seconds"],
                row["file_kb"],
                row["batch_id"],
                row["contract_version"],
                _noted(row["notes"], lang),
            ]
            for row in rows.iter_rows(named=True)
        ],
        decimals={text("quality.column.load_seconds", lang): 2},
    )


def _noted(notes: str | None, lang: Lang) -> str | None:
    """What loading noted, in the page's language where it says it in both."""
    lines = []
    for line in (notes or "").splitlines():
        zh, _, en = line.partition(" / ")
        zh_value = en.partition(": ")[2]
        lines.append(en if lang is Lang.EN and en else f"{zh}: {zh_value}" if zh_value else line)
    return "; ".join(lines) or None


def refusals_table(rows: pl.DataFrame, names: Mapping[str, str], rules: Names, view: View) -> Table:
    """Refused rows by reason."""
    lang = view.lang
    return Table(
        "refusals",
        text("quality.refusals", lang),
        heads(lang, "dataset", "reason", "rows_refused", "batches", "last_batch", "code"),
        [
            [
                Link(names.get(row["dataset"], row["dataset"]), view.href(dataset=row["dataset"])),
                rule_words(row["dataset"], row["reason"], names=rules, lang=lang),
                row["row_count"],
                row["batch_count"],
                row["last_at"],
                row["reason"],
            ]
            for row in rows.iter_rows(named=True)
        ],
        note=text("quality.refusals.note", lang),
    )


def rules_table(
    lines: Sequence[RuleLine], names: Mapping[str, str], rules: Names, lang: Lang
) -> Table:
    """Rules by batch, as the heat map has them."""
    places = sorted({place for line in lines for place in line.checks})
    return Table(
        "rules",
        text("quality.matrix", lang),
        [
            *heads(lang, "dataset", "rule", "judged"),
            *(batch_head(place, lang) for place in places),
            *heads(lang, "broken", "first_broken", "code"),
        ],
        [
            [
                names.get(line.dataset, line.dataset),
                rule_words(line.dataset, line.rule, names=rules, lang=lang),
                judged(line, lang),
                *(
                    share(line.checks[place]["failed_ratio"]) if place in line.checks else None
                    for place in places
                ),
                line.failed_count,
                line.first_seen_at,
                line.rule,
            ]
            for line in lines
        ],
    )


def log_table(rows: pl.DataFrame, lang: Lang) -> Table:
    """Steps of the build and what was noted."""
    return Table(
        "build_log",
        text("quality.log", lang),
        heads(lang, "step_number", "step", "seconds", "note"),
        [
            [row["step_number"], _step(row["step"], lang), row["seconds"], row["note"]]
            for row in rows.iter_rows(named=True)
        ],
        decimals={text("quality.column.seconds", lang): 2},
    )


def _step(step: str, lang: Lang) -> str:
    key = f"quality.step.{step}"
    return text(key, lang) if key in catalogue(lang) else step
