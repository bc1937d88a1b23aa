"""From questions to their values: one SQL statement for all that share a scan of a fact."""

from collections.abc import Collection, Hashable, Sequence
from datetime import UTC, date
from functools import partial
from typing import Any, cast

import polars as pl

from warehouse.catalogue import Kpi, get_kpi
from warehouse.published import Published
from warehouse.query.disclosure import COMPARED, suppressed
from warehouse.query.flows import FLOW_KINDS
from warehouse.query.parts import parts_of
from warehouse.query.periods import Back
from warehouse.query.prepare import BACKS, Prepared, prepare
from warehouse.query.question import Question
from warehouse.query.scope import area_of_all, code_column
from warehouse.query.scores import score_answer
from warehouse.query.spans import CURRENT, Spans
from warehouse.query.spine import ZERO_WHEN_ABSENT
from warehouse.query.values import status_of, with_values

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
    "denominator": pl.Float64(),
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
    "stage_code": pl.String(),
    "is_suppressed": pl.Boolean(),
}
"""Columns of every answer, in order."""

COMPARISON_COLUMNS: dict[str, pl.DataType] = {
    f"{back}_{name}": kind
    for back in ("previous", "last_year")
    for name, kind in {
        "value": pl.Float64(),
        "numerator": pl.Float64(),
        "denominator": pl.Float64(),
        "excluded_count": pl.Int64(),
        "not_yet_due_count": pl.Int64(),
        "start_date": pl.Date(),
        "end_date": pl.Date(),
    }.items()
} | {
    "comparison_caveat": pl.String(),
    **{
        f"{back}_interval_{bound}": pl.Float64()
        for back in ("previous", "last_year")
        for bound in ("low", "high")
    },
}
"""Columns after those, in order, where a comparison was asked for."""

SPAN = "compared_span_id"
VALUES = ("value", "interval_low", "interval_high")
"""What `with_values` adds to the parts that are compared."""
DAYS = {"period_start_date": "start_date", "period_end_date": "end_date"}
NOTHING = pl.lit(None)


def answer(published: Published, question: Question) -> pl.DataFrame:
    """Values of a KPI, one row per slice.

    Columns, always in this order and of these types (`COLUMNS`, `COMPARISON_COLUMNS`):
        kpi_id; area_code, area_level: the slice's area, else the area filtered to, else the county;
            a null code stands for the cases without an area, and that row is there only when there
            are such cases, while every area valid in the period has its row;
        department_code, category_code, channel_code: null where not sliced by, or without a code;
        period_start_date, period_end_date (exclusive), cut at the as-of day;
        value: in the KPI's unit, a share as 0–1; null where the denominator is empty;
        numerator: rows (rate, count, stock), the sum of a column (ratio, sum, mean, share), or
            different keys or days of theirs (state_rate, reach_rate); null for a quantile or score;
        denominator: rows due (rate), rows measured (mean, quantile), the sum of a column (ratio,
            share), residents at the period's end (ratio to the population; null where unknown), or
            keys or days (state_rate, reach_rate); null for the others;
        excluded_count, not_yet_due_count: rows, keys or days left out, and still to come in;
        interval_low, interval_high: 95 %; Wilson (rate, and states or reach of keys), order
            statistics (quantile), normal (mean), none for the others;
        is_provisional: rows are still to come in, so the value is too good;
        target: in force on the period's last day; status: met, missed, no_target, no_value
            or suppressed;
        as_of_at (UTC), version;
        value_due_passed: the rate among rows whose deadline has passed (kpis rule 4);
        county_code; major_category_code; stage_code;
        is_suppressed: a KPI about persons, in a cell too small to show, or from which such a one
            could be worked out (`disclosure`): value, counts and interval are null and the status
            is `suppressed`; what it is compared with is null where that is so.
    With `compare`, for `previous` and `last_year` each: value, numerator, denominator,
        excluded_count, not_yet_due_count, start_date, end_date; counts are null where the county's
        records do not reach back so far. Then comparison_caveat: `spring_festival_moved` when the
        two years' periods hold different shares of their Spring Festivals;
        previous_interval_low, previous_interval_high, last_year_interval_low and
        last_year_interval_high are the 95 % intervals of those values.

    Rows are ordered by area (null last), period and the other codes.

    Raises:
        UsageError: as `prepare`.
    """
    return answer_many(published, [question])[0]


def answer_many(published: Published, questions: Sequence[Question]) -> list[pl.DataFrame]:
    """The answer to each question, in order; those that can share a scan of their fact do.

    Raises:
        UsageError: as `prepare`, for any of them.
    """
    answers: dict[int, pl.DataFrame] = {}
    alike: dict[Hashable, list[tuple[int, Prepared]]] = {}
    for number, question in enumerate(questions):
        if get_kpi(question.kpi_id).kind == "score":
            answers[number] = score_answer(published, question, partial(answer_many, published))
        else:
            prepared = prepare(published, question)
            alike.setdefault(_scan(prepared, number), []).append((number, prepared))
    for numbered in alike.values():
        together = [prepared for _, prepared in numbered]
        spans = together[0].spans
        for (number, prepared), parts in zip(
            numbered, parts_of(published, together, spans), strict=True
        ):
            finished = _finish(_arranged(parts, spans, prepared), prepared)
            answers[number] = suppressed(published, finished, prepared)
    return [answers[number] for number in range(len(questions))]


