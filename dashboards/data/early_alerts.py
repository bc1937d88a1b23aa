"""Early alerts as a page shows them: those alive, those cleared lately, and the open one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import polars as pl

from dashboards.context import Context
from dashboards.data.rain import has_tables, kept
from dashboards.scope import Scope
from warehouse.alerts.detect import BUDGET
from warehouse.alerts.dispatch import Dispatch
from warehouse.alerts.life import QUIET_DAYS, parse_alert_id
from warehouse.alerts.pages import days_of_alerts, published_alerts, suggested_dispatch
from warehouse.errors import UsageError, unknown_value

TABLES = ("fct_alerts",)
LATELY_DAYS = 30
QUARTER_DAYS = 91

GRIDS = """
    select area_code from mart.dim_areas
    where county_code = ? and area_level = 'grid' and (area_code = ? or parent_code = ?)
"""

NAMES = """
    select area_code, max_by(area_name, valid_from_date) as name from mart.dim_areas
    where county_code = ? and area_level = 'grid' and area_code in (select unnest(?::varchar[]))
    group by all
"""

ENDED = pl.col("cleared_date").fill_null(pl.col("raised_date"))
"""When an alert was cleared; one that was withdrawn has only the day it was raised."""

Alert = dict[str, Any]
"""A row of `mart.fct_alerts`."""


@dataclass(frozen=True)
class Alerts:
    """Alerts within the page's area.

    Attributes:
        day: the day they are as of.
        alive, cleared: rows of `mart.fct_alerts`: those alive, the newest first, and those cleared
            or withdrawn in the last 30 days.
        quarter_count: alerts raised in the 91 days up to the day.
        budget: false alerts that the rule may raise in them.
        opened: the alert the view names; null where it names none.
    """

    scope: Scope
    day: date
    alive: list[Alert]
    cleared: list[Alert]
    quarter_count: int
    budget: float
    opened: Alert | None

    @cached_property
    def days(self) -> pl.DataFrame:
        """The days behind the opened alert: `warehouse.alerts.pages.alert_days`.

        Those of the others listed come with the first that is opened, at no more cost.
        """
        alert = self._opened
        context, county = self.scope.context, self.scope.view.county
        listed = kept(context, ("listed", county), lambda: _listed(context, county, self.day))
        if any(one["alert_id"] == alert["alert_id"] for one in listed):
            key: tuple[str, ...] = ("days", county)
        else:
            key, listed = ("days", county, alert["alert_id"]), [alert]
        found = kept(
            context, key, lambda: days_of_alerts(context.published, listed, last_date=self.day)
        )
        last = last_day(alert, self.day)
        return found[alert["alert_id"]].filter(pl.col("day") <= last)

    @cached_property
    def dispatch(self) -> Dispatch:
        """Whom to send for the opened alert."""
        alert, published = self._opened, self.scope.context.published
        return kept(
            self.scope.context,
            ("dispatch", alert["alert_id"]),
            lambda: suggested_dispatch(published, alert, day=self.day),
        )

    @cached_property
    def grid_names(self) -> Mapping[str, str]:
        """Names of the grids that are named, by code."""
        codes = {
            one["area_code"]
            for one in (*self.alive, *self.cleared, *([self.opened] if self.opened else []))
            if one["area_level"] == "grid"
        }
        if self.opened is not None:
            codes |= {one.grid_code for one in self.dispatch.suggestions}
            codes |= {self.dispatch.grid_code} if self.dispatch.grid_code else set()
        return grid_names(self.scope, sorted(codes))

    @property
    def _opened(self) -> Alert:
        if self.opened is None:
            raise ValueError("no alert is open")
        return self.opened


def alerts(scope: Scope) -> Alerts | None:
    """The alerts of the page's area; null where the version has none kept.

    Raises:
        UsageError: the view names an alert that there is not.
    """
    context, county = scope.context, scope.view.county
    if not has_tables(context, TABLES):
        return None
    day = context.builds[county].as_of_date
    every = kept(context, ("alerts", county), lambda: published_alerts(context.published, county))
    own = within(every, scope)
    newest = own.sort("raised_date", descending=True, maintain_order=True)
    return Alerts(
        scope,
        day,
        newest.filter("is_alive").to_dicts(),
        newest.filter(~pl.col("is_alive"), _is_late(day))
        .sort(ENDED, descending=True, maintain_order=True)
        .to_dicts(),
        quarter_count=own.filter(
            pl.col("raised_date") > day - timedelta(days=QUARTER_DAYS), ~pl.col("is_by_hand")
        ).height,
        budget=_budget(scope),
        opened=_named(every, scope.view.alert),
    )


def _is_late(day: date) -> pl.Expr:
    return pl.col("is_alive") | (day - timedelta(days=LATELY_DAYS) < ENDED)


def _listed(context: Context, county_code: str, day: date) -> list[Alert]:
    """The alerts that the county's page lists."""
    every = published_alerts(context.published, county_code)
    return every.filter(_is_late(day)).to_dicts()


def within(every: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Alerts of the page's area and of its grids; below a town also those of the town itself."""
    area = scope.area
    if area.level == "county":
        return every
    town = next((one.code for one in scope.trail if one.level == "town"), area.code)
    of_town = (pl.col("area_level") == "town") & (pl.col("area_code") == town)
    if area.level == "town":
        return every.filter((pl.col("town_code") == town) | of_town)
    grids = scope.context.sql(GRIDS, scope.view.county, area.code, area.code)["area_code"]
    return every.filter(of_town | pl.col("area_code").is_in(grids.implode()))


def last_day(alert: Mapping[str, Any], day: date) -> date:
    """The last day shown of an alert: of one that is cleared a week after it."""
    cleared: date | None = alert["cleared_date"]
    return day if cleared is None else min(day, cleared + timedelta(days=QUIET_DAYS))


def grid_names(scope: Scope, codes: list[str]) -> dict[str, str]:
    """Names of grids by code."""
    if not codes:
        return {}
    county, published = scope.view.county, scope.context.published
    rows = kept(
        scope.context,
        ("grid names", county, tuple(codes)),
        lambda: published.sql(NAMES, (county, codes)),
    )
    return dict(rows.iter_rows())


def steps(alert: Mapping[str, Any]) -> list[tuple[str, date | datetime | None]]:
    """The life of an alert in order: `raised`, `acknowledged`, `dispatched`, `silenced`, `cleared`,
    each with when it was, null where it was not."""
    return [
        ("raised", alert["raised_date"]),
        ("acknowledged", alert["acknowledged_at"]),
        ("dispatched", alert["dispatched_at"]),
        ("silenced", alert["silenced_until_date"]),
        ("cleared", alert["cleared_date"]),
    ]


def _budget(scope: Scope) -> float:
    """False alerts a quarter that the rule may raise in the page's area: each town has the whole
    of it, and so has the county as a whole, but for grids."""
    of_town = sum(BUDGET.values())
    if scope.area.level != "county":
        return of_town
    towns = len(scope.names_of_areas("town"))
    return of_town * towns + of_town - BUDGET["grid"]


def _named(every: pl.DataFrame, alert_id: str) -> Alert | None:
    if not alert_id:
        return None
    found = every.filter(pl.col("alert_id") == alert_id).to_dicts()
    if not found:
        if parse_alert_id(alert_id) is None:
            raise UsageError(f'alert "{alert_id}": 应为 / expected county:level:area:family:day')
        known = every.filter("is_alive")["alert_id"].to_list()
        raise UsageError(unknown_value("alert", alert_id, known))
    return found[0]
