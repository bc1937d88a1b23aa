"""Data quality as the loader and the build noted it: counts of `ops`, never a record's contents.

All of it is of the whole county; a chosen dataset limits batches, refusals and rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

import polars as pl

from dashboards.context import Context
from dashboards.periods import first_of_month
from warehouse.errors import UsageError, unknown_value

STRIP_MONTHS = 24
"""How far back silent spells are drawn."""

RECENT_DAYS = 92
"""A spell without records that ended within so many days touches the periods pages open with."""

MOST_BATCHES = 200
"""Batches listed on the page; the export has `MOST_EXPORTED`."""

MOST_EXPORTED = 20_000
MATRIX_BATCHES = 8
"""Newest batches of each dataset held against its rules on the page."""

NOTABLE_RATIO = 0.01
"""Share of refused or broken rows from which they are told in the verdict."""

Row = Mapping[str, Any]
Grade = Literal["fit", "reserved", "unfit"]
Finding = Literal["late", "open_gap", "recent_gap", "refused", "refused_rows", "rule"]

FRESHNESS = """
    select dataset, dataset_name_zh, dataset_name_en, department_name_zh, department_name_en,
        newest_record_at, last_received_at, promised_every_days, lateness_days, is_event_driven,
        is_late, days_late, batch_count, record_count, rows_read, rows_landed, rows_refused
    from ops.freshness where county_code = ?
    order by is_late desc, days_late desc, department_code, dataset
"""

GAPS = """
    select dataset, gap_from_date, gap_to_date, gap_days, is_open, missing_record_count
    from ops.delivery_gaps where county_code = ? order by gap_from_date desc, dataset
"""

BATCHES = """
    select batch_id, dataset, file_name, file_bytes / 1024 as file_kb, received_at, rows_read,
        rows_landed, rows_refused, status, notes, contract_version, load_seconds
    from ops.batches where county_code = ? and (? = '' or dataset = ?)
    order by received_at desc, batch_id desc limit ?
"""

REFUSALS = """
    select counts.dataset, counts.reason, cast(sum(counts.row_count) as bigint) as row_count,
        count(distinct counts.batch_id) as batch_count, max(batches.received_at) as last_at
    from ops.quarantine_counts as counts join ops.batches as batches using (batch_id)
    where batches.county_code = ? and (? = '' or counts.dataset = ?)
    group by all order by row_count desc, counts.dataset, counts.reason
"""

CHECKS = """
    with ranked as (
        select batch_id, dataset, file_name, received_at, row_number() over (
            partition by dataset order by received_at desc, batch_id desc
        ) as place
        from ops.batches where county_code = ? and (? = '' or dataset = ?)
    )
    select quality.dataset, quality.rule, quality.judged_on, quality.severity, quality.batch_id,
        quality.checked_count, quality.failed_count, quality.failed_ratio, ranked.place,
        ranked.file_name, ranked.received_at, quality.first_seen_at
    from ops.quality as quality join ranked using (batch_id, dataset)
    where ranked.place <= ? order by quality.dataset, quality.rule, ranked.place
"""

RULES = "select dataset, rule, rule_name_zh as zh, rule_name_en as en from ops.quality_rules"

LOG = """
    select step_number, step, seconds, note from ops.build_log order by step_number
"""

BUILD = "select is_pinned, as_of_at, built_at from ops.build where county_code = ?"


@dataclass(frozen=True)
class Delivery:
    """A dataset: how new it is, against what was promised, and when it was silent."""

    row: Row
    gaps: tuple[Row, ...]

    @property
    def dataset(self) -> str:
        """Its id."""
        return str(self.row["dataset"])

    def name(self, lang: str) -> str:
        """Its name in a language."""
        return str(self.row[f"dataset_name_{lang}"])

    def department(self, lang: str) -> str:
        """Name of the department that delivers it."""
        return str(self.row[f"department_name_{lang}"])


@dataclass(frozen=True)
class Noted:
    """One reservation of the verdict."""

    kind: Finding
    dataset: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Whether the county's data can be quoted, and with what reservations."""

    grade: Grade
    promised: int
    late: int
    noted: tuple[Noted, ...]


@dataclass(frozen=True)
class RuleLine:
    """A rule of a dataset, and what the newest batches made of it, by the batch's place."""

    dataset: str
    rule: str
    judged_on: str
    severity: str
    first_seen_at: datetime | None
    checks: Mapping[int, Row] = field(repr=False)

    @property
    def failed_count(self) -> int:
        """Rows that broke it, of all the batches shown."""
        return sum(int(row["failed_count"]) for row in self.checks.values())

    @property
    def failed_ratio(self) -> float:
        """Share of rows that broke it, of all the batches shown; 0 where none was checked."""
        checked = sum(int(row["checked_count"]) for row in self.checks.values())
        return self.failed_count / checked if checked else 0.0

    @property
    def worst_ratio(self) -> float:
        """Highest share of a batch; 0 where none was checked."""
        return max((row["failed_ratio"] or 0.0 for row in self.checks.values()), default=0.0)


def deliveries(context: Context, county_code: str) -> list[Delivery]:
    """Datasets the county delivers, late ones first."""
    gaps = context.sql(GAPS, county_code).rows(named=True)
    return [
        Delivery(row, tuple(gap for gap in gaps if gap["dataset"] == row["dataset"]))
        for row in context.sql(FRESHNESS, county_code).iter_rows(named=True)
    ]


def checked_dataset(dataset: str, found: list[Delivery]) -> str:
    """The dataset an address names, empty for all.

    Raises:
        UsageError: the county delivers no such dataset.
    """
    names = [delivery.dataset for delivery in found]
    if dataset and dataset not in names:
        raise UsageError(unknown_value("dataset", dataset, names))
    return dataset


