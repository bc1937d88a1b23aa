"""Hot spots over time: which are new, grow, stay or fade.

Each grid has one test for each of three spans, all as in `geo.hotspots.judgement` and each at a
third of the level, so that together they keep it: the recent periods taken together, the earlier
ones taken together, and every single period (over all grids and periods). The trend is Mann and
Kendall's of its Gi* over the periods: of how it stands within the county, not of its count, so a
season or growth that all share is no trend. Trends are tested among the grids that were found,
false discoveries controlled.

Getis-Ord over time with Mann-Kendall is what Esri calls emerging hot spot analysis; its seventeen
classes are six here, and a class does not need nine periods in ten to be significant one by one,
which counts of a grid and a month never are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from geo.hotspots.judgement import LEVEL, Judgement, judge
from geo.hotspots.statistics import empirical_bayes_rates, getis_ord_star
from geo.hotspots.trend import mann_kendall
from geo.weights import weight_matrix
from warehouse.catalogue import Text

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CLASSES: Mapping[str, Text] = {
    "new": Text(zh="新增热点", en="New"),
    "intensifying": Text(zh="增强热点", en="Intensifying"),
    "persistent": Text(zh="持续热点", en="Persistent"),
    "fading": Text(zh="减弱热点", en="Fading"),
    "sporadic": Text(zh="零星热点", en="Sporadic"),
    "none": Text(zh="非热点", en="None"),
}
"""Classes; the first of these that fits holds:

- none: not found in any of the three tests.
- new: hot recently; not in the earlier periods together nor in any one of them.
- intensifying: hot recently, and its Gi* rises significantly.
- fading: hot in the earlier periods, and its Gi* falls significantly, whether it is still hot or
  not.
- persistent: hot in the earlier periods, and recently too, or at least not shown to have ended: its
  neighbourhood's recent cases are not significantly fewer than at its earlier level.
