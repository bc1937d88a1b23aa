"""The life of an alert: a pure fold of alarm days and of what users did into alerts.

Raised on the first day its series alarms; later alarms prolong it and raise nothing. It clears by
itself when `QUIET_DAYS` days went by without an alarm (the last of them is its cleared day), or
when a user clears it. No case counts towards two alerts of a series: after a clearing, a window
that reaches back to the cleared day or before raises nothing.

Users acknowledge, dispatch, silence and clear, and may raise one themselves. A silence has a reason
and a last day; until then its series raises no new alert, and its own alert is shown as silenced
but lives on underneath. Actions hold by when they were taken, whenever they arrive, so the order
of loading changes nothing.

A record that arrives late changes the days it belongs to, and the fold is done again: an alert may
turn out to have begun earlier, or not at all. An action names its alert by area, family and day
raised; it is given to the alert of that series that was alive on that day, or else to the one alive
when the action was taken. If there is none, the alert is kept as `withdrawn`: nothing that
somebody acted on disappears.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

QUIET_DAYS = 7
"""A holiday week may hide an outbreak; a week without an alarm ends it."""

State = Literal["open", "acknowledged", "dispatched", "silenced", "cleared", "withdrawn"]
STATES: tuple[State, ...] = (
    "open", "acknowledged", "dispatched", "silenced", "cleared", "withdrawn",
)  # fmt: skip
ALIVE: frozenset[State] = frozenset({"open", "acknowledged", "dispatched", "silenced"})

MAY_FOLLOW: Mapping[State, tuple[str, ...]] = {
    "open": ("acknowledged", "dispatched", "silenced", "cleared"),
    "acknowledged": ("dispatched", "silenced", "cleared"),
    "dispatched": ("dispatched", "silenced", "cleared"),
    "silenced": ("acknowledged", "dispatched", "silenced", "cleared"),
    "cleared": (),
    "withdrawn": (),
}
"""What a user may do about an alert in a state; somebody else may be sent, a silence be moved."""


@dataclass(frozen=True, order=True)
class SeriesKey:
    """What an alert is about."""

    area_level: str
    area_code: str
    category_family: str


@dataclass(frozen=True)
class Alarm:
    """A day on which a series alarms, with the shortest window that does."""

    series: SeriesKey
    alarm_date: date
    window_days: int


@dataclass(frozen=True)
class Action:
    """What a user did about an alert; `acted_date` is the county's local day."""

    action_id: str
    action_code: str
    series: SeriesKey
    named_date: date
    acted_at: datetime
    acted_date: date
    reason_code: str | None = None
    silenced_until_date: date | None = None
    worker_code: str | None = None


@dataclass
class Alert:
    """One alert on a day.

    Attributes:
        is_by_hand: a user raised it.
        alarm_day_count: days its series alarmed, the first included.
        cleared_by: `quiet` or `user`; null while it lives.
        reason_code: of the last silence or clearing.
    """

    series: SeriesKey
    raised_date: date
    is_by_hand: bool = False
    last_alarm_date: date | None = None
    alarm_day_count: int = 0
    acknowledged_at: datetime | None = None
    dispatched_at: datetime | None = None
    worker_code: str | None = None
    silenced_until_date: date | None = None
    reason_code: str | None = None
    cleared_date: date | None = None
    cleared_by: Literal["quiet", "user"] | None = None
    is_withdrawn: bool = False
    action_count: int = 0

    def state(self, day: date) -> State:
        """What it is on a day that nothing of it lies after."""
        if self.is_withdrawn:
            return "withdrawn"
        if self.cleared_date is not None:
            return "cleared"
        if self.silenced_until_date is not None and self.silenced_until_date >= day:
            return "silenced"
        if self.dispatched_at is not None:
            return "dispatched"
        return "acknowledged" if self.acknowledged_at is not None else "open"

    @property
    def quiet_since(self) -> date:
        """Day of the last alarm, or of the raising by hand."""
        return self.last_alarm_date or self.raised_date

    def covers(self, day: date) -> bool:
        """Whether it was alive on a day."""
        is_over = self.cleared_date is not None and self.cleared_date < day
        return self.raised_date <= day and not is_over and not self.is_withdrawn


def alert_id(county_code: str, series: SeriesKey, raised_date: date) -> str:
    """The same in every build: county, area, family and day raised.

    >>> alert_id("430181", SeriesKey("town", "430181002000", "noise"), date(2026, 11, 3))
    '430181:town:430181002000:noise:2026-11-03'
    """
    return ":".join((county_code, *_parts(series), raised_date.isoformat()))


