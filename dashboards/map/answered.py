"""Answers of the warehouse beside the areas that the map draws."""

import polars as pl

from dashboards.context import Context
from dashboards.map.areas import level_areas
from dashboards.map.asked import Asked


def rows_of(context: Context, asked: Asked, answer: pl.DataFrame) -> pl.DataFrame:
    """One row per area of the level asked, with the answer's row about it."""
    areas = level_areas(context, asked.county.code, asked.level)
    return areas.select("area_code", "feature_id").join(answer, on="area_code", how="left")
