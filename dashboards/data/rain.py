"""Rain at a time, as a page shows it: the state, the hours of each gauge, and the storm around it.

Of households a page gets counts by grid and grid worker, whole and however few: that a house
stands on low ground is no trait of a person, and one left out of a count may be left behind. Their
keys and numbers of persons stay in `RainState.households`, which nothing here hands on.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

import polars as pl

from dashboards.context import Context
from dashboards.data.rain_gauges import Gauge, gauges_at
from dashboards.data.rain_lines import GridLine, grid_lines
from dashboards.scope import Scope
from warehouse.errors import UsageError
from warehouse.rainstorm import RainState, storms
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.households import counts_by
from warehouse.rainstorm.records import HOUR, read_records
from warehouse.rainstorm.replay import state_of

T = TypeVar("T")

TABLES = (
    *("dim_rain_gauges", "dim_rain_response_limits", "dim_rain_thresholds", "fct_floods"),
    *("fct_rain_forecasts", "fct_rain_readings", "fct_rain_spells", "fct_warnings"),
    "fct_worker_days",
)
BEFORE_HOURS, AFTER_HOURS = 3, 1
"""Hours of a replay before a storm's first warning or threshold, and after its last."""
MOST_HOURS = 24
"""Of one strip of a replay: a longer storm has several, each computed when it is opened."""


