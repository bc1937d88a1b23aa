"""Shares: what a slice adds up to, of what every value of one dimension adds up to."""

from dataclasses import replace

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.published import Published
from warehouse.query.flows import flows
from warehouse.query.question import NO_CODE, OtherSlice, Question
from warehouse.query.scope import code_column
from warehouse.query.spans import Spans
from warehouse.query.spine import on_spine

SUMS = ("numerator", "excluded_count", "not_yet_due_count")


def shares(
    published: Published, kpi: Kpi, question: Question, spans: Spans, areas: pl.DataFrame
) -> pl.DataFrame:
    """Parts of a share, one row per span and slice there is: span_id, codes, parts.

    numerator: the measure added up over the slice; denominator: over all values of the dimension
    `whole`, everything else being equal. A filter on that dimension narrows only the numerator.
    Where the dimension is neither sliced by nor filtered on, the share is 1.
    """
    whole = kpi.whole
    if whole is None:
        raise ValueError(f"{kpi.kpi_id} is not a share")
    rows = flows(published, [kpi], of_all(question, whole), spans)[0]
    rows = rows.sort(pl.exclude(SUMS), nulls_last=True)
    keys = ["span_id", *map(code_column, question.slices)]
    others = [name for name in keys if name != code_column(whole)]
    everything = rows.group_by(others, maintain_order=True).agg(
        pl.col("numerator").sum().alias("denominator")
    )
    is_asked = _is_asked(question, whole)
    if whole in question.slices:
        rows = rows.filter(is_asked)
    measured = rows.group_by(keys, maintain_order=True).agg(
        pl.when(is_asked).then(pl.col(name)).otherwise(0).sum().alias(name) for name in SUMS
    )
    return (
        on_spine(measured, question, spans, areas)
        .join(everything, on=others, how="left", nulls_equal=True)
        .with_columns(pl.col("denominator").fill_null(0))
    )


def of_all(question: Question, whole: OtherSlice) -> Question:
    """The question by the dimension as well, without the filter on it."""
    by = question.by if whole in question.by else (*question.by, whole)
    where = {name: values for name, values in question.where.items() if name != whole}
    return replace(question, by=by, where=where)


def _is_asked(question: Question, whole: OtherSlice) -> pl.Expr:
    values = question.filters.get(whole)
    if values is None:
        return pl.lit(value=True)
    code = pl.col(code_column(whole))
    is_among = code.is_in([value for value in values if value != NO_CODE]).fill_null(value=False)
    return is_among | code.is_null() if NO_CODE in values else is_among