- sporadic: any other: hot for a time, neither now nor with a direction.
"""

TESTS = 3
NEXT_TO_NOTHING = 1e-6


@dataclass(frozen=True)
class EmergingHotSpots:
    """Hot spots over time.

    `rows`: one per grid: `grid_code, class_code` (`CLASSES`), `is_recent_hot_spot,
    is_earlier_hot_spot, hot_period_count` (single periods in which it was hot), `case_count,
    recent_count, recent_ratio, earlier_ratio` (cases over expected), `tau, trend_z,
    trend_probability, trend_adjusted` (Mann-Kendall of Gi*; adjusted is null where the grid was not
    found), `gi_z` (a list, one per period).
    `period_start_dates`: of the periods, in order. `recent_count`: how many of them are the recent
    ones.
    """

    rows: pl.DataFrame
    period_start_dates: pl.Series
    recent_count: int
    level: float


def emerging_hot_spots(
    periods: pl.DataFrame, neighbours: pl.DataFrame, *, recent: int, level: float = LEVEL
) -> EmergingHotSpots:
    """Follow the grids over periods.

    Args:
        periods: one row per grid and period, every combination: `grid_code, period_start_date,
            case_count, exposure` (0 or null where the grid was not there).
        neighbours: `grid_code, neighbour_code` of adjacent grids.
        recent: how many of the last periods are asked about; fewer than all.
        level: share of false discoveries allowed among the grids that get a class.
    """
    ordered = periods.sort("grid_code", "period_start_date")
    codes = ordered["grid_code"].unique(maintain_order=True).to_list()
    starts = ordered["period_start_date"].unique().sort()
    shape = (len(codes), len(starts))
    counts = ordered["case_count"].cast(pl.Float64).to_numpy().reshape(shape)
    exposure = ordered["exposure"].cast(pl.Float64).fill_null(0.0).to_numpy().reshape(shape)
    counts = counts * (exposure > 0)
    matrix = weight_matrix(codes, neighbours)

    single = judge(counts, exposure, matrix, level=level / TESTS)
    spans = (slice(len(starts) - recent, None), slice(0, len(starts) - recent))
    latest, earlier = (
        judge(
            counts[:, span].sum(axis=1, keepdims=True),
            exposure[:, span].sum(axis=1, keepdims=True),
            matrix,
            level=level / TESTS,
        )
        for span in spans
    )
    is_recent, is_earlier = latest.is_hot[:, 0], earlier.is_hot[:, 0]
    has_ended = _has_ended(latest, earlier, level)
    was_hot_once = np.asarray(single.is_hot[:, spans[1]].any(axis=1))
    is_found = is_recent | is_earlier | single.is_hot.any(axis=1)

    z = getis_ord_star(empirical_bayes_rates(counts, _filled(exposure)), matrix)
    trend = mann_kendall(z)
    adjusted = np.full(len(codes), np.nan)
    if is_found.any():
        adjusted[is_found] = stats.false_discovery_control(trend.probability[is_found])
    is_trend = np.nan_to_num(adjusted, nan=1.0) <= level
    class_codes = _classes(
        is_found=is_found,
        is_recent=is_recent,
        is_earlier=is_earlier,
        was_hot_once=was_hot_once,
        has_ended=has_ended,
        direction=np.sign(trend.score) * is_trend,
    )
    columns = {
        "is_recent_hot_spot": is_recent,
        "is_earlier_hot_spot": is_earlier,
        "hot_period_count": single.is_hot.sum(axis=1),
        "case_count": counts.sum(axis=1).astype(np.int64),
        "recent_count": counts[:, spans[0]].sum(axis=1).astype(np.int64),
        "recent_ratio": _ratio(counts[:, spans[0]].sum(axis=1), latest.expected[:, 0]),
        "earlier_ratio": _ratio(counts[:, spans[1]].sum(axis=1), earlier.expected[:, 0]),
        "tau": trend.tau,
        "trend_z": trend.z,
        "trend_probability": trend.probability,
        "trend_adjusted": adjusted,
    }
    rows = pl.DataFrame(
        {"grid_code": codes, "class_code": class_codes, **columns},
        schema_overrides={"grid_code": pl.String, "class_code": pl.String},
    ).with_columns(
        pl.selectors.float().fill_nan(None),
        gi_z=pl.Series(z.tolist(), dtype=pl.List(pl.Float64)),
    )
    return EmergingHotSpots(rows, starts, recent, level)


def _has_ended(latest: Judgement, earlier: Judgement, level: float) -> Flags:
    """Whether a neighbourhood has fewer recent cases than at its earlier ratio to what is expected.

    Of all its cases the recent ones then are a binomial part.
    """
    recent_count, count = latest.neighbourhood_count[:, 0], earlier.neighbourhood_count[:, 0]
    recent_mean, mean = latest.neighbourhood_expected[:, 0], earlier.neighbourhood_expected[:, 0]
    both = recent_mean + mean
    part = np.divide(recent_mean, both, out=np.zeros_like(both), where=both > 0)
    return np.asarray(stats.binom.cdf(recent_count, recent_count + count, part) <= level)


def _filled(exposure: Numbers) -> Numbers:
    """Exposure above 0 everywhere, so that the rate of a grid that is not there yet is that of all.

    Against next to nothing, no case is what is to be expected: the standardised rate is about 0.
    """
    least = exposure.min(initial=1.0, where=exposure > 0)
    return np.where(exposure > 0, exposure, least * NEXT_TO_NOTHING)


def _ratio(counts: Numbers, expected: Numbers) -> Numbers:
    ratio: Numbers = np.divide(
        counts, expected, out=np.full(len(counts), np.nan), where=expected > 0
    )
    return ratio


def _classes(
    *,
    is_found: Flags,
    is_recent: Flags,
    is_earlier: Flags,
    was_hot_once: Flags,
    has_ended: Flags,
    direction: Numbers,
) -> list[str]:
    """Class of each grid, by the rules above."""
    rules = [
        ("none", ~is_found),
        ("new", is_recent & ~is_earlier & ~was_hot_once),
        ("intensifying", is_recent & (direction > 0)),
        ("fading", (is_earlier | was_hot_once) & (direction < 0)),
        ("persistent", is_earlier & (is_recent | ~has_ended)),
    ]
    chosen = np.select([flags for _, flags in rules], [name for name, _ in rules], "sporadic")
    return [str(name) for name in chosen]
