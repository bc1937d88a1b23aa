"""The council page's tables: what its pictures show, and what is exported."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from dashboards import numbers_text
from dashboards.components.mediation_tables import area_words
from dashboards.data.council import SPANS, STAGES, NotDone, Passage, Publicity
from dashboards.data.decision_effects import Cohort, Effect, change
from dashboards.data.tables import Cell, Table
from dashboards.i18n import Lang, text
from dashboards.names import code_names
from dashboards.scope import Scope


def place_name(code: str, lang: Lang) -> str:
    """Name of a stage, or of where a proposal ended at one (`stage.exit`)."""
    stage, _, exit_ = code.partition(".")
    return text(f"council.exit.{exit_}" if exit_ else f"council.stage.{stage}", lang)


def stages_table(found: Sequence[Passage], lang: Lang) -> Table:
    """Each stage: how many came in, went on, and ended or are there."""
    exits = ("withdrawn", "rejected", "waiting", "under_way", "overdue", "unknown")
    rows: list[list[Cell]] = []
    for stage in STAGES:
        came = sum(way.proposal_count for way in found if way.target == stage)
        left = [way for way in found if way.source == stage]
        on = sum(way.proposal_count for way in left if "." not in way.target)
        entered = came or sum(way.proposal_count for way in left)
        ends = {way.target.partition(".")[2]: way.proposal_count for way in left}
        rows.append(
            [
                place_name(stage, lang),
                entered,
                on if stage != STAGES[-1] else None,
                *(ends.get(exit_, 0) if stage != STAGES[-1] else None for exit_ in exits),
            ]
        )
    return Table(
        "stages",
        text("council.flow", lang),
        [
            text("council.flow.stage", lang),
            text("council.flow.in", lang),
            text("council.flow.on", lang),
            *(text(f"council.exit.{exit_}", lang) for exit_ in exits),
        ],
        rows,
        note=text("council.flow.note", lang),
    )


def durations_table(found: pl.DataFrame, lang: Lang) -> Table:
    """Days of each stage that ended in the period."""
    by_code = {row["span_code"]: row for row in found.iter_rows(named=True)}
    titles = [text(f"council.times.{name}", lang) for name in ("span", "count", "median", "p90")]
    rows: list[list[Cell]] = [
        [
            text(f"council.span.{span}", lang),
            by_code[span]["proposal_count"],
            by_code[span]["median_days"],
            by_code[span]["p90_days"],
        ]
        for span in SPANS
        if span in by_code
    ]
    return Table(
        "times",
        text("council.times", lang),
        titles,
        rows,
        note=text("council.times.note", lang),
        decimals=dict.fromkeys(titles[2:], 1),
    )


def duration_months_table(months: pl.DataFrame, lang: Lang, *, span: str = "") -> Table:
    """The same by month of the end, the newest first."""
    names = ("month", "span", "count", "median", "p90")
    titles = [text(f"council.times.{name}", lang) for name in names]
    chosen = months.filter(pl.col("span_code") == span) if span else months
    rows: list[list[Cell]] = [
        [
            f"{row['month']:%Y-%m}",
            text(f"council.span.{row['span_code']}", lang),
            row["proposal_count"],
            row["median_days"],
            row["p90_days"],
        ]
        for row in chosen.sort("month", "span_code", descending=[True, False]).iter_rows(named=True)
    ]
    return Table(
        f"times_months{f'_{span}' if span else ''}",
        text("council.times.months", lang),
        titles,
        rows,
        decimals=dict.fromkeys(titles[3:], 1),
    )


def publicity_table(found: Publicity, lang: Lang) -> Table:
    """Decisions by how they were publicised."""
    return Table(
        "publicity",
        text("council.publicity", lang),
        [text(f"council.publicity.{name}", lang) for name in ("how", "count")],
        [
            [text("council.publicity.on_time", lang), found.on_time_count],
            [text("council.publicity.late", lang), found.late_count],
            [text("council.publicity.missing", lang), found.missing_count],
            [text("council.publicity.not_yet_due", lang), found.not_yet_due_count],
        ],
        note=text("council.publicity.note", lang),
    )


def not_done_table(found: Sequence[NotDone], scope: Scope) -> Table:
    """Decided, due and not done; the longest overdue first."""
    lang = scope.view.lang
    topics = code_names(scope.context, scope.view.county, "topic_code", lang)
    names = ("id", "title", "topic", "area", "decided", "due", "days")
    return Table(
        "not_done",
        text("council.not_done", lang),
        [text(f"council.not_done.{name}", lang) for name in names],
        [
            [
                proposal.proposal_id,
                proposal.title,
                topics.get(proposal.topic_code or "", proposal.topic_code),
                area_words(scope, proposal.area_code),
                proposal.decided_date,
                proposal.due_date,
                proposal.days_overdue,
            ]
            for proposal in found
        ],
        note=text("council.not_done.note", lang),
    )


def cohort_name(cohort: Cohort, lang: Lang) -> str:
    """When its communities decided, and how many they are."""
    last = cohort.end - timedelta(days=1)
    months = f"{cohort.start:%Y-%m}"
    if (last.year, last.month) != (cohort.start.year, cohort.start.month):
        months = f"{months}–{last:%Y-%m}"
    return text(
        "council.effect.cohort",
        lang,
        months=months,
        count=numbers_text.number(len(cohort.codes)),
    )


def effects_table(found: Sequence[Effect], lang: Lang) -> Table:
    """Before and after, beside the same months of communities that had not decided yet."""
    rows: list[list[Cell]] = []
    for effect in found:
        cohort = effect.cohort
        own = change(effect.before, effect.after)
        others = change(effect.not_yet_before, effect.not_yet_after)
        rows.append(
            [
                cohort_name(cohort, lang),
                _months(cohort.before.start, cohort.before.end - timedelta(days=1)),
                _months(cohort.after.start, cohort.after.end - timedelta(days=1))
                if cohort.after
                else None,
                effect.before,
                effect.after,
                own,
                len(cohort.not_yet) or None,
                effect.not_yet_before,
                effect.not_yet_after,
                others,
                own - others if own is not None and others is not None else None,
            ]
        )
    names = (
        "decided",
        "before_months",
        "after_months",
        "before",
        "after",
        "change",
        "not_yet",
        "not_yet_before",
        "not_yet_after",
        "not_yet_change",
        "difference",
    )
    titles = [text(f"council.effect.{name}", lang) for name in names]
    changes = (titles[5], titles[9], titles[10])
    return Table(
        "effects",
        text("council.effect", lang),
        titles,
        rows,
        note=f"{text('council.effect.can', lang)} {text('council.effect.cannot', lang)}",
        decimals=dict.fromkeys(changes, 1),
    )


def _months(first: date, last: date) -> str:
    return f"{first:%Y-%m}" if first.month == last.month else f"{first:%Y-%m}–{last:%m}"


def cohort_months_table(
    cohorts: Sequence[Cohort], months: Sequence[pl.DataFrame], lang: Lang
) -> Table:
    """Accuracy in percent of each cohort by month, the newest first."""
    names = [cohort_name(cohort, lang) for cohort in cohorts]
    by_month: dict[str, dict[str, Cell]] = {}
    for name, frame in zip(names, months, strict=True):
        for row in frame.iter_rows(named=True):
            value = row["value"]
            by_month.setdefault(f"{row['period_start_date']:%Y-%m}", {})[name] = (
                None if value is None else 100 * value
            )
    return Table(
        "cohorts",
        text("council.effect.lines", lang),
        [text("trend.month", lang), *names],
        [
            [month, *(values.get(name) for name in names)]
            for month, values in sorted(by_month.items(), reverse=True)
        ],
        decimals=dict.fromkeys(names, 1),
    )
