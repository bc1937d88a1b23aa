"""Cases by day, area and family: all that early alerts look at.

Of a case they see where and when it was reported and what it is about: never who reported it, who
lives there, or how it was handled. Void cases count, as on their day nobody knew that they were;
duplicates do not, as what they repeat was there before them. Alarms of wristbands do not either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.case_kinds import ALL, IS_LEFT_OUT, NO_FAMILY

Sql = Callable[[str, Mapping[str, Any]], pl.DataFrame]
"""Runs a query with named parameters: on a published version or on the work database."""

Counts = NDArray[np.int32]

CASES_BY_TOWN = f"""
    select
        cases.town_code,
        cases.category_code,
        coalesce(categories.category_family, '{NO_FAMILY}') as category_family,
        cases.reported_date,
        count(*) as case_count
    from mart.fct_cases as cases
    left join
        mart.dim_categories as categories
        on categories.county_code = cases.county_code
        and categories.category_code = cases.category_code
    where
        cases.county_code = $county_code
        and cases.reported_date between $first_date and $last_date
        and not cases.is_duplicate
        and not {IS_LEFT_OUT}
    group by all
"""

CASES_BY_GRID = f"""
    select
        cases.grid_code,
        max(cases.town_code) as town_code,
        cases.reported_date,
        count(*) as case_count
    from mart.fct_cases as cases
    where
        cases.county_code = $county_code
        and cases.reported_date between $first_date and $last_date
        and not cases.is_duplicate
        and not {IS_LEFT_OUT}
        and cases.grid_code is not null
        and cases.town_code is not null
    group by cases.grid_code, cases.reported_date
"""

DAYS = """
    select calendar_date, holiday_name, is_makeup_workday
    from mart.dim_dates
    where county_code = $county_code
    and (holiday_name is not null or is_makeup_workday)
"""


@dataclass(frozen=True)
class DailyCounts:
    """Counts by day from `first_date`, without gaps; a day without a case is a zero.

    Attributes:
        county: days × categories; cases of no town too.
        town: days × towns × categories.
        grid: days × grids.
        family: family of each category, as a place in `families`.
        grid_town: town of each grid, as a place in `towns`.
        day_types: what kind of day each is: `1` (Monday) to `7`, `make-up` or a holiday's name.
    """

    county_code: str
    first_date: date
    families: tuple[str, ...]
    towns: tuple[str, ...]
    grids: tuple[str, ...]
    county: Counts
    town: Counts
    grid: Counts
    family: NDArray[np.int64]
    grid_town: NDArray[np.int64]
    day_types: tuple[str, ...]

    def date_of(self, day: int) -> date:
        """Date of a day by its place."""
        return self.first_date + timedelta(days=int(day))

    def series(self, area_level: str, area_code: str, category_family: str) -> Counts | None:
        """One series by day; null where the county has no such area or family."""
        if area_level == "grid":
            places = self.grids
            known = category_family == ALL
        else:
            places = self.towns if area_level == "town" else (self.county_code,)
            known = category_family == ALL or category_family in self.families
        if not known or area_code not in places:
            return None
        place = places.index(area_code)
        if area_level == "grid":
            return self.grid[:, place]
        values = self.county if area_level == "county" else self.town[:, place]
        if category_family == ALL:
            return np.asarray(values.sum(axis=1))
        is_of = self.family == self.families.index(category_family)
        return np.asarray(values[:, is_of].sum(axis=1))


def daily_counts(
    sql: Sql, county_code: str, *, first_date: date, last_date: date
) -> DailyCounts | None:
    """What was reported from one day to another, both included; null where nothing was.

    The counts start with the first day that has a case.
    """
    asked = {"county_code": county_code, "first_date": first_date, "last_date": last_date}
    by_town = sql(CASES_BY_TOWN, asked)
    if by_town.is_empty():
        return None
    by_grid = sql(CASES_BY_GRID, asked)
    first: date = by_town["reported_date"].min()  # type: ignore[assignment]
    day_count = (last_date - first).days + 1
    kinds = by_town.select("category_code", "category_family").unique().sort("category_code")
    categories, families = (
        tuple(kinds["category_code"]),
        tuple(sorted(set(kinds["category_family"]))),
    )
    towns = tuple(sorted(set(by_town["town_code"].drop_nulls())))
    grid_towns = by_grid.group_by("grid_code").agg(pl.col("town_code").max()).sort("grid_code")
    grids = tuple(grid_towns["grid_code"])
    county = np.zeros((day_count, len(categories)), dtype=np.int32)
    town = np.zeros((day_count, len(towns), len(categories)), dtype=np.int32)
    grid = np.zeros((day_count, len(grids)), dtype=np.int32)
    category_of = _places(by_town["category_code"], categories)
    day_of, count = _days(by_town, first), by_town["case_count"].to_numpy()
    np.add.at(county, (day_of, category_of), count)
    has_town = by_town["town_code"].is_not_null().to_numpy()
    town_of = _places(by_town["town_code"].drop_nulls(), towns)
    town[day_of[has_town], town_of, category_of[has_town]] = count[has_town]
    grid_of = _places(by_grid["grid_code"], grids)
    grid[_days(by_grid, first), grid_of] = by_grid["case_count"].to_numpy()
    return DailyCounts(
        county_code=county_code,
        first_date=first,
        families=families,
        towns=towns,
        grids=grids,
        county=county,
        town=town,
        grid=grid,
        family=_places(kinds["category_family"], families),
        grid_town=_places(grid_towns["town_code"], towns),
        day_types=_day_types(sql(DAYS, {"county_code": county_code}), first, day_count),
    )


def _days(rows: pl.DataFrame, first: date) -> NDArray[np.int64]:
    days = (rows["reported_date"] - first).dt.total_days()
    return np.asarray(days.to_numpy(), dtype=np.int64)


def _places(codes: pl.Series, order: tuple[str, ...]) -> NDArray[np.int64]:
    if codes.is_empty():
        return np.empty(0, dtype=np.int64)
    places = codes.replace_strict(order, range(len(order)), return_dtype=pl.Int64)
    return np.asarray(places.to_numpy())


def _day_types(special: pl.DataFrame, first: date, day_count: int) -> tuple[str, ...]:
    known = {
        row["calendar_date"]: row["holiday_name"] or "make-up"
        for row in special.iter_rows(named=True)
    }
    days = (first + timedelta(days=number) for number in range(day_count))
    return tuple(known.get(day, str(day.isoweekday())) for day in days)
