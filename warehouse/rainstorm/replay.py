"""The state of a county in a rainstorm at any time, and hour by hour over a storm."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.rainstorm.colours import colours, in_force, town_states
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.exposure import exposures
from warehouse.rainstorm.forecasts import known_forecast
from warehouse.rainstorm.households import COUNTED, counts_by, household_list
from warehouse.rainstorm.rain import gauge_states, known_hours
from warehouse.rainstorm.records import HOUR, read_records

PAUSE_HOURS = 12
"""Rain and warnings of a county that are less far apart are one storm."""

MOST_REPLAY_HOURS = 24 * 14

SPANS = """
    select
        colour_code, severity_number, town_code, reached_at as start_at, last_reached_at as end_at,
        true as is_reached, is_missed, highest_window_mm, cast(null as varchar) as warning_id
    from mart.fct_rain_spells where county_code = $county_code
    union all
    select
        warnings.colour_code, thresholds.severity_number, warnings.town_code, warnings.issued_at,
        coalesce(warnings.lifted_at, build.as_of_at), false, false, null, warnings.warning_id
    from mart.fct_warnings as warnings
    inner join ops.build as build on build.county_code = warnings.county_code
    left join (select distinct colour_code, severity_number from mart.dim_rain_thresholds)
        as thresholds
        on thresholds.colour_code = warnings.colour_code
    where warnings.county_code = $county_code
