"""How each of `inputs.FEATURES` is computed.

Every value for a week uses weeks before it only. All are rates per week and never negative, so the
parts of a forecast add up to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from geo.risk.panel import YEAR_WEEKS, Counts, Floats, Panel

RECENT_WEEKS, LATEST_WEEKS = 8.0, 3.0
"""Half-lives of recent cases."""
SINCE_WEEKS = 6.0
"""Half-life of the memory of the last case."""
SEASON_SPREAD_WEEKS = 2
"""Weeks either side of the same time last year."""
DAYS_OF_YEAR = 365.2425


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
    area_varies = bool(np.ptp(area) > 0.01 * area.mean())
    if area_varies:
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
    if area_varies:
        values["near_dense"] = around(per_area(near, area), own_all)
        values["wider_dense"] = around(per_area(wider, area), own_all)
        if "others_all" in values:
            values["others_dense"] = around(per_area(near, area), values["others_all"])
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


def per_area(weights: sparse.csr_matrix, area_km2: Floats) -> sparse.csr_matrix:
    """Weights that give a grid its neighbours' cases per area × its own area."""
    below = np.maximum(weights @ area_km2, 1e-9)
    return (sparse.diags(area_km2 / below) @ weights).tocsr()


def around(weights: sparse.csr_matrix, rates: Counts) -> Counts:
    """Weighted mean over the neighbours, week by week."""
    return np.ascontiguousarray((weights.astype(np.float32) @ rates.T).T)


def _after(counts: Counts) -> Counts:
    """Value of the week before each week, in tens."""
    nothing = np.zeros((1, counts.shape[1]), dtype=np.float32)
    return np.concatenate([nothing, counts / np.float32(10)])
