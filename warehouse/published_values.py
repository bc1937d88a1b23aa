"""What each published version said: every KPI by county, town and month, kept for good."""

from datetime import datetime

import polars as pl

from warehouse.catalogue import load_catalogue
from warehouse.published import Published
from warehouse.query import Dimension, Question, answer

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
    """The rows that this version adds to `kpi.published_values`; empty when it has no county."""
    counties = published.sql("select county_code from ops.build order by county_code")
    answers = [
        answer(published, Question(kpi_id=kpi_id, county_code=county_code, by=(level, "month")))
        for county_code in counties["county_code"]
        for kpi_id in load_catalogue()
        for level in LEVELS
    ]
    if not answers:
        return pl.DataFrame()
    # Areas valid on no day of the month, and cases of no area, have no row of their own to keep.
    kept = [frame.filter(pl.col("area_code").is_not_null()) for frame in answers]
    return (
        pl.concat(kept, how="vertical")
        .with_columns(pl.lit(published_at).alias("published_at"))
        .select(*PUBLISHED_VALUES)
    )