def strip_start(as_of: date) -> date:
    """First day of the strip of deliveries."""
    return first_of_month(as_of, back=STRIP_MONTHS)


def batches(
    context: Context, county_code: str, dataset: str, *, limit: int = MOST_BATCHES
) -> pl.DataFrame:
    """Batches, newest first."""
    return context.sql(BATCHES, county_code, dataset, dataset, limit)


def batch_count(context: Context, county_code: str, dataset: str) -> int:
    """How many batches there are, of all or of one of the datasets."""
    rows = context.sql(
        "select count(*) from ops.batches where county_code = ? and (? = '' or dataset = ?)",
        county_code,
        dataset,
        dataset,
    )
    return int(rows.item())


def refusals(context: Context, county_code: str, dataset: str) -> pl.DataFrame:
    """Refused rows by dataset and reason; a row refused for two reasons counts under both."""
    return context.sql(REFUSALS, county_code, dataset, dataset)


def rule_lines(context: Context, county_code: str, dataset: str) -> list[RuleLine]:
    """Rules against the newest batches by dataset: those first where a rule is broken most."""
    rows = context.sql(CHECKS, county_code, dataset, dataset, MATRIX_BATCHES)
    lines: dict[tuple[str, str], list[Row]] = {}
    for row in rows.iter_rows(named=True):
        lines.setdefault((row["dataset"], row["rule"]), []).append(row)
    found = [
        RuleLine(
            dataset=name,
            rule=rule,
            judged_on=checks[0]["judged_on"],
            severity=checks[0]["severity"],
            first_seen_at=checks[0]["first_seen_at"],
            checks={row["place"]: row for row in checks},
        )
        for (name, rule), checks in lines.items()
    ]
    worst: dict[str, float] = {}
    for line in found:
        worst[line.dataset] = max(worst.get(line.dataset, 0.0), line.worst_ratio)
    return sorted(
        found, key=lambda line: (-worst[line.dataset], line.dataset, -line.worst_ratio, line.rule)
    )


def rule_names(context: Context) -> dict[tuple[str, str], Mapping[str, str]]:
    """Meanings of the contracts' rules, by dataset and rule."""
    return {(row["dataset"], row["rule"]): row for row in context.sql(RULES).iter_rows(named=True)}


def build_log(context: Context) -> pl.DataFrame:
    """Steps of the build of this version, in order."""
    return context.sql(LOG)


def build_of(context: Context, county_code: str) -> Row:
    """How the county's as-of time came about."""
    return context.sql(BUILD, county_code).row(0, named=True)


def verdict(
    found: list[Delivery], *, refused: pl.DataFrame, lines: list[RuleLine], as_of: date
) -> Verdict:
    """Judge whether the data can be quoted.

    Unfit: nothing was delivered, or half of what was promised is late. With reservations: anything
    is late or silent, or was silent within `RECENT_DAYS`, a batch was refused whole in that time,
    or `NOTABLE_RATIO` of a dataset's rows were refused or break a rule of the build.

    Args:
        refused: batches refused whole: `dataset`, `file_name`, `received_at`.
        lines: rules and the newest batches, of all datasets.
        as_of: the county's as-of day.
    """
    promised = [one for one in found if not one.row["is_event_driven"]]
    late = [one for one in found if one.row["is_late"]]
    noted = [
        *(Noted("late", one.dataset, {"days": one.row["days_late"]}) for one in late),
        *_silent(found, as_of),
        *(
            Noted("refused", row["dataset"], {"file": row["file_name"]})
            for row in refused.iter_rows(named=True)
        ),
        *_refused_rows(found),
        *(
            Noted("rule", line.dataset, {"rule": line.rule, "ratio": line.failed_ratio})
            for line in lines
            if line.judged_on == "build" and line.failed_ratio >= NOTABLE_RATIO
        ),
    ]
    grade: Grade = "reserved" if noted else "fit"
    if not promised or 2 * len(late) >= len(promised):
        grade = "unfit"
    return Verdict(grade, len(promised), len(late), tuple(noted))


def _silent(found: list[Delivery], as_of: date) -> list[Noted]:
    since = as_of - timedelta(days=RECENT_DAYS)
    return [
        Noted(
            "open_gap" if gap["is_open"] else "recent_gap",
            one.dataset,
            {
                "first": gap["gap_from_date"],
                "last": gap["gap_to_date"] - timedelta(days=1),
                "missing": gap["missing_record_count"],
            },
        )
        for one in found
        for gap in one.gaps
        if gap["is_open"] or gap["gap_to_date"] >= since
    ]


def _refused_rows(found: list[Delivery]) -> list[Noted]:
    return [
        Noted(
            "refused_rows", one.dataset, {"ratio": one.row["rows_refused"] / one.row["rows_read"]}
        )
        for one in found
        if one.row["rows_read"] and one.row["rows_refused"] / one.row["rows_read"] >= NOTABLE_RATIO
    ]


def refused_batches(context: Context, county_code: str, as_of: date) -> pl.DataFrame:
    """Batches refused whole that were received within `RECENT_DAYS` before the as-of day or since.

    One whose dataset landed a later batch was made good, and is left out.
    """
    return context.sql(
        "select dataset, file_name, received_at from ops.batches as refused "
        "where county_code = ? and status = 'refused' and received_at >= ? and not exists ("
        "  select 1 from ops.batches as later where later.county_code = refused.county_code "
        "  and later.source_id = refused.source_id and later.status = 'landed' "
        "  and later.received_at > refused.received_at) order by received_at desc",
        county_code,
        as_of - timedelta(days=RECENT_DAYS),
    )
