"""What goes into the score, all of it, and every column that is read for it and why.

Nothing here is about who lives in a grid. A test holds the columns that are really read to this
list, and a page shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.catalogue import Text

CASES = "mart.fct_cases"
REPORTED = f"{CASES}.reported_date"
PLACE = (f"{CASES}.grid_code", REPORTED)
KIND = (
    f"{CASES}.category_code",
    f"{CASES}.severity_code",
    "mart.dim_categories.category_family",
)
POSITION = ("mart.dim_grids.longitude", "mart.dim_grids.latitude")


@dataclass(frozen=True)
class Feature:
    """One thing that goes in: what it is, which reason it counts for, where it comes from."""

    feature_id: str
    reason: str
    name: Text
    sources: tuple[str, ...]


def _feature(feature_id: str, reason: str, zh: str, en: str, *sources: str) -> Feature:
    return Feature(feature_id, reason, Text(zh=zh, en=en), sources)


GRID_FEATURES = (
    _feature("even", "anywhere", "各网格相同的本底", "the same for every grid"),
    _feature(
        "area", "anywhere", "网格面积", "size of the grid in km²", "mart.dim_grids.area_km2"
    ),
    _feature(
        "own_all", "history", "有记录以来本网格每周严重事件", "serious cases here per week,"
        " over the whole record", *PLACE, *KIND,
    ),
    _feature(
        "own_year", "history", "近 52 周本网格每周严重事件", "serious cases here per week, over"
        " the last 52 weeks", *PLACE, *KIND,
    ),
    _feature(
        "own_season", "season", "去年同期本网格及邻近严重事件", "serious cases here and near by at"
        " the same time last year", *PLACE, *KIND, *POSITION,
    ),
    _feature(
        "own_recent", "recent", "近期严重事件,8 周减半", "recent serious cases here, half-life"
        " 8 weeks", *PLACE, *KIND,
    ),
    _feature(
        "own_latest", "recent", "最近严重事件,3 周减半", "latest serious cases here, half-life"
        " 3 weeks", *PLACE, *KIND,
    ),
    _feature(
        "since", "since_last", "距上一起的时间,6 周减半", "time since the last serious case here,"
        " half-life 6 weeks", *PLACE, *KIND,
    ),
    _feature(
        "near_all", "neighbours", "邻近网格有记录以来", "neighbouring grids, over the whole record",
        *PLACE, *KIND, *POSITION,
    ),
    _feature(
        "near_recent", "neighbours", "邻近网格近期", "neighbouring grids, recent", *PLACE, *KIND,
        *POSITION,
    ),
    _feature(
        "wider_all", "neighbours", "周边一带有记录以来", "the wider neighbourhood, over the whole"
        " record", *PLACE, *KIND, *POSITION,
    ),
    _feature(
        "wider_recent", "neighbours", "周边一带近期", "the wider neighbourhood, recent", *PLACE,
        *KIND, *POSITION,
    ),
    _feature(
        "near_dense", "neighbours", "邻近网格每平方公里,折合本网格面积",
        "neighbouring grids per km², for the size of this one", *PLACE, *KIND, *POSITION,
        "mart.dim_grids.area_km2",
    ),
    _feature(
        "wider_dense", "neighbours", "周边一带每平方公里,折合本网格面积",
        "the wider neighbourhood per km², for the size of this grid", *PLACE, *KIND, *POSITION,
        "mart.dim_grids.area_km2",
    ),
    _feature(
        "lesser_all", "lesser", "同类一般事件,有记录以来", "lesser cases of the kind here, over"
        " the whole record", *PLACE, *KIND,
    ),
    _feature(
        "lesser_recent", "lesser", "同类一般事件,近期", "lesser cases of the kind here, recent",
        *PLACE, *KIND,
    ),
    _feature(
        "lesser_near", "lesser", "邻近网格同类一般事件", "lesser cases of the kind in neighbouring"
        " grids", *PLACE, *KIND, *POSITION,
    ),
    _feature(
        "others_all", "other_kinds", "其他类严重事件,有记录以来", "serious cases of other kinds"
        " here, over the whole record", *PLACE, *KIND,
    ),
    _feature(
        "others_recent", "other_kinds", "其他类严重事件,近期", "serious cases of other kinds here,"
        " recent", *PLACE, *KIND,
    ),
    _feature(
        "others_near", "other_kinds", "邻近网格其他类严重事件", "serious cases of other kinds in"
        " neighbouring grids", *PLACE, *KIND, *POSITION,
    ),
    _feature(
        "others_dense", "other_kinds", "邻近其他类严重事件每平方公里,折合本网格面积",
        "serious cases of other kinds near by per km², for the size of this grid", *PLACE, *KIND,
        *POSITION, "mart.dim_grids.area_km2",
    ),
)  # fmt: skip
"""What tells grids apart."""

COUNTY_FEATURES = (
    _feature(
        "trend", "trend", "全县近期与近一年之比", "the county's recent cases over those of the last"
        " year", *PLACE, *KIND,
    ),
    _feature("season_cosine", "season", "一年中的时段", "time of the year", REPORTED),
    _feature("season_sine", "season", "一年中的时段", "time of the year", REPORTED),
    _feature(
        "holidays", "calendar", "预测期内法定节假日占比", "share of public holidays in the days"
        " foretold", "mart.dim_dates.calendar_date", "mart.dim_dates.is_holiday",
    ),
    _feature(
        "rain", "rain", "前一周所在乡镇雨量", "rain of the week before at the town's gauges",
        "mart.fct_rain_hours.rain_mm", "mart.fct_rain_hours.rain_date",
        "mart.fct_rain_hours.town_code", "mart.dim_grids.town_code",
    ),
)  # fmt: skip
"""What raises or lowers every grid of the county, or of a town, alike."""

FEATURES = GRID_FEATURES + COUNTY_FEATURES
"""The whole list. Every weekday is in every window equally often, so none is a feature.

