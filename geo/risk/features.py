"""What goes into the score, all of it: one declared list, and how each part is computed.

Every value for a week uses weeks before it only. All are rates per week and never negative, so the
parts of a forecast add up to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from geo.risk.panel import YEAR_WEEKS, Counts, Floats, Panel
from warehouse.catalogue import Text

RECENT_WEEKS, LATEST_WEEKS = 8.0, 3.0
"""Half-lives of recent cases."""
SINCE_WEEKS = 6.0
"""Half-life of the memory of the last case."""
SEASON_SPREAD_WEEKS = 2
"""Weeks either side of the same time last year."""
DAYS_OF_YEAR = 365.2425

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


@dataclass(frozen=True)
class Features:
    """Values for every week and the one after the last: the week that is foretold.

    Args:
        grid: by feature, (weeks + 1) × grids.
        county: by feature, weeks + 1 values from 0 to about 1; `rain` is (weeks + 1) × grids.
    """

    grid: Mapping[str, Counts]
    county: Mapping[str, Floats]
    rain: Counts | None


def features_of(panel: Panel, *, weeks: int) -> Features:
    """All features of a panel for a forecast over so many weeks."""
    return Features(
        grid=_grid_features(panel, weeks),
        county=_county_features(panel, weeks),
        rain=None if panel.rain_mm is None else _after(panel.rain_mm),
    )


def _grid_features(panel: Panel, weeks: int) -> dict[str, Counts]:
    history, near, wider = panel.history, panel.places.near, panel.places.wider
    own_all, own_recent = whole_record(history), decayed(history, RECENT_WEEKS)
    shape = own_all.shape
    values = {"even": np.ones(shape, dtype=np.float32)}
    area = panel.places.area_km2
    if np.ptp(area) > 0.01 * area.mean():
        values["area"] = np.broadcast_to((area / area.mean()).astype(np.float32), shape)
    values |= {
        "own_all": own_all,
        "own_year": last_weeks(history, YEAR_WEEKS),
        "own_recent": own_recent,
        "own_latest": decayed(history, LATEST_WEEKS),
        "since": since_last(history, SINCE_WEEKS),
        "near_all": around(near, own_all),
        "near_recent": around(near, own_recent),
        "wider_all": around(wider, own_all),
        "wider_recent": around(wider, own_recent),
    }
    if panel.week_count >= 2 * YEAR_WEEKS:
        values["own_season"] = same_season(history + around(near, history), weeks)
    for name, counts in (("lesser", panel.lesser), ("others", panel.others)):
        if counts is not None and counts.any():
            values[f"{name}_all"] = whole_record(counts)
            values[f"{name}_recent"] = decayed(counts, RECENT_WEEKS)
            values[f"{name}_near"] = around(near, values[f"{name}_all"])
    return values


def _county_features(panel: Panel, weeks: int) -> dict[str, Floats]:
    totals = panel.history.sum(axis=1, keepdims=True)
    year = np.maximum(last_weeks(totals, YEAR_WEEKS), 1e-9)[:, 0]
    recent = decayed(totals, RECENT_WEEKS)[:, 0]
    values: dict[str, Floats] = {"trend": np.minimum(recent / year, 3.0).astype(np.float64)}
    if panel.week_count >= 2 * YEAR_WEEKS:
        middle = np.array(
            [
                panel.day_of(week).timetuple().tm_yday + 3.5 * weeks
                for week in range(panel.week_count + 1)
            ]
        )
        angle = 2 * np.pi * middle / DAYS_OF_YEAR
        values["season_cosine"] = (1 + np.cos(angle)) / 2
        values["season_sine"] = (1 + np.sin(angle)) / 2
    if panel.holidays is not None:
        ahead = np.convolve(panel.holidays, np.ones(weeks) / weeks, mode="valid")
        values["holidays"] = ahead[: panel.week_count + 1]
    return values


def whole_record(counts: Counts) -> Counts:
    """Cases per week over all weeks before; 0 before the first."""
    return last_weeks(counts, len(counts))


def last_weeks(counts: Counts, weeks: int) -> Counts:
    """Cases per week over so many weeks before, or over those there are."""
    week_count, grid_count = counts.shape
    total = np.zeros((week_count + 1, grid_count))
    np.cumsum(counts, axis=0, out=total[1:])
    ends = np.arange(week_count + 1)
    starts = np.maximum(ends - weeks, 0)
    spans = np.maximum(ends - starts, 1)[:, None]
    rates: Counts = ((total[ends] - total[starts]) / spans).astype(np.float32)
    return rates


def decayed(counts: Counts, half_life_weeks: float) -> Counts:
    """Mean of the weeks before, each week counting by its age."""
    kept = 0.5 ** (1 / half_life_weeks)
    rates = np.zeros((len(counts) + 1, counts.shape[1]), dtype=np.float32)
    total, mass = np.zeros(counts.shape[1]), 0.0
    for week, row in enumerate(counts):
        total = total * kept + row
        mass = mass * kept + 1
        rates[week + 1] = total / mass
    return rates


def since_last(counts: Counts, half_life_weeks: float) -> Counts:
    """1 in the week after a case, halved with every half-life without one; 0 where none was."""
    kept = 0.5 ** (1 / half_life_weeks)
    memory = np.zeros((len(counts) + 1, counts.shape[1]), dtype=np.float32)
    for week, row in enumerate(counts):
        memory[week + 1] = np.where(row > 0, 1.0, memory[week] * kept)
    return memory


def same_season(counts: Counts, weeks: int) -> Counts:
    """Cases per week a year before the weeks foretold; the overall rate in the first year."""
    rates = whole_record(counts)
    total = np.concatenate([np.zeros((1, counts.shape[1])), np.cumsum(counts, axis=0)])
    for week in range(YEAR_WEEKS + weeks + SEASON_SPREAD_WEEKS, len(rates)):
        start = week - YEAR_WEEKS - SEASON_SPREAD_WEEKS
        end = week - YEAR_WEEKS + weeks + SEASON_SPREAD_WEEKS
        rates[week] = (total[end] - total[start]) / (end - start)
    return rates


def around(weights: sparse.csr_matrix, rates: Counts) -> Counts:
    """Weighted mean over the neighbours, week by week."""
    return np.ascontiguousarray((weights.astype(np.float32) @ rates.T).T)


def _after(counts: Counts) -> Counts:
    """Value of the week before each week, in tens."""
    nothing = np.zeros((1, counts.shape[1]), dtype=np.float32)
    return np.concatenate([nothing, counts / np.float32(10)])