def parse_alert_id(text: str) -> tuple[str, SeriesKey, date] | None:
    """County, series and day raised; null where it is no number of an alert.

    >>> parse_alert_id("430181:town:430181002000:noise:2026-11-03")[2]
    datetime.date(2026, 11, 3)
    >>> parse_alert_id("430181:town:noise") is None
    True
    """
    parts = text.split(":")
    if len(parts) != 5:
        return None
    county_code, level, area, family, day = parts
    try:
        return county_code, SeriesKey(level, area, family), date.fromisoformat(day)
    except ValueError:
        return None


def fold(alarms: Iterable[Alarm], actions: Iterable[Action], *, day: date) -> list[Alert]:
    """Alerts as they are on a day, by day raised and series.

    Args:
        alarms: in any order.
        actions: in any order.
        day: what lies after it is not looked at.
    """
    events = [(one.series, one.alarm_date, one) for one in alarms if one.alarm_date <= day] + [
        (one.series, one.acted_date, one) for one in actions if one.acted_date <= day
    ]
    events.sort(key=lambda event: (event[0], *_order(event[2])))
    lives = [
        alert
        for series, own in groupby(events, key=lambda event: event[0])
        for alert in _Life(series).through((event for _, _, event in own), day)
    ]
    return sorted(lives, key=lambda one: (one.raised_date, one.series, one.is_withdrawn))


def _parts(series: SeriesKey) -> Sequence[str]:
    return series.area_level, series.area_code, series.category_family


def _order(event: Alarm | Action) -> tuple[date, int, str, str]:
    """A day's alarm comes before what users did that day, as they can only have seen it."""
    if isinstance(event, Alarm):
        return event.alarm_date, 0, "", ""
    return event.acted_date, 1, event.acted_at.isoformat(), event.action_id


@dataclass
class _Life:
    """The alerts of one series so far."""

    series: SeriesKey
    alerts: list[Alert] = field(default_factory=list)
    silenced_until: date | None = None

    def through(self, events: Iterator[Alarm | Action], day: date) -> list[Alert]:
        for event in events:
            if isinstance(event, Alarm):
                self._rest(event.alarm_date - timedelta(days=1))
                self._alarm(event)
            else:
                self._rest(event.acted_date - timedelta(days=1))
                self._act(event)
        self._rest(day)
        return self.alerts

    @property
    def _alive(self) -> Alert | None:
        return next(
            (one for one in self.alerts if one.cleared_date is None and not one.is_withdrawn), None
        )

    def _rest(self, day: date) -> None:
        """Days up to this one went by without more."""
        alive = self._alive
        if alive and alive.quiet_since + timedelta(days=QUIET_DAYS) <= day:
            alive.cleared_date = alive.quiet_since + timedelta(days=QUIET_DAYS)
            alive.cleared_by = "quiet"

    def _alarm(self, alarm: Alarm) -> None:
        alive = self._alive
        if alive is None:
            if not self._may_raise(alarm):
                return
            alive = Alert(self.series, alarm.alarm_date)
            self.alerts.append(alive)
        alive.last_alarm_date = alarm.alarm_date
        alive.alarm_day_count += 1

    def _may_raise(self, alarm: Alarm) -> bool:
        if self.silenced_until is not None and alarm.alarm_date <= self.silenced_until:
            return False
        first_counted = alarm.alarm_date - timedelta(days=alarm.window_days - 1)
        ends = [one.cleared_date for one in self.alerts if one.cleared_date is not None]
        return not ends or first_counted > max(ends)

    def _act(self, action: Action) -> None:
        alert = self._named(action)
        alert.action_count += 1
        match action.action_code:
            case "acknowledged":
                alert.acknowledged_at = alert.acknowledged_at or action.acted_at
            case "dispatched":
                alert.dispatched_at = alert.dispatched_at or action.acted_at
                alert.worker_code = action.worker_code or alert.worker_code
            case "silenced":
                alert.silenced_until_date = self.silenced_until = action.silenced_until_date
                alert.reason_code = action.reason_code
            case "cleared" if alert.covers(action.acted_date):
                alert.cleared_date, alert.cleared_by = action.acted_date, "user"
                alert.reason_code = action.reason_code or alert.reason_code

    def _named(self, action: Action) -> Alert:
        for day in (action.named_date, action.acted_date):
            for one in reversed(self.alerts):
                if one.covers(day):
                    return one
        withdrawn = next(
            (
                one
                for one in self.alerts
                if one.is_withdrawn and one.raised_date == action.named_date
            ),
            None,
        )
        if withdrawn is not None:
            return withdrawn
        is_raised = action.action_code == "raised"
        alert = Alert(
            self.series,
            action.acted_date if is_raised else action.named_date,
            is_by_hand=is_raised,
            is_withdrawn=not is_raised,
        )
        self.alerts.append(alert)
        return alert
