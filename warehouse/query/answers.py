"""From a question to its values, in one SQL statement."""

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, cast

import polars as pl

from warehouse.catalogue import Kpi, get_kpi
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query.county import CountyFacts, county_facts
from warehouse.query.periods import Back, Bucket, Period, buckets, compared_with, whole
from warehouse.query.question import Question
from warehouse.query.scope import area_of_all
from warehouse.query.statement import CURRENT, Span, statement

COLUMNS: dict[str, pl.DataType] = {
    "kpi_id": pl.String(),
    "area_code": pl.String(),
    "area_level": pl.String(),
    "department_code": pl.String(),
    "category_code": pl.String(),
    "channel_code": pl.String(),
    "period_start_date": pl.Date(),
    "period_end_date": pl.Date(),
    "value": pl.Float64(),
    "numerator": pl.Float64(),
    "denominator": pl.Int64(),
    "excluded_count": pl.Int64(),
    "not_yet_due_count": pl.Int64(),
    "interval_low": pl.Float64(),
    "interval_high": pl.Float64(),
    "is_provisional": pl.Boolean(),
    "target": pl.Float64(),
    "status": pl.String(),
    "as_of_at": pl.Datetime("us", "UTC"),
    "version": pl.Int64(),
    "value_due_passed": pl.Float64(),
    "county_code": pl.String(),
    "major_category_code": pl.String(),
}
"""Columns of every answer, in order."""

COMPARISON_COLUMNS: dict[str, pl.DataType] = {
    f"{back}_{name}": kind
    for back in ("previous", "last_year")
    for name, kind in {
        "value": pl.Float64(),
        "numerator": pl.Float64(),
        "denominator": pl.Int64(),
        "excluded_count": pl.Int64(),
        "not_yet_due_count": pl.Int64(),
        "start_date": pl.Date(),
        "end_date": pl.Date(),
    }.items()
} | {"comparison_caveat": pl.String()}
"""Columns after those, in order, where a comparison was asked for."""

ROUNDING = 1e-9
BACKS: tuple[Back, ...] = ("previous", "last_year")


@dataclass(frozen=True)
class Prepared:
    """A question checked against the catalogue and the published version."""

    question: Question
    kpi: Kpi
    facts: CountyFacts
    asked: Period


def prepare(published: Published, question: Question) -> Prepared:
    """Check a question and settle its period.

    Raises:
        UsageError: unknown KPI, county, dimension or code, or a period that is empty or begins
            after the as-of day.
    """
    kpi = get_kpi(question.kpi_id)
    facts = county_facts(published, question.county_code)
    facts.check_codes(question.filters)
    known_until = facts.known_until
    start = question.start or min(facts.first_date, facts.as_of_date)
    end = question.end or known_until
    if start >= known_until:
        raise UsageError(
            f"期间在数据截止日之后 / the period begins {start}, after the as-of day "
            f"{facts.as_of_date} of {question.county_code}"
        )
    if start >= end:
        raise UsageError(f"期间为空 / the period is empty: from {start} up to {end} (exclusive)")
    return Prepared(question, kpi, facts, Period(start, end))


