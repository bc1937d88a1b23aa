"""Composite scores: points of several KPIs, each computed from its own sums in the slice asked.

A score is Σ weight × points of its parts. The weights are those in force on the period's last day.
What a part gives is said by `part_value`:

- `value`: a share as 0–100; where lower is better, what is missing to 100;
- `attainment`: value ÷ target × 100 (target ÷ value where lower is better), at most 100;
- `index`: value ÷ target (target ÷ value), not capped: 1 is the target, above it is better. This is
  the CityScore of Boston, a mean of such quotients.

A part is answered in the very slice and period of the score (Σ numerator ÷ Σ denominator), never as
a mean of its values in smaller ones. Where one part has no value, or no target that it needs, the
score is null: its weight is not given to the others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from warehouse.catalogue import Kpi, get_kpi
from warehouse.catalogue.model import Parts
from warehouse.published import Published
from warehouse.query.county import county_facts
from warehouse.query.question import OTHER_SLICES, Question
from warehouse.query.values import status_of

Ask = Callable[[Sequence[Question]], Sequence[pl.DataFrame]]
"""What answers questions, each by its frame."""

CODES = ("area_code", *(f"{name}_code" for name in OTHER_SLICES))
KEYS = [*CODES, "period_start_date"]
CURRENT = ""
BACKS = ("previous_", "last_year_")
GRID = 2.0**40
"""Points are whole numbers of 1/GRID (below 1e-12), so they add up exactly in any order."""


def score_answer(published: Published, question: Question, ask: Ask) -> pl.DataFrame:
    """Values of a score, in the columns of `answers.answer`.

    numerator, denominator, the counts and the interval are null: they belong to the parts.
    A score is provisional while one of its parts is.

    Args:
        ask: what answers the questions about its parts.

    Raises:
        UsageError: as `answers.answer`, for any of the parts; such as a slice one part lacks.
    """
    kpi = get_kpi(question.kpi_id)
    parts = _answers(published, question, kpi, ask)
    points = _points(parts, kpi, question.county_code, CURRENT)
    firsts = [name for name in parts.columns if name.endswith(("_date", "_at"))]
    constant = ("county_code", "area_level", "version", "comparison_caveat")
    firsts += [name for name in constant if name in parts.columns]
    rows = parts.group_by(KEYS, maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in firsts if name not in KEYS),
        pl.col("is_provisional").any(),
        pl.col("is_suppressed").any(),
    )
    rows = _with_score(rows, points, CURRENT)
    for back in BACKS if question.compare else ():
        rows = _with_score(rows, _points(parts, kpi, question.county_code, back), back)
    ends = rows["period_end_date"].unique().to_list()
    targets = [kpi.target_on(_last_day(end), county_code=question.county_code) for end in ends]
    in_force = pl.DataFrame(
        {"period_end_date": ends, "target": [target and target.value for target in targets]},
        schema={"period_end_date": pl.Date, "target": pl.Float64},
    )
    rows = rows.join(in_force, on="period_end_date", how="left", maintain_order="left")
    rows = rows.with_columns(pl.lit(kpi.kpi_id).alias("kpi_id"), status_of(kpi))
    columns = parts.drop("part_id").schema
    return rows.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in rows
    ).select(pl.col(name).cast(kind) for name, kind in columns.items())


def contributions(published: Published, question: Question, ask: Ask) -> pl.DataFrame:
    """What each part gives to a score: one row per slice, period and part.

    Columns: the codes and days of the slice; part_id; value (the part's own); target (the part's,
    on the period's last day); weight; reached (points before the weight, 0–100, or an index where 1
    is the target); points (weight × reached, adding up to the score exactly); points_missing (what
    a part that reached everything would add; null for an index); score. Null where the part has no
    value.

    Raises:
        UsageError: as `score_answer`.
    """
    kpi = get_kpi(question.kpi_id)
    parts = _answers(published, question, kpi, ask)
    points = _points(parts, kpi, question.county_code, CURRENT)
    whole = None if kpi.part_value == "index" else 100 * pl.col("weight") - pl.col("points")
    order = [KEYS[-1], *CODES]
    return (
        points.join(_totals(points), on=KEYS, how="left", nulls_equal=True)
        .with_columns(
            pl.lit(None, pl.Float64).alias("points_missing")
            if whole is None
            else whole.alias("points_missing")
        )
        .select(
            *KEYS,
            "period_end_date",
            "part_id",
            "value",
            "target",
            "weight",
            "reached",
            "points",
            "points_missing",
            pl.col("total").alias("score"),
        )
        .sort(order, nulls_last=True, maintain_order=True)
    )


def parts_of(kpi: Kpi, end: date) -> Parts | None:
    """The parts in force on the last day before `end`; null before the first ones."""
    in_force = [parts for parts in kpi.parts if parts.valid_from <= _last_day(end)]
    return max(in_force, key=lambda parts: parts.valid_from, default=None)


def _answers(published: Published, question: Question, kpi: Kpi, ask: Ask) -> pl.DataFrame:
    """The answers about every part over the same days, one under the other, with `part_id`."""
    part_ids = list(dict.fromkeys(part for parts in kpi.parts for part in parts.weights))
    if question.start is None:
        known = [county_facts(published, question.county_code, get_kpi(part)) for part in part_ids]
        first = min(min(facts.first_date, facts.as_of_date) for facts in known)
        question = replace(question, start=first)
    answers = ask([replace(question, kpi_id=part) for part in part_ids])
    return pl.concat(
        rows.with_columns(pl.lit(part).alias("part_id"))
        for part, rows in zip(part_ids, answers, strict=True)
    )


def _points(parts: pl.DataFrame, kpi: Kpi, county_code: str, back: str) -> pl.DataFrame:
    """One row per slice and part in force, with `reached` and `points`; null without a value."""
    value = f"{back}value"
    end = f"{back}end_date" if back else "period_end_date"
    slices = parts.select(*KEYS, pl.col(end).alias("period_end_date")).drop_nulls("period_end_date")
    slices = slices.unique(maintain_order=True)
    weights = _weights(slices["period_end_date"].unique().sort(), kpi, county_code)
    found = parts.select(*KEYS, "part_id", pl.col(value).alias("value"))
    return (
        slices.join(weights, on="period_end_date", how="inner", maintain_order="left_right")
        .join(found, on=[*KEYS, "part_id"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(_reached(kpi).alias("reached"))
        .with_columns(
            ((pl.col("weight") * pl.col("reached") * GRID).round() / GRID).alias("points")
        )
    )


def _weights(ends: Iterable[date], kpi: Kpi, county_code: str) -> pl.DataFrame:
    """Parts in force before each end, with the part's own target and direction."""
    rows = []
    for end in ends:
        parts = parts_of(kpi, end)
        for part_id, weight in parts.weights.items() if parts else ():
            part = get_kpi(part_id)
            target = part.target_on(_last_day(end), county_code=county_code)
            rows.append((end, part_id, weight, target and target.value, part.better == "lower"))
    schema = {
        "period_end_date": pl.Date,
        "part_id": pl.String,
        "weight": pl.Float64,
        "target": pl.Float64,
        "is_lower_better": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _reached(kpi: Kpi) -> pl.Expr:
    value, target, is_lower = pl.col("value"), pl.col("target"), pl.col("is_lower_better")
    if kpi.part_value == "value":
        return 100 * pl.when(is_lower).then(1 - value).otherwise(value)
    quotient = pl.when(is_lower).then(target / value).otherwise(value / target)
    if kpi.part_value == "attainment":
        return 100 * quotient.clip(upper_bound=1).fill_nan(None)
    return pl.when(quotient.is_finite()).then(quotient)


def _totals(points: pl.DataFrame) -> pl.DataFrame:
    total = pl.when(pl.col("points").null_count() == 0).then(pl.col("points").sum())
    return points.group_by(KEYS).agg(total.alias("total"))


def _with_score(rows: pl.DataFrame, points: pl.DataFrame, back: str) -> pl.DataFrame:
    totals = _totals(points).rename({"total": f"{back}value"})
    return rows.join(totals, on=KEYS, how="left", nulls_equal=True, maintain_order="left")


def _last_day(end: date) -> date:
    return end - timedelta(days=1)