"""


@dataclass(frozen=True)
class RainState:
    """A county in a rainstorm at one time, made of what was known by then.

    Attributes:
        at: the time, in UTC; `zone` is the county's.
        gauges: `rain.gauge_states`: last reading, sums, what is missing since when.
        colours: `colours.colours`: one row per town and colour.
        towns: `colours.town_states`: one row per town.
        warnings: `colours.in_force`: warnings issued and not lifted.
        households: `households.household_list`, pseudonyms inside: for the command and for those
            who may see persons, never for a page; null without the file about persons.
    """

    county_code: str
    zone: ZoneInfo
    at: datetime
    gauges: pl.DataFrame
    colours: pl.DataFrame
    towns: pl.DataFrame
    warnings: pl.DataFrame
    households: pl.DataFrame | None

    @cached_property
    def by_grid(self) -> pl.DataFrame | None:
        """`households.counts_by` town, community and grid, for pages; null likewise."""
        return self._counts("town_code", "community_code", "grid_code")

    @cached_property
    def by_worker(self) -> pl.DataFrame | None:
        """The same by grid worker."""
        return self._counts("worker_code")

    @cached_property
    def by_town(self) -> pl.DataFrame | None:
        """The same by town."""
        return self._counts("town_code")

    def _counts(self, *codes: str) -> pl.DataFrame | None:
        return None if self.households is None else counts_by(self.households, *codes)


def state_of(days: Days, at: datetime) -> RainState:
    """The state at a time of the stretch the records were read for.

    Raises:
        UsageError: a time outside it.
    """
    records = days.records
    if not records.first_at <= at <= records.last_at:
        raise UsageError(
            f"{at.isoformat()}: 不在所读时段 / is not in the stretch that was read: "
            f"{records.first_at.isoformat()} … {records.last_at.isoformat()}"
        )
    hours = known_hours(days, at)
    forecast = known_forecast(records, hours)
    found = colours(hours, forecast)
    warnings = in_force(records, hours)
    towns = town_states(hours, found, warnings, forecast)
    households = None
    if records.households is not None:
        under_a_colour = towns.filter(pl.col("severity_number") > 0)["town_code"]
        exposed = exposures(days, hours, forecast, under_a_colour)
        households = household_list(records, hours, exposed, towns, warnings)
    return RainState(
        county_code=records.county_code,
        zone=records.zone,
        at=at,
        gauges=gauge_states(days, hours),
        colours=found,
        towns=towns,
        warnings=warnings,
        households=households,
    )


def state_at(published: Published, county_code: str, at: datetime | None = None) -> RainState:
    """The state of a county at a time, or now.

    Args:
        at: with a time zone, up to the county's as-of time; null is that time.

    Raises:
        UsageError: no such county, or a time after what is known of it.
    """
    when = published.as_of(county_code) if at is None else at
    records = read_records(published, county_code, when, when)
    return state_of(Days(records), records.first_at)


def replay(
    published: Published, county_code: str, first_at: datetime, last_at: datetime
) -> Iterator[RainState]:
    """The states of a county at the whole hours from one time to another, both included.

    Raises:
        UsageError: as `state_at`, or more than 14 days.
    """
    if last_at - first_at > MOST_REPLAY_HOURS * HOUR:
        raise UsageError(f"时段 / stretch: 至多 / at most {MOST_REPLAY_HOURS} h")
    records = read_records(published, county_code, first_at, last_at)
    days = Days(records)
    at = records.first_at.replace(minute=0, second=0, microsecond=0)
    at += HOUR if at < records.first_at else timedelta(0)
    while at <= records.last_at:
        yield state_of(days, at)
        at += HOUR


def hourly(states: Iterator[RainState]) -> pl.DataFrame:
    """A replay as one row per hour, for a chart: at, highest_3h_mm (of any gauge, at least),
    missing_gauge_count, warning_count, severity_number (the most severe colour in force, reached
    or expected anywhere, 0 for none), and the counts of `households.counts_by` over the county
    (null without the file about persons).
    """
    rows = []
    for state in states:
        counts = state.by_town
        rows.append(
            {
                "at": state.at,
                "highest_3h_mm": state.gauges["rain_3h_least_mm"].max(),
                "missing_gauge_count": state.gauges["is_missing"].sum(),
                "warning_count": len(state.warnings),
                "severity_number": state.towns["severity_number"].max(),
                **{name: None if counts is None else counts[name].sum() for name in COUNTED},
            }
        )
    return pl.DataFrame(
        rows,
        schema={
            "at": pl.Datetime("us", "UTC"),
            "highest_3h_mm": pl.Float64,
            **dict.fromkeys(
                ("missing_gauge_count", "warning_count", "severity_number", *COUNTED), pl.Int64
            ),
        },
    )


def storms(published: Published, county_code: str) -> pl.DataFrame:
    """The storms of a county, the newest first: thresholds reached and warnings in force, with
    pauses of less than 12 hours.

    Returns:
        One row per storm: start_at and end_at (of the first and the last of them), severity_number
        and colour_code of the most severe colour reached or warned of, reached_severity_number (0
        where nothing was reached), town_count (towns in which something was reached), highest_mm
        (the highest window sum that reached a threshold), warning_count, missed_count (spells
        nobody had warned of).

    Raises:
        UsageError: no such county.
    """
    published.as_of(county_code)
    spans = published.sql(SPANS, {"county_code": county_code}).sort("start_at", "end_at")
    latest = pl.col("end_at").cum_max().shift(1)
    pause = (pl.col("start_at") - latest) >= timedelta(hours=PAUSE_HOURS)
    is_reached = pl.col("is_reached")
    found = (
        spans.with_columns(storm=pause.fill_null(value=False).cum_sum())
        .sort("storm", "severity_number", maintain_order=True)
        .group_by("storm", maintain_order=True)
        .agg(
            start_at=pl.col("start_at").min(),
            end_at=pl.col("end_at").max(),
            severity_number=pl.col("severity_number").max(),
            colour_code=pl.col("colour_code").last(),
            reached_severity_number=pl.col("severity_number").filter(is_reached).max().fill_null(0),
            town_count=pl.col("town_code").filter(is_reached).n_unique().cast(pl.Int64),
            highest_mm=pl.col("highest_window_mm").max(),
            warning_count=pl.col("warning_id").count().cast(pl.Int64),
            missed_count=pl.col("is_missed").sum().cast(pl.Int64),
        )
    )
    return found.drop("storm").sort("start_at", descending=True)
