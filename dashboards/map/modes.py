"""What the map shows, by mode: each gives a value and a class per area, and words for the whole.

raw: a KPI as it is. smoothed: drawn towards that of all, the more the fewer rows stand behind it.
change: its difference to another period, and whether that is more than chance. risk: serious cases
expected. hotspots: where more happens than exposure explains. gap: how far a coverage is from its
target. bivariate: risk and gap together.
"""

from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl

from dashboards.cache import Cache
from dashboards.context import Context
from dashboards.map.answered import rows_of
from dashboards.map.areas import level_areas
from dashboards.map.asked import RAW, Asked
from dashboards.map.change import change_shading
from dashboards.map.coverage import gap_shading, pair_shading
from dashboards.map.hot import hot_shading
from dashboards.map.risk import risk_shading
from dashboards.map.shading import Shading, by_feature, lay_out, nothing, unplaced_of
from warehouse.analysis.smoothing import smoothed
from warehouse.errors import InputError, UsageError
from warehouse.published import Published

KEPT = 60
"""Shadings kept of a version: one of 100,000 areas takes 2 MB."""

_kept: WeakKeyDictionary[Published, Cache] = WeakKeyDictionary()


def shade(context: Context, asked: Asked) -> Shading:
    """Every area's value and class, laid out by feature; made once for all who ask.

    What a county or a version cannot show is said in `Shading.missing`.

    Raises:
        UsageError: the KPI's own question cannot be answered.
    """
    kept = _kept.setdefault(context.published, Cache(KEPT))
    return kept.get(asked, lambda: _shaded(context, asked))


def _shaded(context: Context, asked: Asked) -> Shading:
    if asked.mode == RAW:
        return _raw(context, asked)
    # A period without records or a department that does not exist is a mistake in any mode.
    if asked.mode in ("smoothed", "change"):
        context.ask(asked.question)
    try:
        return MODES[asked.mode](context, asked)
    except (UsageError, InputError) as error:
        areas = level_areas(context, asked.county.code, asked.level)
        return nothing(areas, str(error))


def _raw(context: Context, asked: Asked) -> Shading:
    answer = context.ask(asked.question)
    return lay_out(
        rows_of(context, asked, answer),
        kpi=asked.kpi,
        unplaced=unplaced_of(answer),
        classing=asked.classing,
    )


def _smoothed(context: Context, asked: Asked) -> Shading:
    question = asked.question
    prior, drawn = context.analysed(
        "smoothed", question, lambda: smoothed(context.published, question)
    )
    answer = context.ask(question)
    held = drawn.select("area_code", "smoothed", "smoothed_low", "smoothed_high", "shrinkage")
    rows = rows_of(context, asked, answer).join(held, on="area_code", how="left")
    made = lay_out(
        rows.with_columns(
            pl.col("value").alias("raw"),
            pl.col("smoothed").alias("value"),
            pl.col("smoothed_low").alias("interval_low"),
            pl.col("smoothed_high").alias("interval_high"),
        ).with_columns(
            # Drawn towards all, a value of few rows is steady as long as its interval is narrow.
            pl.lit(100).alias("denominator")
        ),
        kpi=asked.kpi,
        unplaced=unplaced_of(answer),
        classing=asked.classing,
    )
    return Shading(
        **{
            **vars(made),
            "denominators": by_feature(rows, "denominator", dtype="<u4", fill=0),
            "extra": {
                "raw": by_feature(rows, "value", dtype="<f8"),
                "low": by_feature(rows, "smoothed_low"),
                "high": by_feature(rows, "smoothed_high"),
                "shrinkage": by_feature(rows, "shrinkage"),
            },
            "facts": {"mean": prior.mean, "size": None if np.isinf(prior.size) else prior.size},
        }
    )


MODES: Mapping[str, Callable[[Context, Asked], Shading]] = {
    "smoothed": _smoothed,
    "change": change_shading,
    "risk": risk_shading,
    "hotspots": hot_shading,
    "gap": gap_shading,
    "bivariate": pair_shading,
}
