"""What is there at the end of a day: it came, and has not left."""

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.published import Published
from warehouse.query.county import rows_of
from warehouse.query.measures import is_excluded
from warehouse.query.question import Question
from warehouse.query.scope import Parameters, code_column, code_columns, filter_condition
from warehouse.query.spans import Spans

COUNTS = ("numerator", "excluded_count", "unknown_count")


def stocks(published: Published, kpi: Kpi, question: Question, spans: Spans) -> pl.DataFrame:
    """What was in at the end of the last day of each span, one row per span and slice with any.

    Columns: span_id, codes, numerator, excluded_count, and unknown_count: those of the excluded
    that are so because their source does not deliver the milestone.
    """
    parameters = Parameters()
    condition = filter_condition(question, kpi, parameters)
    parameters.add("last_date", spans.last_date)
    ask = rows_of(published, kpi.about)
    if spans.is_single:
        text = _at_the_end(kpi, question, condition)
        rows = ask(text, parameters.used_in(text))
        return rows.with_columns(pl.lit(0, pl.Int32).alias("span_id"))
    text = "\nunion all\n".join(
        _movements(kpi, question, spans, condition, day=day, sign=sign)
        for day, sign in ((f"facts.{kpi.date}", 1), (leaving_day(kpi), -1))
    )
    return _running_total(ask(text, parameters.used_in(text)), question, spans)


def leaving_day(kpi: Kpi) -> str:
    """The first day on which a row left the stock; null while it is in."""
    return "least(" + ", ".join(f"facts.{name}" for name in kpi.leaves) + ")"


def _at_the_end(kpi: Kpi, question: Question, condition: str) -> str:
    left_on = leaving_day(kpi)
    codes = code_columns(kpi, question.slices)
    return (
        f"select {codes}count(*) filter (not {is_excluded(kpi)}) as numerator,\n"
        f"count(*) filter ({is_excluded(kpi)}) as excluded_count,\n"
        f"count(*) filter ({_is_unknown(kpi)}) as unknown_count\n"
        f"from mart.{kpi.fact} as facts\n"
        f"where {condition} and facts.{kpi.date} < $last_date"
        f" and ({left_on} is null or {left_on} >= $last_date)"
        f"{chr(10) + 'group by all' if codes else ''}"
    )


def _movements(
    kpi: Kpi, question: Question, spans: Spans, condition: str, *, day: str, sign: int
) -> str:
    """Rows that came or left, by day; by unit of time where only the ends of units are asked."""
    moved_on = f"cast(date_trunc('{spans.unit}', {day}) as date)" if spans.unit else day
    return (
        f"select {code_columns(kpi, question.slices)}{moved_on} as moved_on,\n"
        f"{sign} * count(*) filter (not {is_excluded(kpi)}) as numerator,\n"
        f"{sign} * count(*) filter ({is_excluded(kpi)}) as excluded_count,\n"
        f"{sign} * count(*) filter ({_is_unknown(kpi)}) as unknown_count\n"
        f"from mart.{kpi.fact} as facts\nwhere {condition} and {day} < $last_date\ngroup by all"
    )


def _is_unknown(kpi: Kpi) -> str:
    return f"facts.{kpi.unknown}" if kpi.unknown else "false"


def _running_total(movements: pl.DataFrame, question: Question, spans: Spans) -> pl.DataFrame:
    """Movements added up to the end of each span."""
    codes = list(map(code_column, question.slices))
    ends = spans.frame()["end_date"].unique().sort()
    # A movement is in from the first end after it on.
    moved = movements.with_columns(
        pl.Series("end_date", ends.gather(ends.search_sorted(movements["moved_on"], side="right")))
    )
    moved = moved.group_by(*codes, "end_date").agg(pl.col(COUNTS).sum())
    total = pl.col(COUNTS).cum_sum()
    at_ends = ends.to_frame()
    if codes:
        at_ends = moved.select(codes).unique().join(at_ends, how="cross")
    return (
        at_ends.join(moved, on=[*codes, "end_date"], how="left", nulls_equal=True)
        .sort("end_date")
        .with_columns(pl.col(COUNTS).fill_null(0))
        .with_columns(total.over(codes) if codes else total)
        .filter((pl.col("numerator") > 0) | (pl.col("excluded_count") > 0))
        .join(spans.frame().select("span_id", "end_date"), on="end_date")
        .drop("end_date")
    )
