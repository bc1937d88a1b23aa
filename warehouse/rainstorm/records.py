"""The records of a county that a rainstorm is judged by, read once for a stretch of time.

Each record carries when it was known or happened, so that a state at any time of the stretch is
made of these frames alone and of nothing that came later.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.errors import UsageError
from warehouse.published import Published

LOOK_BACK_HOURS = 48
"""Hours read before the first time asked about: a spell that holds then may have begun earlier."""

LOOK_AHEAD_HOURS = 24
"""Hours of forecast read after the last time asked about."""

HOUR = timedelta(hours=1)

EVENT_BACK = timedelta(days=7)
"""How far back warnings are read that were lifted since: an event may be many of them in turn."""

GAUGES = """
    select gauge_code, gauge_name, town_code, longitude, latitude, valid_from_date, valid_to_date
    from mart.dim_rain_gauges where county_code = $county_code
    order by gauge_code, valid_from_date
"""

READINGS = """
    select gauge_code, hour_number, rain_mm, known_at, superseded_at
    from mart.fct_rain_readings
    where county_code = $county_code and hour_number between $first_hour and $last_hour
    order by gauge_code, hour_number, known_at
"""

# Of gauges that are silent for longer than the stretch: what they said last.
LAST_READINGS = """
    select
        gauge_code,
        max(hour_number) as hour_number,
        max_by(rain_mm, hour_number) as rain_mm
    from mart.fct_rain_readings
    where county_code = $county_code and hour_number < $first_hour and known_at <= $first_at
    and (superseded_at is null or superseded_at > $first_at)
    group by gauge_code
"""

FORECASTS = """
    select town_code, hour_number, issued_at, rain_mm, known_at
    from mart.fct_rain_forecasts
    where county_code = $county_code and hour_number between $first_hour and $last_hour
    order by town_code, hour_number, issued_at
"""

WARNINGS = """
    select warning_id, colour_code, area_level, town_code, issued_at, lifted_at
    from mart.fct_warnings
    where county_code = $county_code and issued_at <= $last_at
    and (lifted_at is null or lifted_at > $lifted_since_at)
    order by issued_at, warning_id
"""

FLOODS = """
    select flood_id, grid_code, community_code, longitude, latitude, flooded_at, known_at
    from mart.fct_floods where county_code = $county_code order by flooded_at, flood_id
"""

AREAS = """
    select
        area_level, area_code, area_name, community_code, town_code, longitude, latitude,
        west, south, east, north, valid_from_date, valid_to_date
    from mart.dim_areas
    where county_code = $county_code and area_level in ('town', 'grid')
    order by area_level, area_code, valid_from_date
"""

WORKERS = """
    select worker_code, grid_code, role_code, valid_from_date, valid_to_date
    from mart.fct_worker_days
    where county_code = $county_code and valid_from_date <= $last_day
    and (valid_to_date is null or valid_to_date > $first_day)
"""

THRESHOLDS = """
    select
        colour_code, colour_name, colour_name_en, severity_number, window_hours, rain_mm,
        valid_from_date, valid_to_date
    from mart.dim_rain_thresholds order by severity_number
"""

LIMITS = """
    select
        colour_code, least_exposure, tell_minutes, acknowledge_minutes, move_minutes,
        valid_from_date, valid_to_date
    from mart.dim_rain_response_limits
"""

HOUSEHOLDS = """
    select
        household_key, grid_code, community_code, town_code, rain_longitude, rain_latitude,
        elevation_m, resident_count, valid_from_date, valid_to_date, batch_id, source_row_number
    from mart.dim_households
    where county_code = $county_code and is_low_ground and valid_from_date <= $last_day
    and (valid_to_date is null or valid_to_date > $first_day)
    order by household_key, valid_from_date
"""

ACTIONS = """
    select
        warning_id, household_key, town_code, worker_code, notified_at, acknowledged_at, moved_at,
        persons_to_move_count, moved_count
    from mart.fct_warning_actions
    where county_code = $county_code and notified_at <= $last_at
    and warning_id in (select unnest($warning_ids))
    order by warning_id, household_key