A county without grids is scored by community or town, from the same columns of `mart.dim_areas`.
"""

WHY_READ: Mapping[str, Text] = {
    column: Text(zh=zh, en=en)
    for column, zh, en in (
        ("ops.build.county_code", "县市", "county"),
        ("ops.build.time_zone", "当地日期", "local days"),
        ("ops.build.as_of_at", "预测起始日", "the day the forecast begins"),
        ("mart.fct_cases.county_code", "县市", "county"),
        ("mart.fct_cases.dataset", "剔除手环报警", "wristband alarms are left out"),
        ("mart.fct_cases.location_method", "剔除默认点", "default points are left out"),
        ("mart.fct_cases.is_duplicate", "剔除重复", "duplicates are left out"),
        ("mart.fct_cases.voided_date", "剔除作废", "void cases are left out"),
        ("mart.fct_cases.longitude", "网格调整后归入新网格", "new grid of a former one's cases"),
        ("mart.fct_cases.latitude", "网格调整后归入新网格", "new grid of a former one's cases"),
        ("mart.dim_categories.county_code", "县市", "county"),
        ("mart.dim_categories.category_code", "类别", "category"),
        ("mart.dim_categories.major_category_code", "无类别族时的类别", "kind where no family is"),
        ("mart.dim_categories.major_category_name", "名称", "name"),
        ("mart.dim_categories.major_category_name_en", "名称", "name"),
        ("mart.dim_grids.county_code", "县市", "county"),
        ("mart.dim_grids.grid_code", "网格", "grid"),
        ("mart.dim_grids.grid_name", "名称", "name"),
        ("mart.dim_grids.community_code", "网格调整后归入新网格", "new grid of a former one"),
        ("mart.dim_grids.valid_from_date", "网格调整", "change of grids"),
        ("mart.dim_grids.valid_to_date", "网格调整", "change of grids"),
        ("mart.dim_grids.is_current", "现行网格", "grids of today"),
        (
            "mart.dim_grids.population",
            "仅用于按人口检验,不进入评分",
            "judges the score by residents; never in it",
        ),
        ("mart.dim_dates.county_code", "县市", "county"),
        ("mart.fct_rain_hours.county_code", "县市", "county"),
        ("mart.fct_rain_hours.gauge_code", "雨量站取平均", "mean over gauges"),
    )
}
"""Columns that are read and are no feature: they select, place, name or judge."""
