"""Gauges hour by hour as they were known at a time, with their gaps and their town's forecast."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from warehouse.rainstorm.days import Days
from warehouse.rainstorm.forecasts import known_forecast
from warehouse.rainstorm.rain import known_hours
from warehouse.rainstorm.records import HOUR

SHOWN_HOURS, FORECAST_HOURS = 24, 12


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


def gauges_at(days: Days, said: pl.DataFrame, at: datetime) -> list[Gauge]:
    """Gauges with their last 24 hours and the 12 after them, the wettest first.

    Args:
        said: rows of `RainState.gauges` at the time.
    """
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
