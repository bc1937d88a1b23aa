"""Cases of grids from a published version, as the judgements of hot spots take them.

Counted are cases that are neither void nor duplicates, by the day they were reported, in the grids
that hold today; alarms of wristbands are left out (`warehouse.case_kinds`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from geo.hotspots.background import fit_background
from geo.hotspots.emerging import EmergingHotSpots, emerging_hot_spots
from geo.hotspots.judgement import LEVEL
from geo.hotspots.spots import HotSpots, hot_spots
from warehouse.case_kinds import IS_LEFT_OUT
from warehouse.errors import InputError, UsageError, unknown_value
from warehouse.published import Published
from warehouse.query.periods import shift, start_of

Exposure = Literal["residents", "area", "usual"]
"""What cases are counted against:

- residents: of the grid.
- area: of the grid, in km²; for cases of places and roads, or where residents are not known.
- usual: the grid's own expected cases, from the year before: finds where more happens than usual
  instead of where more happens. Its count is drawn towards residents (or area) × the county's rate,
  the more the fewer cases it has.
"""
Unit = Literal["month", "week"]

DEFAULT_DAYS = 90
USUAL_DAYS = 365
LEAST_USUAL_DAYS = 90
MOST_PERIODS = {"month": 36, "week": 104}
RECENT_PERIODS = {"month": 3, "week": 13}
LEAST_EARLIER = {"month": 6, "week": 26}
BASES = {"residents": "population", "area": "area_km2"}

GRIDS = """
select grid_code, population, area_km2, valid_from_date
from mart.dim_grids
where county_code = $county_code and is_current
order by grid_code
"""
NEIGHBOURS = """
select grid_code, neighbour_code
from mart.dim_grid_neighbours
where county_code = $county_code
"""
FAMILIES = """
select distinct category_family
from mart.dim_categories
where county_code = $county_code and category_family is not null
"""
DAYS = """
select build.as_of_date, min(cases.reported_date) as first_date
from ops.build as build
left join mart.fct_cases as cases on cases.county_code = build.county_code
where build.county_code = $county_code
group by build.as_of_date
"""
COUNTS = """
with cases as (
    select fct_cases.grid_code, fct_cases.reported_date
    from mart.fct_cases as fct_cases
    left join mart.dim_categories as categories
        on categories.county_code = fct_cases.county_code
        and categories.category_code = fct_cases.category_code
    where
        fct_cases.county_code = $county_code
        and fct_cases.reported_date >= $first_date
        and fct_cases.reported_date < $end_date
        and not fct_cases.is_void
        and not fct_cases.is_duplicate
        and not {left_out}
        and ($family is null or categories.category_family = $family)
)
select grid_code, {period} as period_start_date, count(*) as case_count
from cases
group by all
"""


@dataclass(frozen=True)
class Found:
    """Hot spots of a period with what was asked.

    `end` is exclusive. `unplaced_count`: cases of the period in no grid of today: their place is
    not known, or the grid has been split or merged since.
    """

    spots: HotSpots
    exposure: Exposure
    start: date
    end: date
    unplaced_count: int


@dataclass(frozen=True)
class Followed:
    """Hot spots over time with what was asked; `end` and `unplaced_count` as in `Found`."""

    spots: EmergingHotSpots
    exposure: Exposure
    unit: Unit
    start: date
    end: date
    unplaced_count: int


def find_hot_spots(
    published: Published,
    county_code: str,
    *,
    family: str | None = None,
    start: date | None = None,
    end: date | None = None,
    exposure: Exposure | None = None,
    level: float = LEVEL,
) -> Found:
    """Hot spots of one period.

    Args:
        published: a version.
        county_code: the county.
        family: of categories (`dim_categories.category_family`); all cases without one.
        start, end: days, the end exclusive; the last 90 days without them.
        exposure: what cases are counted against; residents, or the area where no grid has any.
        level: share of false discoveries allowed.

    Raises:
        UsageError: an unknown county, family or exposure; no days, or none that there are records
            of; too few before them for `usual`.
        InputError: the county has no grids with neighbours.
    """
    county = _County.read(published, county_code, family)
    end = end or county.known_until
    start = start or end - timedelta(days=DEFAULT_DAYS)
    if start >= end:
        last = end - timedelta(days=1)
        raise UsageError(f"期间为空 / the period is empty: {start} – {last}")
    if end <= county.first_date or start >= county.known_until:
        known = county.known_until - timedelta(days=1)
        raise UsageError(
            f"{start} – {end - timedelta(days=1)}: 没有记录 / nothing is known of these days; "
            f"记录为 / there are records of {county.first_date} – {known}"
        )
    exposure = county.exposure(exposure)
    counts, unplaced = county.counts(start, end)
    grids = county.grids.join(counts, on="grid_code", how="left").with_columns(
        pl.col("case_count").fill_null(0), exposure=county.base(exposure)
    )
    if exposure == "usual":
        grids = grids.with_columns(exposure=county.usual(start))
    judged = grids.select("grid_code", "case_count", "exposure")
    spots = hot_spots(judged, county.neighbours, level=level)
    return Found(spots, exposure, start, end, unplaced)


def follow_hot_spots(
    published: Published,
    county_code: str,
    *,
    unit: Unit = "month",
    family: str | None = None,
    exposure: Exposure | None = None,
    level: float = LEVEL,
) -> Followed:
    """Hot spots over the last 36 whole months or 104 whole weeks, of which the last quarter of a
    year (3 months, 13 weeks) is recent.

    A grid is followed from the first day it held: a grid split last year is judged by what has
    happened since.

    Args: as `find_hot_spots`; `unit` of the periods. `usual` is no exposure here: a trend is asked.

    Raises:
        UsageError: as above; fewer whole periods than 9 months or 39 weeks.
        InputError: the county has no grids with neighbours.
    """
    county = _County.read(published, county_code, family)
    if exposure == "usual":
        raise UsageError(unknown_value("exposure", exposure, BASES))
    exposure = county.exposure(exposure)
    starts = _whole_periods(county, unit)
    end = shift(unit, starts[-1], 1)
    counts, unplaced = county.counts(starts[0], end, unit=unit)
    periods = pl.DataFrame({"period_start_date": starts}).with_columns(
        period_end_date=pl.Series([*starts[1:], end])
    )
    first_day = pl.max_horizontal("valid_from_date", "period_start_date")
    days = (pl.col("period_end_date") - first_day).dt.total_days().clip(lower_bound=0)
    panel = (
        county.grids.join(periods, how="cross")
        .join(counts, on=["grid_code", "period_start_date"], how="left")
        .with_columns(pl.col("case_count").fill_null(0), exposure=county.base(exposure) * days)
        .select("grid_code", "period_start_date", "case_count", "exposure")
    )
    spots = emerging_hot_spots(panel, county.neighbours, recent=RECENT_PERIODS[unit], level=level)
    return Followed(spots, exposure, unit, starts[0], end, unplaced)


def _whole_periods(county: "_County", unit: Unit) -> Sequence[date]:
    last = start_of(unit, county.known_until)
    starts = [shift(unit, last, -back) for back in range(MOST_PERIODS[unit], 0, -1)]
    # The first period with a record counts as whole: records rarely start on its first day.
    first = start_of(unit, county.first_date)
    kept = [start for start in starts if start >= first]
    least = RECENT_PERIODS[unit] + LEAST_EARLIER[unit]
    if len(kept) < least:
        raise UsageError(
            f"时期不足 / too few whole periods to follow: {len(kept)} {unit}s, "
            f"至少 / at least {least}"
        )
    return kept


@dataclass(frozen=True)
class _County:
    """One county's grids and neighbours, and how its cases of one family are counted."""

    published: Published
    code: str
    family: str | None
    grids: pl.DataFrame
    neighbours: pl.DataFrame
    known_until: date
    first_date: date

    @classmethod
    def read(cls, published: Published, county_code: str, family: str | None) -> "_County":
        published.as_of(county_code)
        params = {"county_code": county_code}
        families = published.sql(FAMILIES, params)["category_family"].to_list()
        if family is not None and family not in families:
            raise UsageError(unknown_value("family", family, families))
        neighbours = published.sql(NEIGHBOURS, params)
        if neighbours.is_empty():
            raise InputError(
                f"{county_code}: 没有带边界的网格,无法判断热点 / has no grids with boundaries, "
                "so hot spots cannot be told; 见 / see docs/how-to/new-county.md"
            )
        as_of_date, first_date = published.sql(DAYS, params).row(0)
        return cls(
            published=published,
            code=county_code,
            family=family,
            grids=published.sql(GRIDS, params),
            neighbours=neighbours,
            known_until=as_of_date + timedelta(days=1),
            first_date=first_date or as_of_date,
        )

    def exposure(self, asked: Exposure | None) -> Exposure:
        """What was asked for, or what there is."""
        allowed = (*BASES, "usual")
        if asked is not None and asked not in allowed:
            raise UsageError(unknown_value("exposure", asked, allowed))
        if asked == "residents" != self._basis:
            raise UsageError(
                f"residents: {self.code} 各网格人口未知 / no grid's residents are known; "
                "可用 / allowed: area, usual"
            )
        return asked or self._basis

    @property
    def _basis(self) -> Exposure:
        return "residents" if self.grids["population"].fill_null(0).sum() > 0 else "area"

    def base(self, exposure: Exposure) -> pl.Expr:
        """Column of the grids that an exposure rests on."""
        return pl.col(BASES[self._basis if exposure == "usual" else exposure]).cast(pl.Float64)

    def counts(
        self, start: date, end: date, *, unit: Unit | None = None
    ) -> tuple[pl.DataFrame, int]:
        """Cases by grid of today, and by period if there is a unit; and those in none of them."""
        period = f"cast(date_trunc('{unit}', reported_date) as date)" if unit else "null"
        rows = self.published.sql(
            COUNTS.format(period=period, left_out=IS_LEFT_OUT),
            {
                "county_code": self.code,
                "first_date": start,
                "end_date": end,
                "family": self.family,
            },
        )
        placed = rows.join(self.grids, on="grid_code", how="semi")
        unplaced = int(rows["case_count"].sum()) - int(placed["case_count"].sum())
        return placed if unit else placed.drop("period_start_date"), unplaced

    def usual(self, until: date) -> pl.Series:
        """Cases that each grid is expected to have by the year before a day; scale is free."""
        start = max(until - timedelta(days=USUAL_DAYS), self.first_date)
        if (until - start).days < LEAST_USUAL_DAYS:
            raise UsageError(
                f"usual: 此前的记录不足 {LEAST_USUAL_DAYS} 天 / needs {LEAST_USUAL_DAYS} days of "
                f"records before {until}"
            )
        counts, _ = self.counts(start, until)
        grids = self.grids.join(counts, on="grid_code", how="left").with_columns(
            pl.col("case_count").fill_null(0), exposure=self.base("usual").fill_null(0.0)
        )
        days = (until - grids["valid_from_date"]).dt.total_days().clip(0, (until - start).days)
        exposure = grids["exposure"].to_numpy()
        past = (exposure * days.to_numpy())[:, None]
        cases = grids["case_count"].cast(pl.Float64).to_numpy()[:, None] * (past > 0)
        background = fit_background(cases, past, np.zeros(past.shape, dtype=bool))
        mean = (background.rate * past)[:, 0]
        # Gamma prior around 1 with the variance between grids; nothing known draws it wholly there.
        share = background.dispersion[0]
        relative = (1.0 + share * cases[:, 0]) / (1.0 + share * mean)
        return pl.Series("exposure", relative * exposure)
