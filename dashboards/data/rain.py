"""Rain at a time, as a page shows it: the state, the hours of each gauge, and the storm around it.

Of households a page gets counts by grid and grid worker, whole and however few: that a house
stands on low ground is no trait of a person, and one left out of a count may be left behind. Their
keys and numbers of persons stay in `RainState.households`, which nothing here hands on.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl

from dashboards.context import Context
from dashboards.scope import Scope
from warehouse.errors import UsageError
from warehouse.rainstorm import RainState, storms
from warehouse.rainstorm.days import Days
from warehouse.rainstorm.forecasts import known_forecast
from warehouse.rainstorm.households import CHECK, counts_by
from warehouse.rainstorm.rain import known_hours
from warehouse.rainstorm.records import HOUR, read_records
from warehouse.rainstorm.replay import state_of

T = TypeVar("T")

TABLES = (
    *("dim_rain_gauges", "dim_rain_response_limits", "dim_rain_thresholds", "fct_floods"),
    *("fct_rain_forecasts", "fct_rain_readings", "fct_rain_spells", "fct_warnings"),
    "fct_worker_days",
)
SHOWN_HOURS, FORECAST_HOURS = 24, 12
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


def lacking(context: Context) -> str | None:
    """What is not in the version so that no rain can be judged: `tables` or `thresholds`."""
    if not has_tables(context, TABLES):
        return "tables"
    known = context.sql("select count(*) as known_count from mart.dim_rain_thresholds")
    return None if known["known_count"].item() else "thresholds"


@dataclass(frozen=True)
class Hour:
    """One hour of a gauge: rain in millimetres, null in a gap and while it is awaited."""

    end_at: datetime
    rain_mm: float | None
    is_awaited: bool = False


@dataclass(frozen=True)
class Gauge:
    """A gauge with its last hours, and the forecast of its town (no forecast: no rain expected).

    Attributes:
        said: its row of `RainState.gauges`.
    """

    said: dict[str, Any]
    hours: tuple[Hour, ...]
    forecast: tuple[Hour, ...]

    @property
    def town_code(self) -> str:
        """Its town."""
        return str(self.said["town_code"])

    @property
    def gaps(self) -> list[tuple[datetime, datetime]]:
        """Stretches of hours without a reading, from the beginning of the first to the last's end.

        An hour that is still awaited is none.
        """
        found: list[tuple[datetime, datetime]] = []
        for hour in self.hours:
            if hour.rain_mm is not None or hour.is_awaited:
                continue
            began = hour.end_at - HOUR
            if found and found[-1][1] == began:
                found[-1] = (found[-1][0], hour.end_at)
            else:
                found.append((began, hour.end_at))
        return found


@dataclass(frozen=True)
class GridLine:
    """What is to be done in a grid by one worker: households, each in as many counts as it fits.

    Attributes:
        worker_code: null where nobody is known.
        overdue: by the earliest step late: `told`, `acknowledged`, `moved`.
    """

    town_code: str
    community_code: str | None
    grid_code: str | None
    worker_code: str | None
    household_count: int
    to_move_count: int
    check_count: int
    told_count: int
    acknowledged_count: int
    moved_count: int
    overdue: dict[str, int]

    @property
    def left_count(self) -> int:
        """Households to move that are not moved."""
        return self.to_move_count - self.moved_count

    @property
    def overdue_count(self) -> int:
        """Households with a step that is late."""
        return sum(self.overdue.values())


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

    @cached_property
    def gauges(self) -> list[Gauge]:
        """The gauges within the page's area, the wettest first."""
        return kept(
            self.scope.context,
            ("gauges", self.scope.view.county, self.at, self.town_code),
            lambda: _gauges(self._stretch.days, self._of_town(self.state.gauges), self.at),
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
        UsageError: a time after what is known of the county, or before there were thresholds.
    """
    context, county = scope.context, scope.view.county
    published = context.published
    as_of_at = published.as_of(county)
    at, zone = as_of_at, published.zone(county)
    if scope.view.at:
        local = datetime.fromisoformat(scope.view.at).replace(tzinfo=zone)
        at = local.astimezone(UTC)
    first = context.sql("select min(valid_from_date) as first_date from mart.dim_rain_thresholds")
    first_date: date = first["first_date"].item()
    if at > as_of_at or at.astimezone(zone).date() < first_date:
        raise UsageError(
            f'at "{scope.view.at}": 无记录 / is not known; '
            f"可用 / allowed: {first_date} … {as_of_at.astimezone(zone):%Y-%m-%dT%H:%M}"
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


def grid_lines(households: pl.DataFrame | None) -> list[GridLine] | None:
    """Counts by grid and worker: grids with households left to move first, in the order of the most
    exposed of them, then those where another step is late.
    """
    if households is None:
        return None
    codes = ("town_code", "community_code", "grid_code", "worker_code")
    is_left = (pl.col("action_code") == "move") & pl.col("moved_at").is_null()
    late = {
        step: (pl.col("overdue_step") == step).sum() for step in ("told", "acknowledged", "moved")
    }
    more = households.group_by(codes).agg(
        stage=pl.when(is_left.any())
        .then(0)
        .when(pl.col("overdue_step").is_not_null().any())
        .then(1)
        .otherwise(2),
        order=pl.when(is_left.any())
        .then(pl.col("rank_number").filter(is_left).min())
        .otherwise(pl.col("rank_number").min()),
        check_count=(pl.col("action_code") == CHECK).sum(),
        **{f"overdue_{step}": count for step, count in late.items()},
    )
    found = (
        counts_by(households, *codes)
        .join(more, on=codes, nulls_equal=True)
        .sort("stage", "order", "grid_code", nulls_last=True)
    )
    return [
        GridLine(
            **{name: row[name] for name in codes},
            household_count=row["household_count"],
            to_move_count=row["to_move_count"],
            check_count=row["check_count"],
            told_count=row["told_count"],
            acknowledged_count=row["acknowledged_count"],
            moved_count=row["moved_count"],
            overdue={step: row[f"overdue_{step}"] for step in late if row[f"overdue_{step}"]},
        )
        for row in found.iter_rows(named=True)
    ]


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


def _gauges(days: Days, said: pl.DataFrame, at: datetime) -> list[Gauge]:
    hours = known_hours(days, at)
    forecast = known_forecast(days.records, hours)
    row_of = {code: row for row, code in enumerate(hours.day.gauges["gauge_code"])}
    width = hours.rain_mm.shape[1]
    ahead = forecast.of(hours.day.gauges["town_code"])
    found = []
    for one in said.iter_rows(named=True):
        row = row_of[one["gauge_code"]]
        end = int(hours.end_column[row])
        found.append(
            Gauge(
                one,
                tuple(
                    Hour(
                        hours.end_of(column),
                        _known(hours.rain_mm[row, column]),
                        is_awaited=column > end,
                    )
                    for column in range(width - SHOWN_HOURS, width)
                ),
                tuple(
                    Hour(hours.end_of(column), _known(ahead[row, column]) or 0.0)
                    for column in range(end + 1, width + FORECAST_HOURS)
                ),
            )
        )
    return sorted(found, key=lambda gauge: (-_wetness(gauge), str(gauge.said["gauge_code"])))


def _wetness(gauge: Gauge) -> float:
    ahead: float = sum(hour.rain_mm or 0.0 for hour in gauge.forecast)
    return ahead + (gauge.said["rain_24h_least_mm"] or 0.0)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _whole_hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def step(rain: Rain, by: int) -> datetime | None:
    """The whole hour before (−1) or after (1) the time; null after what is known."""
    whole = _whole_hour(rain.at)
    if by < 0:
        return whole if whole < rain.at else whole - HOUR
    after = whole + HOUR
    return after if after <= rain.as_of_at else None
