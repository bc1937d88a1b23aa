"""The slices there are, with something in them or not: areas valid in a span, codes met in it."""

from collections.abc import Iterable, Mapping

import polars as pl

from warehouse.query.question import AREA_LEVELS, NO_CODE, AreaLevel, Question
from warehouse.query.scope import area_filters, area_of_all, code_column
from warehouse.query.spans import Spans

ZERO_WHEN_ABSENT = (
    "numerator",
    "denominator",
    "excluded_count",
    "not_yet_due_count",
    "numerator_due_passed",
    "denominator_due_passed",
    "unknown_count",
)


def on_spine(
    measured: pl.DataFrame,
    question: Question,
    spans: Spans,
    areas: pl.DataFrame,
    codes: Mapping[str, Iterable[str]] | None = None,
) -> pl.DataFrame:
    """Spans × areas valid in them × the other codes met, and whatever else was measured.

    Counts and sums are zero where nothing was measured, other parts null.

    Args:
        measured: span_id, a code per slice, and parts.
        question: for its slices and filters.
        spans: its periods.
        areas: every area of the county, as `county.CountyFacts` has them.
        codes: dimension → every code, where rows must not tell which of them were met.
    """
    level = question.area_level
    keys = ["span_id", *map(code_column, question.slices)]
    others = [code_column(name) for name in question.slices if name != level]
    rows, spine = measured.lazy(), spans.frame().lazy()
    if level:
        # An area is there when it is valid on any day of the span.
        spine = (
            spine.join(_asked_areas(question, level, areas), how="cross")
            .filter(
                pl.col("valid_from_date").is_null()
                | (pl.col("valid_from_date") < pl.col("end_date")),
                pl.col("valid_to_date").is_null()
                | (pl.col("valid_to_date") > pl.col("start_date")),
            )
            .select("span_id", pl.col("area_code").alias(code_column(level)))
        )
    if others and codes is None:
        spine = spine.join(rows.select(others).unique(), how="cross")
    elif codes is not None:
        for name in question.other_slices:
            asked = [code for code in question.filters.get(name, codes[name]) if code != NO_CODE]
            column = pl.LazyFrame({code_column(name): asked}, schema={code_column(name): pl.String})
            spine = spine.join(column, how="cross")
    zeros = [pl.col(name).fill_null(0) for name in ZERO_WHEN_ABSENT if name in measured.columns]
    return (
        pl.concat([spine.select(keys), rows.select(keys)])
        .unique()
        .join(rows, on=keys, how="left", nulls_equal=True)
        .with_columns(zeros)
        .collect()
    )


def with_population(
    parts: pl.DataFrame, question: Question, spans: Spans, areas: pl.DataFrame
) -> pl.DataFrame:
    """Add `denominator`: residents on the last day of the span; null where not all are known."""
    level = question.area_level
    of_level = level or area_of_all(question)[0]
    keys = ["span_id", "area_code"] if level else ["span_id"]
    population = (
        spans.frame()
        .lazy()
        .join(_asked_areas(question, of_level, areas), how="cross")
        .filter(
            pl.col("valid_from_date").is_null() | (pl.col("valid_from_date") < pl.col("end_date")),
            pl.col("valid_to_date").is_null() | (pl.col("valid_to_date") >= pl.col("end_date")),
        )
        .group_by(keys)
        .agg(
            pl.when(pl.col("population").is_not_null().all())
            .then(pl.col("population").sum())
            .alias("denominator")
        )
    )
    if level:
        population = population.rename({"area_code": code_column(level)})
        keys = ["span_id", code_column(level)]
    return parts.lazy().join(population, on=keys, how="left").collect()


def _asked_areas(question: Question, level: AreaLevel, areas: pl.DataFrame) -> pl.LazyFrame:
    """Areas of a level inside the filtered ones.

    A filter below the level keeps the areas that hold a filtered one; "without an area" leaves no
    area at all.
    """
    conditions = [pl.col("area_level") == level]
    for other, values in area_filters(question).items():
        codes = [value for value in values if value != NO_CODE]
        if other == level:
            conditions.append(pl.col("area_code").is_in(codes))
        elif AREA_LEVELS.index(other) < AREA_LEVELS.index(level):
            conditions.append(pl.col(code_column(other)).is_in(codes))
        else:
            inside = areas.filter(area_level=other).filter(pl.col("area_code").is_in(codes))
            conditions.append(pl.col("area_code").is_in(inside[code_column(level)].to_list()))
    return areas.lazy().filter(conditions)