def answer(published: Published, question: Question) -> pl.DataFrame:
    """Values of a KPI, one row per slice.

    Columns, always in this order and of these types (`COLUMNS`, `COMPARISON_COLUMNS`):
        kpi_id; area_code, area_level: the slice's area, else the area filtered to, else the county;
            a null code stands for the cases without an area, and that row is there only when there
            are such cases, while every area valid in the period has its row;
        department_code, category_code, channel_code: null where not sliced by, or without a code;
        period_start_date, period_end_date (exclusive), cut at the as-of day;
        value: a share 0–1, minutes, cases, or cases per 1,000; null where the denominator is empty;
        numerator: rows (rate, ratio, stock), or the sum of the measure (mean); null for a quantile;
        denominator: rows due (rate), rows measured (mean, quantile), residents at the period's end
            (ratio; null where unknown); null for a stock;
        excluded_count, not_yet_due_count: rows left out, and rows still to come in;
        interval_low, interval_high: 95 %; Wilson (rate), order statistics (quantile), normal
            (mean), none for the others;
        is_provisional: rows are still to come in, so the value is too good;
        target: in force on the period's last day; status: met, missed, no_target or no_value;
        as_of_at (UTC), version;
        value_due_passed: the rate among rows whose deadline has passed (kpis rule 4);
        county_code; major_category_code.
    With `compare`, for `previous` and `last_year` each: value, numerator, denominator,
        excluded_count, not_yet_due_count, start_date, end_date; counts are null where the county's
        records do not reach back so far. Then comparison_caveat: `spring_festival_moved` when the
        two years' periods hold different shares of their Spring Festivals.

    Rows are ordered by area (null last), period and the other codes.

    Raises:
        UsageError: as `prepare`.
    """
    prepared = prepare(published, question)
    spans = _spans(prepared)
    text, parameters = statement(prepared.kpi, question, spans)
    return _finish(published.sql(text, parameters), prepared)


def _spans(prepared: Prepared) -> list[Span]:
    facts, question = prepared.facts, prepared.question
    spans = []
    for number, bucket in enumerate(_buckets(prepared)):
        last_day = bucket.period.last_day
        target = prepared.kpi.target_on(last_day, county_code=facts.county_code)
        caveat = _caveat(bucket, facts) if question.compare else None
        target_value = target.value if target else None
        spans.append(Span(number, CURRENT, bucket.period, target_value, caveat))
        if question.compare:
            spans.extend(
                Span(number, back, compared_with(bucket, back), None, None) for back in BACKS
            )
    return spans


def _buckets(prepared: Prepared) -> list[Bucket]:
    unit = prepared.question.time_unit
    bucket = whole(prepared.asked, known_until=prepared.facts.known_until)
    return list(buckets(bucket.period, unit)) if unit else [bucket]


def _caveat(bucket: Bucket, facts: CountyFacts) -> str | None:
    """Whether this year's and last year's period hold unlike shares of their Spring Festivals."""
    compared = compared_with(bucket, "last_year")
    if compared.start < facts.first_covered:
        return None
    moved = abs(facts.festival_share(bucket.period) - facts.festival_share(compared)) > ROUNDING
    return "spring_festival_moved" if moved else None


def _finish(frame: pl.DataFrame, prepared: Prepared) -> pl.DataFrame:
    question, facts = prepared.question, prepared.facts
    level, code = area_of_all(question)
    constant: dict[str, Any] = {
        "kpi_id": question.kpi_id,
        "county_code": facts.county_code,
        "area_level": question.area_level or level,
        "as_of_at": facts.as_of_at.astimezone(UTC),
        "version": facts.version,
    }
    if question.area_level is None:
        constant["area_code"] = code
    columns = COLUMNS | (COMPARISON_COLUMNS if question.compare else {})
    frame = frame.with_columns(
        pl.lit(value, dtype=columns[name]).alias(name) for name, value in constant.items()
    )
    if question.compare:
        frame = _blank_what_is_not_covered(frame, facts.first_covered)
    missing = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in columns.items()
        if name not in frame.columns
    ]
    return (
        frame.with_columns(missing)
        .select(pl.col(name).cast(cast(Any, kind)) for name, kind in columns.items())
        .sort(
            "area_code",
            "period_start_date",
            "department_code",
            "major_category_code",
            "category_code",
            "channel_code",
            nulls_last=True,
        )
    )


def _blank_what_is_not_covered(frame: pl.DataFrame, first_covered: date) -> pl.DataFrame:
    """A period from before the records is unknown, not zero."""
    return frame.with_columns(
        pl.when(pl.col(f"{back}_start_date") >= first_covered)
        .then(pl.col(f"{back}_{name}"))
        .alias(f"{back}_{name}")
        for back in BACKS
        for name in ("value", "numerator", "denominator", "excluded_count", "not_yet_due_count")
    )