def _scan(prepared: Prepared, number: int) -> Hashable:
    """Equal for questions that one scan can answer: they differ in the KPI only."""
    question, kpi = prepared.question, prepared.kpi
    if kpi.kind not in FLOW_KINDS:
        return number
    about = (question.county_code, kpi.fact, kpi.date, question.slices, question.time_unit)
    return (*about, prepared.asked, question.compare, tuple(sorted(question.filters.items())))


def _arranged(parts: pl.DataFrame, spans: Spans, prepared: Prepared) -> pl.LazyFrame:
    """Parts by span and slice → one row per bucket and slice, with what it is compared with."""
    kpi = prepared.kpi
    codes = [code_column(name) for name in prepared.question.slices]
    valued = with_values(parts, kpi).lazy()
    compared = [name for name in COMPARED if name in parts.columns or name in VALUES]
    rows = _of_role(CURRENT, spans, prepared).join(valued, on="span_id")
    for back in BACKS if prepared.question.compare else ():
        renamed = {day: f"{back}_{name}" for day, name in DAYS.items()} | {"span_id": SPAN}
        periods = _of_role(back, spans, prepared).select("bucket_number", "span_id", *DAYS)
        other = valued.select(
            pl.col("span_id").alias(SPAN),
            *codes,
            *(pl.col(name).alias(f"{back}_{name}") for name in compared),
        )
        rows = (
            rows.join(periods.rename(renamed), on="bucket_number")
            .join(other, on=[SPAN, *codes], how="left", nulls_equal=True)
            .drop(SPAN)
            # A slice that was not there then had no cases; that is no value, but for a count.
            .with_columns(_zero_where_absent(back, kpi, compared))
        )
    level = prepared.question.area_level
    return rows.rename({code_column(level): "area_code"}) if level else rows


def _of_role(role: str, spans: Spans, prepared: Prepared) -> pl.LazyFrame:
    chosen = [span for span in spans.of_roles if span.role == role]
    county_code = prepared.facts.county_code
    in_force = [
        prepared.kpi.target_on(span.period.last_day, county_code=county_code) for span in chosen
    ]
    ids = {period: number for number, period in enumerate(spans.periods)}
    return pl.LazyFrame(
        {
            "bucket_number": [span.bucket_number for span in chosen],
            "span_id": [ids[span.period] for span in chosen],
            "period_start_date": [span.period.start for span in chosen],
            "period_end_date": [span.period.end for span in chosen],
            "target": [target.value if target else None for target in in_force],
            "comparison_caveat": [span.caveat for span in chosen],
        },
        schema_overrides={
            "span_id": pl.Int32,
            "target": pl.Float64,
            "comparison_caveat": pl.String,
        },
    )


def _zero_where_absent(back: Back, kpi: Kpi, compared: list[str]) -> list[pl.Expr]:
    names = [name for name in ZERO_WHEN_ABSENT if name in compared]
    if kpi.denominator_table:
        names.remove("denominator")
    zeros = [pl.col(f"{back}_{name}").fill_null(0) for name in names]
    if kpi.kind in ("stock", "count", "sum"):
        is_absent = pl.col(f"{back}_numerator").is_null()
        value = pl.when(is_absent).then(0.0).otherwise(f"{back}_value")
        zeros.append(value.alias(f"{back}_value"))
    return zeros


def _finish(rows: pl.LazyFrame, prepared: Prepared) -> pl.DataFrame:
    """The columns of an answer, in their order and of their types."""
    question, facts = prepared.question, prepared.facts
    columns = COLUMNS | (COMPARISON_COLUMNS if question.compare else {})
    level, code = area_of_all(question)
    constant: dict[str, Any] = {
        "kpi_id": question.kpi_id,
        "county_code": facts.county_code,
        "area_level": question.area_level or level,
        "as_of_at": facts.as_of_at.astimezone(UTC),
        "version": facts.version,
        "is_suppressed": False,
    }
    if question.area_level is None:
        constant["area_code"] = code
    there = {name: pl.col(name) for name in rows.collect_schema().names()}
    made = {name: pl.lit(value, dtype=columns[name]) for name, value in constant.items()}
    waiting = there.get("not_yet_due_count", pl.lit(0))
    made |= {"not_yet_due_count": waiting, "is_provisional": waiting > 0}
    made["status"] = status_of(prepared.kpi)
    if question.compare:
        made |= _blank_what_is_not_covered(there, facts.first_covered)
    found = there | made
    return (
        rows.select(
            found.get(name, NOTHING).cast(cast(Any, kind)).alias(name)
            for name, kind in columns.items()
        )
        .sort(
            "area_code",
            "period_start_date",
            "department_code",
            "major_category_code",
            "category_code",
            "channel_code",
            "stage_code",
            nulls_last=True,
        )
        .collect()
    )


def _blank_what_is_not_covered(there: Collection[str], first_covered: date) -> dict[str, pl.Expr]:
    """A period from before the records is unknown, not zero."""
    return {
        f"{back}_{name}": pl.when(pl.col(f"{back}_start_date") >= first_covered).then(
            pl.col(f"{back}_{name}")
        )
        for back in BACKS
        for name in COMPARED
        if f"{back}_{name}" in there
    }
