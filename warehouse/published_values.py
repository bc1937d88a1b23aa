"""What each published version said: every KPI by county, town and month, kept for good."""

from datetime import datetime

import polars as pl

from warehouse.catalogue import Kpi, get_kpi, load_catalogue
from warehouse.catalogue.facts import Fact, load_facts
from warehouse.published import Published
from warehouse.query import Dimension, Question, answer_many
from warehouse.query.county import rows_of

PUBLISHED_VALUES = {
    "version": "bigint",
    "published_at": "timestamptz",
    "kpi_id": "varchar",
    "county_code": "varchar",
    "area_level": "varchar",
    "area_code": "varchar",
    "period_start_date": "date",
    "period_end_date": "date",
    "value": "double",
    "numerator": "double",
    "denominator": "double",
    "excluded_count": "bigint",
    "not_yet_due_count": "bigint",
    "is_provisional": "boolean",
    "as_of_at": "timestamptz",
}
"""Columns of `kpi.published_values`: one row per version, KPI, area and month."""

LEVELS: tuple[Dimension, ...] = ("county", "town")


def values_of(published: Published, *, published_at: datetime) -> pl.DataFrame:
    """The rows that this version adds to `kpi.published_values`; empty when it has no county.

    A KPI has its county and, where its rows tell the town, its towns, each month from the first of
    which there is anything to count; those of persons for whole months, without the cells that are
    not shown. A county without a row to compute a KPI from has none of it.

    Args:
        published: opened with the rows about persons.
        published_at: when.
    """
    counties = published.sql("select county_code from ops.build order by county_code")
    kpis = load_catalogue().values()
    delivering = {} if counties.is_empty() else _counties_with_rows(published)
    questions = [
        Question(kpi_id=kpi.kpi_id, county_code=county_code, by=(level, "month"))
        for county_code in counties["county_code"]
        for kpi in kpis
        if all(county_code in delivering[fact.name] for fact in _facts_of(kpi))
        for level in LEVELS
        if level == "county" or all(fact.column_of("town") for fact in _facts_of(kpi))
    ]
    answers = answer_many(published, questions)
    if not answers:
        return pl.DataFrame()
    # Areas valid on no day of the month, and cases of no area, have no row of their own to keep.
    kept = [frame.filter(pl.col("area_code").is_not_null()) for frame in answers]
    # Of persons only whole months are kept: two versions' months so far differ by a few days.
    is_personal = pl.col("kpi_id").is_in([kpi.kpi_id for kpi in kpis if kpi.is_personal])
    is_whole = pl.col("period_end_date").dt.day() == 1
    return (
        pl.concat(kept, how="vertical")
        .filter(is_whole | ~is_personal)
        .with_columns(pl.lit(published_at).alias("published_at"))
        .select(*PUBLISHED_VALUES)
    )


def _facts_of(kpi: Kpi) -> tuple[Fact, ...]:
    """The facts that the KPI, or every part of the score, is computed from."""
    if kpi.kind != "score":
        return kpi.facts
    part_ids = {part_id for parts in kpi.parts for part_id in parts.weights}
    return tuple(fact for part_id in part_ids for fact in get_kpi(part_id).facts)


def _counties_with_rows(published: Published) -> dict[str, set[str]]:
    """Fact → the counties it has rows of."""
    return {
        name: set(
            rows_of(published, fact)(f"select distinct county_code from mart.{name}")["county_code"]
        )
        for name, fact in load_facts().items()
    }
