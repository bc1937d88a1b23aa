"""The product's answer beside the recomputation, slice by slice."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl
from polars.testing import assert_frame_equal

from tests.support.recomputed.shapes import PerHead, Score, Shape, Span, keys
from warehouse.catalogue import load_catalogue
from warehouse.published import Published
from warehouse.query import Dimension, Question, answer

COUNTS = ("numerator", "denominator", "excluded_count", "not_yet_due_count")
VALUES = ("value", "value_due_passed", "interval_low", "interval_high")
SLICES: tuple[tuple[Dimension, ...], ...] = (
    ("month", "town", "department"),
    (),
    ("month", "community"),
    ("category",),
    ("channel",),
    ("stage",),
)
TOLERANCE = 1e-12
SCORE_TOLERANCE = 1e-11
"""A score adds points that are rounded at the twelfth place."""
LEAST_SHOWN = 5
"""Persons below whom a cell is not shown."""


def slices(shape: Shape) -> list[tuple[Dimension, ...]]:
    """Slices that a KPI has, the finest first; what its rows do not tell is left away."""
    columns = shape.rows.columns
    asked = [
        tuple(name for name in by if name == "month" or f"{name}_code" in columns) for by in SLICES
    ]
    return list(dict.fromkeys(asked))


def compare(
    published: Published,
    county_code: str,
    kpi_id: str,
    shape: Shape,
    span: Span,
    by: Sequence[Dimension],
) -> int:
    """Compare an answer with the recomputation.

    Returns:
        How many slices were compared.

    Raises:
        AssertionError: they differ.
    """
    question = Question(
        kpi_id,
        county_code,
        by=tuple(by),
        start=span.first,
        end=span.last + timedelta(days=1),
    )
    found = answer(published, question)
    expected = shape.answer(by, span)
    names = [name for name in (*COUNTS, *VALUES) if name in expected.columns]
    codes = list(dict.fromkeys(keys(by)))
    if "is_suppressed" in found.columns and found["is_suppressed"].any():
        hidden = found.filter("is_suppressed").select(codes or ["kpi_id"])
        found = found.filter(~pl.col("is_suppressed"))
        if not codes:
            return 0
        assert found.filter(pl.col("denominator").is_between(1, LEAST_SHOWN - 1)).is_empty()
        expected = expected.join(hidden, on=codes, how="anti", nulls_equal=True)
    # An area has residents even where it has no cases: that is no slice to compare.
    telling = [
        name
        for name in names
        if name in COUNTS and not (name == "denominator" and isinstance(shape, PerHead))
    ]
    found, expected = (_ordered(frame, codes, names, telling) for frame in (found, expected))
    exact = [name for name in names if name in COUNTS and name != "numerator"]
    assert_frame_equal(found.select(codes + exact), expected.select(codes + exact))
    close = [name for name in names if name not in exact]
    tolerance = SCORE_TOLERANCE if isinstance(shape, Score) else TOLERANCE
    assert_frame_equal(
        found.select(codes + close),
        expected.select(codes + close),
        rel_tol=tolerance,
        abs_tol=tolerance,
    )
    return found.height


def compare_watched(published: Published, county_code: str, kpi_id: str, shape: Shape) -> int:
    """Compare how long rows that have not got there, left out or not, were waited for, by day.

    Returns:
        How many days were compared; 0 for a KPI without it.

    Raises:
        AssertionError: they differ.
    """
    kpi = load_catalogue()[kpi_id]
    if kpi.observed is None:
        return 0
    query = published.people_sql if kpi.about.is_in_people_file else published.sql
    found = query(
        f"select {kpi.date} as day, sum({kpi.observed}) as watched, count({kpi.observed}) as rows"
        f" from mart.{kpi.fact} where county_code = ? and {kpi.measure} is null"
        f" group by 1 having rows > 0 order by 1",
        [county_code],
    )
    waited = shape.rows.filter(pl.col("measure").is_null(), pl.col("watched").is_not_null())
    expected = waited.group_by("day").agg(pl.col("watched").sum(), rows=pl.len().cast(pl.Int64))
    assert_frame_equal(found, expected.sort("day"), rel_tol=TOLERANCE)
    return found.height


def _ordered(
    frame: pl.DataFrame, codes: Sequence[str], names: Sequence[str], telling: Sequence[str]
) -> pl.DataFrame:
    """Slices with anything in them, in order; counts and values as numbers."""
    has_rows = (
        pl.any_horizontal(pl.col(name).fill_null(0) != 0 for name in telling)
        if telling
        else pl.col("value").is_not_null()
    )
    return (
        frame.filter(has_rows)
        .select(*codes, pl.col(*names).cast(pl.Float64))
        .sort(*(codes or names), nulls_last=True)
    )