def kept(context: Context, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """What was made of this version before, or is made now."""
    return context.services.answers.get((context.published.version, "warnings", *key), make)


def has_tables(context: Context, names: tuple[str, ...]) -> bool:
    """Whether the version has these marts: one built before there were any has not."""
    known = context.sql("select table_name from information_schema.tables")["table_name"]
    return set(names) <= set(known)


def has_rain(context: Context) -> bool:
    """Whether the version tells of rain and warnings."""
    return has_tables(context, TABLES)


@dataclass(frozen=True)
class HourOfStorm:
    """An hour of a replay, within the page's area; counts are null without the persons' file."""

    at: datetime
    highest_3h_mm: float | None
    severity_number: int
    warning_count: int
    to_move_count: int | None
    moved_count: int | None
    overdue_count: int | None


@dataclass(frozen=True)
class Stretch:
    """The records of some hours, and the states at the whole hours in it."""

    days: Days
    states: dict[datetime, RainState]

    def state(self, at: datetime) -> RainState:
        """The state at a time of the stretch."""
        return self.states.get(at) or state_of(self.days, at)


@dataclass(frozen=True)
class Rain:
    """The rain a page is about.

    Attributes:
        at: the time asked about, in UTC.
        storm: the row of `warehouse.rainstorm.storms` it lies in; null outside of any.
    """

    scope: Scope
    at: datetime
    as_of_at: datetime
    storms: pl.DataFrame
    storm: dict[str, Any] | None

    @property
    def is_now(self) -> bool:
        """Whether no other time than the newest known is asked about."""
        return not self.scope.view.at

    @cached_property
    def town_code(self) -> str | None:
        """The town that the page's area is or lies in; null for the county."""
        return next((one.code for one in self.scope.trail if one.level == "town"), None)

    @cached_property
    def strip(self) -> tuple[datetime, datetime, datetime, datetime] | None:
        """First and last whole hour of the storm's replay, and those of the part around the time.

        Null outside of a storm.
        """
        if self.storm is None:
            return None
        first, last = hours_of(self.storm, self.as_of_at)
        part = first + max(int((self.at - first) / HOUR), 0) // MOST_HOURS * MOST_HOURS * HOUR
        return first, last, part, min(part + (MOST_HOURS - 1) * HOUR, last)

    @cached_property
    def _stretch(self) -> Stretch:
        county = self.scope.view.county
        published = self.scope.context.published
        if self.strip is None:
            return Stretch(Days(read_records(published, county, self.at, self.at)), {})
        _, _, first, last = self.strip

        def make() -> Stretch:
            until = min(last + HOUR, self.as_of_at)
            days = Days(read_records(published, county, first, until))
            hours = [first + number * HOUR for number in range(int((last - first) / HOUR) + 1)]
            return Stretch(days, {at: state_of(days, at) for at in hours})

        return kept(self.scope.context, ("stretch", county, first, last), make)

    @cached_property
    def state(self) -> RainState:
        """The state at the time."""
        key = ("state", self.scope.view.county, self.at)
        return kept(self.scope.context, key, lambda: self._stretch.state(self.at))

    @cached_property
    def towns(self) -> pl.DataFrame:
        """`RainState.towns` within the page's area."""
        return self._of_town(self.state.towns)

    @cached_property
    def colours(self) -> pl.DataFrame:
        """`RainState.colours` within the page's area."""
        return self._of_town(self.state.colours)

    @property
    def has_thresholds(self) -> bool:
        """Whether there were thresholds on the day: not before their first edition."""
        return self._stretch.days.of(self.at).severest is not None

    @cached_property
    def gauges(self) -> list[Gauge]:
        """The gauges within the page's area, the wettest first."""
        return kept(
            self.scope.context,
            ("gauges", self.scope.view.county, self.at, self.town_code),
            lambda: gauges_at(self._stretch.days, self._of_town(self.state.gauges), self.at),
        )

    @cached_property
    def lines(self) -> list[GridLine] | None:
        """What is to be done by grid and worker, the most urgent first; null without the file."""
        return grid_lines(self._within(self.state.households))

    @cached_property
    def hours_of_storm(self) -> list[HourOfStorm]:
        """The storm hour by hour, within the page's area; none outside of a storm."""
        return [
            HourOfStorm(
                at=at,
                highest_3h_mm=_highest(self._of_town(state.gauges)["rain_3h_least_mm"]),
                severity_number=severity_of(self._of_town(state.towns)),
                warning_count=len(self._in_force(state)),
                **_counts(self._within(state.households)),
            )
            for at, state in self._stretch.states.items()
        ]

    @property
    def warnings(self) -> pl.DataFrame:
        """`RainState.warnings` for the page's area."""
        return self._in_force(self.state)

    def _in_force(self, state: RainState) -> pl.DataFrame:
        if self.town_code is None:
            return state.warnings
        is_own = (pl.col("town_code") == self.town_code) | (pl.col("area_level") == "county")
        return state.warnings.filter(is_own)

    def _of_town(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.town_code is None:
            return frame
        return frame.filter(pl.col("town_code") == self.town_code)

    def _within(self, households: pl.DataFrame | None) -> pl.DataFrame | None:
        area = self.scope.area
        if households is None or area.level == "county":
            return households
        return households.filter(pl.col(f"{area.level}_code") == area.code)


def rain_at(scope: Scope) -> Rain:
    """The rain at the view's time.

    Raises:
        UsageError: a time after what is known of the county.
    """
    context, county = scope.context, scope.view.county
    published = context.published
    as_of_at = published.as_of(county)
    at, zone = as_of_at, published.zone(county)
    if scope.view.at:
        local = datetime.fromisoformat(scope.view.at).replace(tzinfo=zone)
        at = local.astimezone(UTC)
    if at > as_of_at:
        raise UsageError(
            f'at "{scope.view.at}": 无记录 / is not known; '
            f"可用 / allowed: … {as_of_at.astimezone(zone):%Y-%m-%dT%H:%M}"
        )
    found = kept(context, ("storms", county), lambda: storms(published, county))
    return Rain(scope, at, as_of_at, found, storm_at(found, at, as_of_at))


def storm_at(found: pl.DataFrame, at: datetime, as_of_at: datetime) -> dict[str, Any] | None:
    """The storm in whose replay a time lies; of two that meet the later one."""
    for storm in found.iter_rows(named=True):
        first, last = hours_of(storm, as_of_at)
        if first <= at < last + HOUR:
            return storm
    return None


def hours_of(storm: dict[str, Any], as_of_at: datetime) -> tuple[datetime, datetime]:
    """First and last whole hour of a storm's replay, in UTC."""
    start, end = storm["start_at"], storm["end_at"]
    first = _whole_hour(start) - BEFORE_HOURS * HOUR
    last = _whole_hour(end) + (AFTER_HOURS + 1) * HOUR
    return first, min(last, _whole_hour(as_of_at))


def severity_of(towns: pl.DataFrame) -> int:
    """The most severe colour in force, reached or expected in any of some towns; 0 for none."""
    return max(towns["severity_number"].to_list(), default=0)


def _highest(values: pl.Series) -> float | None:
    return max(values.drop_nulls().to_list(), default=None)


def _counts(households: pl.DataFrame | None) -> dict[str, int | None]:
    names = ("to_move_count", "moved_count", "overdue_count")
    if households is None:
        return dict.fromkeys(names)
    counts = counts_by(households, "town_code")
    return {name: int(counts[name].sum()) for name in names}


def _whole_hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def step(rain: Rain, by: int) -> datetime | None:
    """The whole hour before (−1) or after (1) the time; null after what is known."""
    whole = _whole_hour(rain.at)
    if by < 0:
        return whole if whole < rain.at else whole - HOUR
    after = whole + HOUR
    return after if after <= rain.as_of_at else None
