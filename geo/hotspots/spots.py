"""Hot spots of one period: one row per grid, with what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse, stats

from geo.hotspots.background import (
    moments_of_sums,
    probability_of_as_few,
    probability_of_as_many,
)
from geo.hotspots.judgement import LEVEL, Judgement, judge
from geo.hotspots.statistics import (
    QUADRANTS,
    empirical_bayes_rates,
    getis_ord_star,
    local_moran,
    normal_probability,
)
from geo.weights import weight_matrix
from warehouse.catalogue import Text

Numbers = npt.NDArray[np.float64]

NONE = "none"
"""Class of a grid whose neighbours' cases are as expected."""


@dataclass(frozen=True)
class HotSpots:
    """Hot spots of one period.

    `rows`: one per grid that can be judged (exposure above 0), in the order given:

    - `grid_code`, `case_count`, `exposure`, `expected_count` (rate of the rest of the county ×
      exposure), `ratio` (cases over expected);
    - `neighbourhood_count`, `neighbourhood_expected`: cases of the grid and its neighbours;
    - `gi_z`: Gi* of the standardised rates, `gi_probability`: by the normal distribution. For maps
      and comparison with other programs; with few cases a grid the probability is too small;
    - `neighbourhood_probability`, `neighbourhood_adjusted`, `own_probability`, `own_adjusted`,
      `is_hot_spot`: the judgement (`geo.hotspots.judgement`);
    - `moran_i`, `moran_quadrant` (own value, then its neighbours': `high_high` …),
      `moran_probability` (conditional permutation): local Moran of the standardised rates, null for
      a grid without neighbours;
    - `moran_class`: the quadrant where the neighbours' cases, without its own, are higher or lower
      than expected (false discoveries controlled over grids and both directions), else `none`.

    `not_judged`: grids without exposure, with their `case_count`. `rate`: cases per unit of
    exposure without the hot spots. `dispersion`: squared coefficient of variation of the rates of
    grids that are no hot spots (0: chance only).
    """

    rows: pl.DataFrame
    not_judged: pl.DataFrame
    rate: float
    dispersion: float
    level: float

    @property
    def hot_count(self) -> int:
        """How many grids are hot spots."""
        return int(self.rows["is_hot_spot"].sum())


def hot_spots(grids: pl.DataFrame, neighbours: pl.DataFrame, *, level: float = LEVEL) -> HotSpots:
    """Judge the grids of one period.

    Args:
        grids: one row per grid: `grid_code`, `case_count`, `exposure` (residents, km², expected
            cases: what cases are counted against; null or 0 where there is none).
        neighbours: as `geo.weights.grid_neighbours` or `mart.dim_grid_neighbours` have them:
            `grid_code`, `neighbour_code`.
        level: share of false discoveries allowed among the grids called hot spots.
    """
    has_exposure = pl.col("exposure").fill_null(0) > 0
    judged, not_judged = grids.filter(has_exposure), grids.filter(~has_exposure)
    matrix = weight_matrix(judged["grid_code"].to_list(), neighbours)
    counts = judged["case_count"].cast(pl.Float64).to_numpy()[:, None]
    exposure = judged["exposure"].cast(pl.Float64).to_numpy()[:, None]
    found = judge(counts, exposure, matrix, level=level)
    values = empirical_bayes_rates(counts, exposure)[:, 0]
    z = getis_ord_star(values, matrix) if len(values) > 1 else np.zeros(len(values))
    moran = local_moran(values, matrix)
    quadrants = pl.Series([QUADRANTS[place] if place >= 0 else None for place in moran.quadrant])
    around = _is_around_unusual(counts, exposure, matrix, found, level)
    columns = {
        "expected_count": found.expected,
        "ratio": counts / _or_nan(found.expected),
        "neighbourhood_count": found.neighbourhood_count.astype(np.int64),
        "neighbourhood_expected": found.neighbourhood_expected,
        "gi_z": z,
        "gi_probability": normal_probability(z),
        "neighbourhood_probability": found.neighbourhood_probability,
        "neighbourhood_adjusted": found.neighbourhood_adjusted,
        "own_probability": found.own_probability,
        "own_adjusted": found.own_adjusted,
        "is_hot_spot": found.is_hot,
        "moran_i": moran.statistic,
        "moran_probability": moran.probability,
    }
    rows = judged.select("grid_code", "case_count", "exposure").with_columns(
        *(pl.Series(name, np.ravel(values)) for name, values in columns.items()),
        quadrants.cast(pl.String).alias("moran_quadrant"),
        pl.Series("is_around_unusual", around),
    )
    rows = rows.with_columns(pl.selectors.float().exclude("exposure").fill_nan(None)).with_columns(
        moran_class=pl.when("is_around_unusual").then("moran_quadrant").otherwise(pl.lit(NONE))
    )
    return HotSpots(
        rows=rows.drop("is_around_unusual"),
        not_judged=not_judged.select("grid_code", "case_count"),
        rate=float(found.background.rate[0]),
        dispersion=float(found.background.dispersion[0]),
        level=level,
    )


def _is_around_unusual(
    counts: Numbers,
    exposure: Numbers,
    matrix: sparse.csr_array,
    found: Judgement,
    level: float,
) -> npt.NDArray[np.bool_]:
    """Whether the neighbours, without the grid, have more or fewer cases than expected."""
    sums = matrix @ counts
    means, extra = moments_of_sums(matrix, exposure, found.background)
    sides = np.concatenate(
        [probability_of_as_many(sums, means, extra), probability_of_as_few(sums, means, extra)]
    )
    if not len(sides):
        return np.zeros(0, dtype=bool)
    adjusted = stats.false_discovery_control(sides.ravel(), method="bh")
    return np.asarray((adjusted <= level).reshape(2, -1).any(axis=0))


def _or_nan(values: Numbers) -> Numbers:
    return np.where(values > 0, values, np.nan)


def sentence(row: Mapping[str, Any], level: float = LEVEL) -> Text:
    """Why a row of `HotSpots.rows` is a hot spot or not, in both languages."""
    count, expected = row["case_count"], row["expected_count"]
    together, of_them = row["neighbourhood_count"], row["neighbourhood_expected"]
    zh = (
        f"本网格 {count} 件,按县内水平应有 {expected:.1f} 件;"
        f"连同相邻网格 {together} 件,应有 {of_them:.1f} 件"
    )
    en = (
        f"{count} cases where {expected:.1f} were to be expected; {together} where {of_them:.1f} "
        "were, with the neighbouring grids"
    )
    if row["is_hot_spot"]:
        return Text(zh=f"{zh}:是热点。", en=f"{en}: a hot spot.")
    if row["neighbourhood_adjusted"] <= level:
        return Text(
            zh=f"{zh}:周边偏多,本网格自身不超出偶然。",
            en=f"{en}: more around it, but its own are within chance.",
        )
    return Text(zh=f"{zh}:不超出偶然。", en=f"{en}: within chance.")
