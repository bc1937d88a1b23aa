"""The panel of a county, read from a published version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from geo.risk.panel import (
    CALENDAR_WEEKS,
    WEEK_DAYS,
    YEAR_WEEKS,
    Counts,
    Floats,
    Panel,
    Places,
)
from warehouse.case_kinds import ALL, FAMILIES, IS_LEFT_OUT, SERIOUS
from warehouse.catalogue import Text
from warehouse.errors import UsageError, unknown_value
from warehouse.published import Published

MOST_WEEKS = 5 * YEAR_WEEKS
STRAY_SHARE = 0.001
"""The record begins where its first thousandth lies: a stray early date is no history."""
LEAST_CASES = 30
"""Serious cases below which a kind has no score of its own."""
METRES_PER_DEGREE = 111_320.0

PLACES = {
    "grid": "select grid_code as code, grid_name as name, community_code, town_code, longitude,"
    " latitude, area_km2, population, valid_from_date, valid_to_date, is_current"
    " from mart.dim_grids where county_code = $county_code order by code, valid_from_date",
    **{
        level: "select area_code as code, area_name as name, community_code, town_code, longitude,"
        " latitude, area_km2, population, valid_from_date, valid_to_date, is_current"
        f" from mart.dim_areas where county_code = $county_code and area_level = '{level}'"
        " order by code, valid_from_date"
        for level in ("community", "town")
    },
}
"""Levels, finest first: the first one that a county has is what is scored."""

CASES = f"""
select
    fct_cases.{{level}}_code as code,
    fct_cases.reported_date,
    fct_cases.voided_date,
    fct_cases.longitude,
    fct_cases.latitude,
    coalesce(dim_categories.category_family, dim_categories.major_category_code) as family,
    coalesce(list_contains($serious, fct_cases.severity_code), false) as is_serious
from mart.fct_cases
left join mart.dim_categories
    on dim_categories.county_code = fct_cases.county_code
    and dim_categories.category_code = fct_cases.category_code
where
    fct_cases.county_code = $county_code
    and fct_cases.reported_date < $origin
    and not {IS_LEFT_OUT}
    and fct_cases.location_method <> 'fallback_point'
    and not fct_cases.is_duplicate
    and fct_cases.{{level}}_code is not null
"""

LEFT_OUT = f"""
select
    count(*) filter (is_duplicate) as duplicate,
    count(*) filter (not is_duplicate and location_method = 'fallback_point') as fallback_point,
    count(*) filter (
        not is_duplicate and location_method <> 'fallback_point' and {{level}}_code is null
    ) as without_grid
from mart.fct_cases
where
    county_code = $county_code
    and reported_date < $origin
    and not {IS_LEFT_OUT}
