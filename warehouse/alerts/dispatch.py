"""Whom to send: the nearest grid workers who are free, by how much they have to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from warehouse.alerts.counts import Sql
from warehouse.case_kinds import ALL, IS_LEFT_OUT, NO_FAMILY
from warehouse.distance import distances_km

MOST_OPEN_CASES = 3
"""A worker with more open cases is not free."""
SUGGESTED = 3

WORKERS = """
    with

        open_cases as (
            select grid_code, count(*) as open_count
            from mart.fct_cases
            where
                county_code = $county_code
                and reported_date <= $day
                and not is_duplicate
                and (voided_date is null or voided_date > $day)
                and (closed_date is null or closed_date > $day)
            group by grid_code
        ),

        posts as (
            select worker_code, grid_code
            from mart.fct_grid_spells
            where
                county_code = $county_code
                and worker_code is not null
                and valid_from_date <= $day
                and (valid_to_date is null or valid_to_date > $day)
        )

    select
        posts.worker_code,
        posts.grid_code,
        grids.town_code,
        grids.longitude,
        grids.latitude,
        coalesce(open_cases.open_count, 0) as open_count
    from posts
    inner join mart.dim_areas as grids
        on grids.county_code = $county_code
        and grids.area_level = 'grid'
        and grids.area_code = posts.grid_code
        and (grids.valid_from_date is null or grids.valid_from_date <= $day)
        and (grids.valid_to_date is null or grids.valid_to_date > $day)
    left join open_cases on open_cases.grid_code = posts.grid_code
"""

FOCUS = f"""
    select cases.grid_code, count(*) as case_count
    from mart.fct_cases as cases
    left join
        mart.dim_categories as categories
        on categories.county_code = cases.county_code
        and categories.category_code = cases.category_code
    where
        cases.county_code = $county_code
        and cases.grid_code is not null
        and not cases.is_duplicate
        and not {IS_LEFT_OUT}
        and cases.reported_date between $first_date and $last_date
        and ($town_code is null or cases.town_code = $town_code)
        and (
            $category_family = '{ALL}'
            or coalesce(categories.category_family, '{NO_FAMILY}') = $category_family
        )
    group by cases.grid_code
    order by case_count desc, cases.grid_code
    limit 1
"""


@dataclass(frozen=True)
class Suggestion:
    """A grid worker to send.

    Attributes:
        grid_code: the worker's grid that is nearest.
        distance_km: between the two grids' centroids, as the crow flies.
        open_count: open cases in the worker's grids.
        is_free: whether that is at most `MOST_OPEN_CASES`.
    """

    worker_code: str
    grid_code: str
    town_code: str | None
    distance_km: float
    open_count: int
    is_free: bool


@dataclass(frozen=True)
class Dispatch:
    """Suggested dispatch.

    Attributes:
        grid_code: where to; null where no case of the alert lies in a grid.
        suggestions: free workers, nearest first; all others after them, the least loaded first.
        problem: why there is nobody to suggest: `no_place`, `no_worker`; or `none_free`. Null when
            the first one suggested is free.
    """

    grid_code: str | None
    suggestions: tuple[Suggestion, ...]
    problem: str | None


def suggest(
    workers: pl.DataFrame, *, to_grid: str | None, longitude: float | None, latitude: float | None
) -> Dispatch:
    """Whom to send to a place.

    Args:
        workers: one row per worker and grid: worker_code, grid_code, town_code, longitude,
            latitude (centroid, degrees, nulls allowed) and open_count.
        to_grid: the grid to go to; its own worker is at distance 0.
        longitude, latitude: its centroid.

    Returns:
        At most `SUGGESTED` workers. Equally near ones go by load, then by code.
    """
    if to_grid is None or longitude is None or latitude is None:
        return Dispatch(to_grid, (), "no_place")
    nearest: dict[str, tuple[float, str, str | None]] = {}
    load: dict[str, int] = {}
    placed = workers.drop_nulls(["longitude", "latitude"]).sort("worker_code", "grid_code")
    km = distances_km(
        placed["longitude"].to_numpy().astype(np.float64),
        placed["latitude"].to_numpy().astype(np.float64),
        np.array([longitude]),
        np.array([latitude]),
    )[:, 0]
    for row, away in zip(placed.iter_rows(named=True), km.tolist(), strict=True):
        code = row["worker_code"]
        load[code] = load.get(code, 0) + row["open_count"]
        if code not in nearest or away < nearest[code][0]:
            nearest[code] = (away, row["grid_code"], row["town_code"])
    found = [
        Suggestion(code, grid, town, away, load[code], load[code] <= MOST_OPEN_CASES)
        for code, (away, grid, town) in nearest.items()
    ]
    free = sorted(
        (one for one in found if one.is_free),
        key=lambda one: (round(one.distance_km, 3), one.open_count, one.worker_code),
    )
    busy = sorted(
        (one for one in found if not one.is_free),
        key=lambda one: (one.open_count, round(one.distance_km, 3), one.worker_code),
    )
    problem = None if free else "none_free" if busy else "no_worker"
    return Dispatch(to_grid, tuple([*free, *busy][:SUGGESTED]), problem)


def dispatch_for(sql: Sql, alert: Mapping[str, Any], *, day: date) -> Dispatch:
    """Whom to send for an alert, by what was known on a day.

    To the grid with the most cases that the alert was raised for (the lowest code of several).

    Args:
        alert: a row of `mart.fct_alerts`.
        day: who works where and what is open are those of this day.
    """
    to_grid = alert["area_code"] if alert["area_level"] == "grid" else _focus(sql, alert)
    asked = {"county_code": alert["county_code"], "day": day}
    workers = sql(WORKERS, asked)
    place = sql(
        """
        select longitude, latitude from mart.dim_areas
        where
            county_code = $county_code and area_level = 'grid' and area_code = $grid_code
            and (valid_from_date is null or valid_from_date <= $day)
        order by valid_from_date desc
        limit 1
        """,
        {**asked, "grid_code": to_grid},
    )
    longitude, latitude = place.row(0) if place.height else (None, None)
    return suggest(workers, to_grid=to_grid, longitude=longitude, latitude=latitude)


def _focus(sql: Sql, alert: Mapping[str, Any]) -> str | None:
    first = alert["window_first_date"]
    found = sql(
        FOCUS,
        {
            "county_code": alert["county_code"],
            "town_code": alert["town_code"],
            "category_family": alert["category_family"],
            "first_date": first if first is not None else alert["raised_date"],
            "last_date": alert["raised_date"],
        },
    )
    return found["grid_code"][0] if found.height else None
