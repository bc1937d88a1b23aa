"""Rows that happen on a day: the KPIs of one fact and date are read in one scan of it."""

from collections.abc import Sequence

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.published import Published
from warehouse.query.county import rows_of
from warehouse.query.measures import SORTED, aggregates, read_from_sorted
from warehouse.query.periods import start_of
from warehouse.query.question import Question
from warehouse.query.scope import Parameters, code_column, code_columns, filter_condition
from warehouse.query.spans import Spans

FLOW_KINDS = ("rate", "ratio", "quantile", "mean", "count", "sum")
UNIT_START = "unit_start_date"


def flows(
    published: Published, kpis: Sequence[Kpi], question: Question, spans: Spans
) -> list[pl.DataFrame]:
    """Parts of each KPI: one row per span and slice that has rows; span_id, codes, parts.

    Args:
        published: the version.
        kpis: of `FLOW_KINDS`, one fact and one date.
        question: about any of them; the others differ in nothing but the KPI.
        spans: its periods.
    """
    parameters = Parameters()
    text = _statement(kpis, question, spans, parameters)
    rows = rows_of(published, kpis[0].about)(text, parameters.used_in(text))
    rows = with_span_id(rows, spans)
    keys = rows.select("span_id", *map(code_column, question.slices))
    return [
        keys.hstack(
            [
                column.alias(column.name.removesuffix(_of(number)))
                for column in rows
                if column.name.endswith(_of(number))
            ]
        )
        for number in range(len(kpis))
    ]


def _of(number: int) -> str:
    """End of the names of the columns of one KPI among several."""
    return f"__{number}"


def _statement(
    kpis: Sequence[Kpi], question: Question, spans: Spans, parameters: Parameters
) -> str:
    first = kpis[0]
    condition = filter_condition(question, first, parameters)
    day = f"facts.{first.date}"
    span, join = span_of_day(spans, day, parameters)
    sums = [
        f"{sql} as {part}{_of(number)}"
        for number, kpi in enumerate(kpis)
        for part, sql in aggregates(kpi).items()
    ]
    read = [
        f"{sql} as {part}{_of(number)}"
        for number, kpi in enumerate(kpis)
        if kpi.kind == "quantile"
        for part, sql in read_from_sorted(kpi, of=_of(number)).items()
    ]
    keys = f"{span}{code_columns(first, question.slices)}"
    measured = (
        f"select {keys}{', '.join(sums)}\nfrom mart.{first.fact} as facts{join}\n"
        f"where {condition} and {day} >= {parameters.add('first_date', spans.first_date)}"
        f" and {day} < {parameters.add('last_date', spans.last_date)}"
        # Without groups there is a row also where nothing is in it.
        f"{chr(10) + 'group by all' if keys else ''}"
    )
    if not read:
        return measured
    lists = ", ".join(
        f"{SORTED}{_of(number)}" for number, kpi in enumerate(kpis) if kpi.kind == "quantile"
    )
    return f"select * exclude ({lists}), {', '.join(read)}\nfrom (\n{measured}\n)"


def span_of_day(spans: Spans, day: str, parameters: Parameters) -> tuple[str, str]:
    """Column that tells the span of a day, and what to join for it; `with_span_id` reads it.

    Units of the calendar are cut from the day itself; spans that may overlap are joined by day.
    """
    if spans.is_single:
        return "", ""
    if spans.unit:
        return f"cast(date_trunc('{spans.unit}', {day}) as date) as {UNIT_START}, ", ""
    days = (
        "select span_id, cast(unnest(generate_series(start_date, end_date - 1, interval 1 day))"
        f" as date) as day from ({spans.relation(parameters)})"
    )
    return "span_days.span_id, ", f"\ninner join ({days}) as span_days on span_days.day = {day}"


def with_span_id(rows: pl.DataFrame, spans: Spans) -> pl.DataFrame:
    """Rows of a statement with `span_of_day`, each with its span_id."""
    if spans.is_single:
        return rows.with_columns(pl.lit(0, pl.Int32).alias("span_id"))
    if spans.unit is None:
        return rows
    starts = [start_of(spans.unit, period.start) for period in spans.periods]
    return rows.join(
        spans.frame().select("span_id", pl.Series(UNIT_START, starts)), on=UNIT_START
    ).drop(UNIT_START)