"""

FAMILY_NAMES = """
select distinct major_category_code, major_category_name, major_category_name_en
from mart.dim_categories
where county_code = $county_code and category_family is null and major_category_code is not null
"""

RAIN = """
select town_code, gauge_code, rain_date, sum(rain_mm) as rain_mm
from mart.fct_rain_hours
where county_code = $county_code and rain_date >= $first_day and rain_date < $origin
group by all
"""

HOLIDAYS = """
select calendar_date, is_holiday from mart.dim_dates where county_code = $county_code
"""


@dataclass(frozen=True)
class CountyCases:
    """All that a county's panels are made of, read once for all kinds.

    Args:
        level: what is scored: grid, or the finest level that the county has.
        names: of the places, in their order.
        cases: one row per case in a place: `place, week, is_known` (not void by the end of its
            week), `is_kept` (not void now), `family, is_serious`.
        has_severity: whether the county tells serious cases apart.
        left_out: cases left out, by reason.
    """

    county_code: str
    level: str
    places: Places
    names: tuple[str, ...]
    cases: pl.DataFrame
    first_day: date
    week_count: int
    has_severity: bool
    left_out: Mapping[str, int]
    rain_mm: Counts | None
    holidays: Floats | None
    family_names: Mapping[str, Text]

    @property
    def origin(self) -> date:
        """Day on which the forecast begins: the first that is not wholly known."""
        return self.first_day + timedelta(days=WEEK_DAYS * self.week_count)

    def families(self) -> list[str]:
        """Kinds with enough serious cases for a score of their own, all kinds first."""
        counted = (
            self.cases.filter("is_serious", "is_known", pl.col("family").is_not_null())
            .group_by("family")
            .len()
            .filter(pl.col("len") >= LEAST_CASES)
            .sort("family")
        )
        return [ALL, *counted["family"]]

    def name_of(self, family: str) -> Text:
        """Name of a kind; its code where nobody has named it."""
        names = {**FAMILIES, **self.family_names}
        return names.get(family, Text(zh=family, en=family))

    def panel(self, family: str) -> Panel:
        """The panel of one kind.

        Raises:
            UsageError: no such kind, or too few serious cases of it.
        """
        if family not in self.families():
            raise UsageError(unknown_value("--family", family, self.families()))
        known = self.cases.filter("is_known")
        serious, kept = known.filter("is_serious"), self.cases.filter("is_serious", "is_kept")
        if family == ALL:
            own, outcomes, lesser, others = serious, kept, known.filter(~pl.col("is_serious")), None
        else:
            is_own = pl.col("family") == family
            own, outcomes = serious.filter(is_own), kept.filter(is_own)
            lesser = known.filter(~pl.col("is_serious"), is_own)
            others = self._counts(serious.filter(is_own.is_null() | ~is_own))
        return Panel(
            places=self.places,
            first_day=self.first_day,
            history=self._counts(own),
            outcomes=self._counts(outcomes),
            lesser=self._counts(lesser) if self.has_severity else None,
            others=others,
            rain_mm=self.rain_mm,
            holidays=self.holidays,
        )

    def _counts(self, cases: pl.DataFrame) -> Counts:
        counts = np.zeros((self.week_count, len(self.places)), dtype=np.float32)
        np.add.at(counts, (cases["week"].to_numpy(), cases["place"].to_numpy()), 1)
        return counts


def read_cases(published: Published, county_code: str) -> CountyCases:
    """Read what the score of a county rests on; about a second for 300,000 cases.

    Raises:
        UsageError: the county has no areas with a position, or no case in one.
    """
    zone = published.zone(county_code)
    # A day is known when it is over: at 23:59:59 it counts as over.
    origin = (published.as_of(county_code) + timedelta(seconds=1)).astimezone(zone).date()
    level, versions = _versions(published, county_code)
    current = versions.filter("is_current").unique("code", keep="last", maintain_order=True)
    asked = {
        "county_code": county_code,
        "origin": origin,
    }
    rows = published.sql(CASES.format(level=level), asked | {"serious": list(SERIOUS)})
    if rows.is_empty():
        raise UsageError(
            f"{county_code}: 没有落在网格内的事件 / no case lies in a grid; `gridgov tessellate`"
            " makes a grid for a place that has none"
        )
    placed, lost = _placed(rows, versions, current)
    first_day, week_count = _weeks(placed["reported_date"], origin)
    week_end = pl.lit(first_day) + pl.duration(days=WEEK_DAYS) * (pl.col("week") + 1)
    cases = (
        placed.with_columns(
            ((pl.col("reported_date") - first_day).dt.total_days() // WEEK_DAYS).alias("week")
        )
        .filter(pl.col("week") >= 0)
        .with_columns(
            (pl.col("voided_date").is_null() | (pl.col("voided_date") >= week_end)).alias(
                "is_known"
            ),
            pl.col("voided_date").is_null().alias("is_kept"),
        )
        .select("place", "week", "is_known", "is_kept", "family", "is_serious")
    )
    has_severity = bool(cases["is_serious"].any())
    if not has_severity:
        cases = cases.with_columns(pl.lit(value=True).alias("is_serious"))
    counted = published.sql(LEFT_OUT.format(level=level), asked).row(0, named=True)
    return CountyCases(
        county_code=county_code,
        level=level,
        places=_places(current),
        names=tuple(current["name"].fill_null("")),
        cases=cases,
        first_day=first_day,
        week_count=week_count,
        has_severity=has_severity,
        left_out={**counted, "former_grid": lost, "before_the_record": len(placed) - len(cases)},
        rain_mm=_rain(published, county_code, current, first_day, week_count),
        holidays=_holidays(published, county_code, first_day, week_count),
        family_names={
            code: Text(zh=zh or code, en=en or zh or code)
            for code, zh, en in published.sql(
                FAMILY_NAMES, {"county_code": county_code}
            ).iter_rows()
        },
    )


def _versions(published: Published, county_code: str) -> tuple[str, pl.DataFrame]:
    """The finest level that has areas today, and all versions of its areas."""
    for level, query in PLACES.items():
        versions = published.sql(query, {"county_code": county_code})
        if versions["is_current"].any() and versions["longitude"].count():
            return level, versions
    raise UsageError(
        f"{county_code}: 没有带边界的网格 / has no grids with boundaries; `gridgov tessellate`"
        " makes a grid for a place that has none"
    )


def _placed(
    rows: pl.DataFrame, versions: pl.DataFrame, current: pl.DataFrame
) -> tuple[pl.DataFrame, int]:
    """Rows with the `place` (position among today's areas) of each; and how many found none.

    An area that holds no longer hands its cases to those that took its place: areas of the same
    community whose first day is its last. A case goes to the one whose label point is nearest.
    """
    numbers = current.select("code", pl.int_range(pl.len()).alias("place"))
    placed = rows.join(numbers, on="code", how="left")
    stray = placed.filter(pl.col("place").is_null()).with_row_index("row")
    former = (
        versions.filter(~pl.col("is_current"))
        .unique("code", keep="last")
        .select("code", "community_code", "valid_to_date", "longitude", "latitude")
    )
    successors = current.with_columns(numbers["place"]).select(
        "community_code",
        pl.col("valid_from_date").alias("valid_to_date"),
        "place",
        pl.col("longitude").alias("x"),
        pl.col("latitude").alias("y"),
    )
    latitude = pl.coalesce("latitude", "latitude_right")
    east = (pl.coalesce("longitude", "longitude_right") - pl.col("x")) * latitude.radians().cos()
    north = latitude - pl.col("y")
    found = (
        stray.drop("place")
        .join(former, on="code")
        .join(successors, on=["community_code", "valid_to_date"])
        .sort(east**2 + north**2, "place")
        .unique("row", keep="first", maintain_order=True)
    )
    kept = placed.filter(pl.col("place").is_not_null())
    return (
        pl.concat([kept, found.select(kept.columns)], how="vertical"),
        len(stray) - len(found),
    )


def _weeks(reported: pl.Series, origin: date) -> tuple[date, int]:
    """First day and number of whole weeks, counted back from the day the forecast begins."""
    first: Any = reported.sort()[int(len(reported) * STRAY_SHARE)]
    week_count = min((origin - first).days // WEEK_DAYS, MOST_WEEKS)
    return origin - timedelta(days=WEEK_DAYS * week_count), week_count


def _places(current: pl.DataFrame) -> Places:
    """Positions in metres about the middle of the county; what is unknown lies in the middle."""
    filled = current.with_columns(
        pl.col(name)
        .fill_null(pl.col(name).mean().over("community_code"))
        .fill_null(pl.col(name).mean())
        for name in ("longitude", "latitude")
    ).with_columns(pl.col("area_km2").fill_null(pl.col("area_km2").median()).fill_null(1.0))
    longitude, latitude = filled["longitude"].to_numpy(), filled["latitude"].to_numpy()
    middle = float(latitude.mean())
    return Places(
        codes=tuple(filled["code"]),
        x_m=(longitude - longitude.mean()) * METRES_PER_DEGREE * np.cos(np.radians(middle)),
        y_m=(latitude - middle) * METRES_PER_DEGREE,
        area_km2=filled["area_km2"].to_numpy().astype(np.float64),
        population=filled["population"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
    )


def _rain(
    published: Published, county_code: str, current: pl.DataFrame, first_day: date, week_count: int
) -> Counts | None:
    """Rain per week and place: mean over the gauges of its town, else over all gauges."""
    origin = first_day + timedelta(days=WEEK_DAYS * week_count)
    days = published.sql(
        RAIN, {"county_code": county_code, "first_day": first_day, "origin": origin}
    )
    if days.is_empty():
        return None
    week = ((pl.col("rain_date") - first_day).dt.total_days() // WEEK_DAYS).alias("week")
    weeks = days.group_by(week, "town_code", "gauge_code").agg(pl.col("rain_mm").sum())
    everywhere = np.zeros(week_count)
    of_county = weeks.group_by("week").agg(pl.col("rain_mm").mean())
    everywhere[of_county["week"].to_numpy()] = of_county["rain_mm"].to_numpy()
    rain = np.repeat(everywhere[:, None], len(current), axis=1)
    places = pl.DataFrame({"town_code": current["town_code"]}).with_row_index("place")
    of_town = (
        weeks.group_by("week", "town_code").agg(pl.col("rain_mm").mean()).join(places, "town_code")
    )
    rain[of_town["week"].to_numpy(), of_town["place"].to_numpy()] = of_town["rain_mm"].to_numpy()
    return rain.astype(np.float32)


def _holidays(
    published: Published, county_code: str, first_day: date, week_count: int
) -> Floats | None:
    """Share of holidays in each week and the weeks ahead; null without a calendar of them."""
    days = published.sql(HOLIDAYS, {"county_code": county_code})
    holidays = days.filter("is_holiday")["calendar_date"].to_list()
    if not holidays:
        return None
    shares = np.zeros(week_count + CALENDAR_WEEKS)
    for day in holidays:
        week = (day - first_day).days // WEEK_DAYS
        if 0 <= week < len(shares):
            shares[week] += 1 / WEEK_DAYS
    return shares
