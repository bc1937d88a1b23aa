"""Hot spots of grids, as the map shows them: those of a period, or how they went over months."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from dashboards.context import Context
from dashboards.map.areas import level_areas
from dashboards.map.asked import Asked
from dashboards.map.shading import NONE_DUE, Shading, by_feature, nothing
from geo.hotspots.emerging import CLASSES
from geo.hotspots.judgement import LEVEL
from geo.hotspots.reading import Followed, Found, find_hot_spots, follow_hot_spots
from warehouse.case_kinds import ALL
from warehouse.catalogue import Text

SPOTS = ("hot", "around", "high", "none", "low", "cold")
"""Classes of a period, those to look at first in front:

- hot: a hot spot, judged itself and with its neighbours, false discoveries controlled.
- around: its neighbourhood has too many cases, it has not itself.
- high, low: Gi* beyond ±1.96, which with few cases chance often brings: no finding.
- cold: a cluster of grids with too few, false discoveries controlled (local Moran).
"""
FOLLOWED = tuple(CLASSES)
GI_LIMIT = 1.96
UNREADABLE = Text(
    zh="此版本没有网格相邻表(mart.dim_grid_neighbours),请重新构建后再看热点",
    en="this version has no table of neighbouring grids (mart.dim_grid_neighbours): build again"
    " to see hot spots",
)
HAS_NEIGHBOURS = """
select count(*) > 0 as is_there from information_schema.tables
where table_schema = 'mart' and table_name = 'dim_grid_neighbours'
"""


def hot_shading(context: Context, asked: Asked) -> Shading:
    """Classes of grids; no other level has any.

    Raises:
        UsageError, InputError: as `find_hot_spots`.
    """
    areas = level_areas(context, asked.county.code, asked.level)
    if not context.sql(HAS_NEIGHBOURS)["is_there"].item():
        return nothing(areas, f"{UNREADABLE.zh} / {UNREADABLE.en}")
    return _followed(context, asked) if asked.is_followed else _found(context, asked)


def found_of(context: Context, asked: Asked) -> Found:
    """The hot spots of the period asked, judged once."""
    family = None if asked.family == ALL else asked.family
    key = (asked.county.code, family, asked.first, asked.last, asked.against)
    return context.services.answers.get(
        (context.published.version, "hot spots", *key),
        lambda: find_hot_spots(
            context.published,
            asked.county.code,
            family=family,
            start=asked.first,
            end=asked.end,
            exposure=asked.against,
        ),
    )


def followed_of(context: Context, asked: Asked) -> Followed:
    """The hot spots followed over months, judged once."""
    family = None if asked.family == ALL else asked.family
    exposure = None if asked.against == "usual" else asked.against
    return context.services.answers.get(
        (context.published.version, "followed", asked.county.code, family, exposure),
        lambda: follow_hot_spots(
            context.published, asked.county.code, family=family, exposure=exposure
        ),
    )


def spot_class() -> pl.Expr:
    """Class of each grid of `Found.spots.rows`."""
    around = pl.col("neighbourhood_adjusted") <= LEVEL
    return (
        pl.when("is_hot_spot")
        .then(pl.lit("hot"))
        .when(around)
        .then(pl.lit("around"))
        .when(pl.col("moran_class") == "low_low")
        .then(pl.lit("cold"))
        .when(pl.col("gi_z") >= GI_LIMIT)
        .then(pl.lit("high"))
        .when(pl.col("gi_z") <= -GI_LIMIT)
        .then(pl.lit("low"))
        .otherwise(pl.lit("none"))
    )


def _found(context: Context, asked: Asked) -> Shading:
    found = found_of(context, asked)
    judged = found.spots.rows.with_columns(spot_class().alias("class_code"))
    return _shading(
        found,
        _placed(context, asked, judged, SPOTS),
        SPOTS,
        value="ratio",
        extra=(
            "expected_count",
            "neighbourhood_count",
            "neighbourhood_expected",
            "neighbourhood_adjusted",
            "gi_z",
        ),
        facts={"found": found.spots.hot_count},
    )


def _followed(context: Context, asked: Asked) -> Shading:
    followed = followed_of(context, asked)
    judged = followed.spots.rows
    return _shading(
        followed,
        _placed(context, asked, judged, FOLLOWED),
        FOLLOWED,
        value="recent_ratio",
        extra=("recent_ratio", "earlier_ratio", "hot_period_count", "trend_z"),
        facts={
            "found": judged.filter(pl.col("class_code") != "none").height,
            "months": len(followed.spots.period_start_dates),
            "recent": followed.spots.recent_count,
        },
    )


def _shading(
    judged: Found | Followed,
    rows: pl.DataFrame,
    order: tuple[str, ...],
    *,
    value: str,
    extra: tuple[str, ...],
    facts: Mapping[str, int],
) -> Shading:
    """The picture of what was judged: classes in an order, one row per area."""
    return Shading(
        values=by_feature(rows, value, dtype="<f8"),
        denominators=by_feature(rows, "case_count", dtype="<u4", fill=0),
        flags=_flags(rows),
        breaks=(),
        first=str(judged.start),
        last=str(judged.end - timedelta(days=1)),
        unplaced=judged.unplaced_count,
        categories=order,
        given_classes=by_feature(rows, "place", dtype="u1", fill=255),
        extra={name: by_feature(rows, name) for name in extra},
        facts={"exposure": judged.exposure, **facts},
    )


def _placed(
    context: Context, asked: Asked, judged: pl.DataFrame, order: tuple[str, ...]
) -> pl.DataFrame:
    """One row per area of the level asked with what was judged and the `place` of its class."""
    places = {name: place for place, name in enumerate(order)}
    areas = level_areas(context, asked.county.code, asked.level)
    return areas.select("area_code", "feature_id").join(
        judged.rename({"grid_code": "area_code"}).with_columns(
            pl.col("class_code").replace_strict(places, return_dtype=pl.UInt8).alias("place")
        ),
        on="area_code",
        how="left",
    )


def _flags(rows: pl.DataFrame) -> np.ndarray:
    """What was not judged has no exposure: nobody lives there."""
    return by_feature(
        rows.with_columns((pl.col("place").is_null() * NONE_DUE).alias("flag")),
        "flag",
        dtype="u1",
        fill=0,
    )