"""


@dataclass(frozen=True)
class Records:
    """What is known of a county between two times, each record with its own time.

    Attributes:
        first_at, last_at: the times a state may be asked for, in UTC.
        gauges: one row per gauge and span of days at one place.
        readings: one row per gauge, hour and version, from 48 hours before `first_at` on.
        last_readings: the last reading of each gauge before that.
        forecasts: one row per issue, town and hour.
        warnings: in force at some time of the stretch or of the week before it; `town_code` is null
            for the whole county.
        areas: towns and grids with their days.
        households: those on low ground, null where the file about persons is not open.
        actions: of `warnings`, null likewise.
    """

    county_code: str
    zone: ZoneInfo
    first_at: datetime
    last_at: datetime
    gauges: pl.DataFrame
    readings: pl.DataFrame
    last_readings: pl.DataFrame
    forecasts: pl.DataFrame
    warnings: pl.DataFrame
    floods: pl.DataFrame
    areas: pl.DataFrame
    workers: pl.DataFrame
    thresholds: pl.DataFrame
    limits: pl.DataFrame
    households: pl.DataFrame | None
    actions: pl.DataFrame | None

    def local_day(self, at: datetime) -> date:
        """The county's day at a time."""
        return at.astimezone(self.zone).date()


def read_records(
    published: Published, county_code: str, first_at: datetime, last_at: datetime
) -> Records:
    """Read what states between two times need.

    Args:
        first_at, last_at: with a time zone, both included.

    Raises:
        UsageError: no such county, a time after its as-of time or without a zone, or times in the
            wrong order.
    """
    as_of_at = published.as_of(county_code)
    first_at, last_at = (_in_utc(at, as_of_at, county_code) for at in (first_at, last_at))
    if last_at < first_at:
        raise UsageError(
            f"时段 / stretch: {last_at.isoformat()} 早于 / is before {first_at.isoformat()}"
        )
    zone = published.zone(county_code)
    first_day, last_day = (at.astimezone(zone).date() for at in (first_at, last_at))
    hours = {
        "county_code": county_code,
        "first_hour": hour_number(first_at) - LOOK_BACK_HOURS,
        "last_hour": hour_number(last_at) + LOOK_AHEAD_HOURS,
    }
    county = {"county_code": county_code}
    times = {**county, "lifted_since_at": first_at - EVENT_BACK, "last_at": last_at}
    days = {**county, "first_day": first_day, "last_day": last_day}
    warnings = published.sql(WARNINGS, times)
    has_people = published.has_people
    actions = {**county, "last_at": last_at, "warning_ids": warnings["warning_id"].to_list()}
    last = {name: value for name, value in hours.items() if name != "last_hour"}
    return Records(
        county_code=county_code,
        zone=zone,
        first_at=first_at,
        last_at=last_at,
        gauges=published.sql(GAUGES, county),
        readings=published.sql(READINGS, hours),
        last_readings=published.sql(LAST_READINGS, {**last, "first_at": first_at}),
        forecasts=published.sql(FORECASTS, hours),
        warnings=warnings,
        floods=published.sql(FLOODS, county),
        areas=published.sql(AREAS, county),
        workers=published.sql(WORKERS, days),
        thresholds=published.sql(THRESHOLDS),
        limits=published.sql(LIMITS),
        households=published.people_sql(HOUSEHOLDS, days) if has_people else None,
        actions=published.people_sql(ACTIONS, actions) if has_people else None,
    )


def hour_number(at: datetime) -> int:
    """Whole hours from the beginning of 1970 to a time.

    >>> hour_number(datetime(1970, 1, 1, 2, 59, tzinfo=UTC))
    2
    """
    return int(at.timestamp() // 3600)


def end_of_hour(number: int) -> datetime:
    """The time a numbered hour ends, in UTC."""
    return datetime.fromtimestamp(number * 3600, tz=UTC)


def _in_utc(at: datetime, as_of_at: datetime, county_code: str) -> datetime:
    if at.tzinfo is None:
        raise UsageError(f"{at.isoformat()}: 缺时区 / has no time zone")
    if at > as_of_at:
        raise UsageError(
            f"{at.isoformat()}: 晚于 {county_code} 的数据截至时 / is after what is known of it: "
            f"{as_of_at.isoformat()}"
        )
    return at.astimezone(UTC)
