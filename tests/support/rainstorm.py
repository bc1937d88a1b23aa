"""Rainstorms made of a few rows, and the same answers worked out one by one in plain Python.

Nothing of `warehouse.rainstorm` takes part in the working out but the numbers of the definition.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from warehouse.rainstorm.records import Records

ZONE = ZoneInfo("Asia/Shanghai")
TOWN, OTHER_TOWN = "430181001000", "430181002000"
GRID, OTHER_GRID = "430181001001001", "430181002001001"
ALWAYS = date(1900, 1, 1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

TIME = pl.Datetime("us", "UTC")
DAYS = {"valid_from_date": pl.Date, "valid_to_date": pl.Date}
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "gauges": {
        "gauge_code": pl.String, "gauge_name": pl.String, "town_code": pl.String,
        "longitude": pl.Float64, "latitude": pl.Float64, **DAYS,
    },
    "readings": {
        "gauge_code": pl.String, "hour_number": pl.Int64, "rain_mm": pl.Float64,
        "known_at": TIME, "superseded_at": TIME,
    },
    "last_readings": {
        "gauge_code": pl.String, "hour_number": pl.Int64, "rain_mm": pl.Float64,
    },
    "forecasts": {
        "town_code": pl.String, "hour_number": pl.Int64, "issued_at": TIME,
        "rain_mm": pl.Float64, "known_at": TIME,
    },
    "warnings": {
        "warning_id": pl.String, "colour_code": pl.String, "area_level": pl.String,
        "town_code": pl.String, "issued_at": TIME, "lifted_at": TIME,
    },
    "floods": {
        "flood_id": pl.String, "grid_code": pl.String, "community_code": pl.String,
        "longitude": pl.Float64, "latitude": pl.Float64, "flooded_at": TIME, "known_at": TIME,
    },
    "areas": {
        "area_level": pl.String, "area_code": pl.String, "area_name": pl.String,
        "community_code": pl.String, "town_code": pl.String, "longitude": pl.Float64,
        "latitude": pl.Float64, "west": pl.Float64, "south": pl.Float64, "east": pl.Float64,
        "north": pl.Float64, **DAYS,
    },
    "workers": {
        "worker_code": pl.String, "grid_code": pl.String, "role_code": pl.String, **DAYS,
    },
    "thresholds": {
        "colour_code": pl.String, "colour_name": pl.String, "colour_name_en": pl.String,
        "severity_number": pl.Int64, "window_hours": pl.Int64, "rain_mm": pl.Float64, **DAYS,
    },
    "limits": {
        "colour_code": pl.String, "least_exposure": pl.Float64, "tell_minutes": pl.Float64,
        "acknowledge_minutes": pl.Float64, "move_minutes": pl.Float64, **DAYS,
    },
    "households": {
        "household_key": pl.String, "grid_code": pl.String, "community_code": pl.String,
        "town_code": pl.String, "rain_longitude": pl.Float64, "rain_latitude": pl.Float64,
        "elevation_m": pl.Float64, "resident_count": pl.Int64, **DAYS,
        "batch_id": pl.String, "source_row_number": pl.Int64,
    },
    "actions": {
        "warning_id": pl.String, "household_key": pl.String, "town_code": pl.String,
        "worker_code": pl.String, "notified_at": TIME, "acknowledged_at": TIME,
        "moved_at": TIME, "persons_to_move_count": pl.Int64, "moved_count": pl.Int64,
    },
}  # fmt: skip

THRESHOLDS = (("blue", 1, 12, 50.0), ("yellow", 2, 6, 50.0), ("orange", 3, 3, 50.0), ("red", 4, 3, 100.0))  # fmt: skip  # noqa: E501
LIMITS = (("orange", 0.75, 15.0, 15.0, 60.0), ("red", 0.75, 15.0, 15.0, 60.0))
RED_HOURS, RED_MM = 3, 100.0

Rows = Sequence[Mapping[str, Any]]


def local(text: str) -> datetime:
    """A time of the county, as `2026-06-23 03:25`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def hour_of(at: datetime) -> int:
    """The number of the hour that ends at a time."""
    return int(at.timestamp()) // 3600


def gauge(code: str, **values: Any) -> dict[str, Any]:
    """A gauge that stands in the town from always on."""
    place = {"town_code": TOWN, "longitude": 113.6, "latitude": 28.2}
    return {"gauge_code": code, "gauge_name": code, "valid_from_date": ALWAYS, **place, **values}


def reading(code: str, end: datetime, rain_mm: float, **values: Any) -> dict[str, Any]:
    """The rain of the hour that ends at a time, known two minutes later."""
    known = {"known_at": end + 2 * MINUTE}
    return {"gauge_code": code, "hour_number": hour_of(end), "rain_mm": rain_mm, **known, **values}


def readings(code: str, last_end: datetime, *rain_mm: float | None) -> list[dict[str, Any]]:
    """The rain of hours in a row, the last of which ends at a time; none of it where null."""
    first = last_end - (len(rain_mm) - 1) * HOUR
    return [
        reading(code, first + number * HOUR, mm)
        for number, mm in enumerate(rain_mm)
        if mm is not None
    ]


def forecast(issued: datetime, *rain_mm: float, town: str = TOWN) -> list[dict[str, Any]]:
    """Rain of the hours from the issue on, known five minutes after it."""
    return [
        {
            "town_code": town,
            "hour_number": hour_of(issued) + number,
            "issued_at": issued,
            "rain_mm": mm,
            "known_at": issued + 5 * MINUTE,
        }
        for number, mm in enumerate(rain_mm, start=1)
    ]


def warning(colour: str, issued: datetime, **values: Any) -> dict[str, Any]:
    """A warning for the town that is never lifted."""
    area = {"area_level": "town", "town_code": TOWN, "lifted_at": None}
    return {"warning_id": colour, "colour_code": colour, "issued_at": issued, **area, **values}


def household(key: str, **values: Any) -> dict[str, Any]:
    """A household on low ground beside the gauge."""
    place = {"grid_code": GRID, "town_code": TOWN, "rain_longitude": 113.6, "rain_latitude": 28.2}
    source = {"batch_id": "b", "source_row_number": 1}
    return {
        "household_key": key, "elevation_m": 80.0, "valid_from_date": ALWAYS,
        **place, **source, **values,
    }  # fmt: skip


def action(key: str, told: datetime, *, warning_id: str = "red", **values: Any) -> dict[str, Any]:
    """A household told of a warning, with three persons to move."""
    own = {"warning_id": warning_id, "town_code": TOWN, "persons_to_move_count": 3}
    return {"household_key": key, "notified_at": told, **own, **values}


def worker(code: str, grid: str = GRID, **values: Any) -> dict[str, Any]:
    """A full-time worker of the grid, from always on."""
    role = {"role_code": "full_time", "valid_from_date": ALWAYS}
    return {"worker_code": code, "grid_code": grid, **role, **values}


def flood(grid: str, at: datetime, **values: Any) -> dict[str, Any]:
    """A flood of a grid, known a day later."""
    known = {"flooded_at": at, "known_at": at + timedelta(days=1)}
    return {"flood_id": f"{grid} {at}", "grid_code": grid, **known, **values}


@dataclass
class Storm:
    """Rows of a storm; two towns with a grid each unless given others."""

    gauges: Rows = ()
    readings: Rows = ()
    forecasts: Rows = ()
    warnings: Rows = ()
    floods: Rows = ()
    workers: Rows = ()
    households: Rows | None = ()
    actions: Rows = ()
    last_readings: Rows = ()
    thresholds_from: date = ALWAYS
    areas: Rows = field(
        default_factory=lambda: [
            area("town", TOWN), area("town", OTHER_TOWN),
            area("grid", GRID), area("grid", OTHER_GRID, town_code=OTHER_TOWN),
        ]
    )  # fmt: skip

    def records(self, first: datetime, last: datetime | None = None) -> Records:
        """As they are read for the stretch between two times."""
        colour = ("colour_code", "severity_number", "window_hours", "rain_mm")
        limit = ("colour_code", "least_exposure", "tell_minutes", "acknowledge_minutes", "move_minutes")  # fmt: skip  # noqa: E501
        days = {"valid_from_date": ALWAYS}
        has_people = self.households is not None
        rows: dict[str, Rows | None] = {
            name: getattr(self, name) for name in SCHEMAS if name not in ("thresholds", "limits")
        }
        since = {"valid_from_date": self.thresholds_from}
        rows["thresholds"] = [dict(zip(colour, one, strict=True)) | since for one in THRESHOLDS]
        rows["limits"] = [dict(zip(limit, one, strict=True)) | days for one in LIMITS]
        rows["actions"] = self.actions if has_people else None
        return Records(
            county_code="430181",
            zone=ZONE,
            first_at=first.astimezone(UTC),
            last_at=(last or first).astimezone(UTC),
            **{
                name: None if own is None else frame(name, own)  # type: ignore[arg-type]
                for name, own in rows.items()
            },
        )


def area(level: str, code: str, **values: Any) -> dict[str, Any]:
    """An area that always held; a grid with its middle and its box."""
    town = {"town_code": TOWN} if level == "grid" else {}
    box = {"longitude": 113.6, "latitude": 28.2, "west": 113.59, "east": 113.61, "south": 28.19, "north": 28.21}  # fmt: skip  # noqa: E501
    named = {"area_level": level, "area_code": code, "area_name": code, "valid_from_date": ALWAYS}
    return {**named, **town, **box, **values}


def frame(name: str, rows: Rows) -> pl.DataFrame:
    """Rows as they come from the published file: what one leaves out is null."""
    schema = SCHEMAS[name]
    unknown = {key for row in rows for key in row} - set(schema)
    assert not unknown, f"no such columns: {unknown}"
    whole = [dict.fromkeys(schema) | dict(row) for row in rows]
    in_utc = [
        {
            key: value.astimezone(UTC) if isinstance(value, datetime) else value
            for key, value in row.items()
        }
        for row in whole
    ]
    return pl.DataFrame(in_utc, schema=schema)


class Plain:
    """A storm at a time, worked out row by row."""

    def __init__(self, storm: Storm, at: datetime) -> None:
        self.storm, self.at = storm, at
        self.last = int(at.timestamp()) // 3600
        self.told = {
            (row["gauge_code"], row["hour_number"]): row["rain_mm"]
            for row in storm.readings
            if row["known_at"] <= at
            and (row.get("superseded_at") is None or row["superseded_at"] > at)
        }
        self.is_due = at >= _end(self.last) + 15 * MINUTE

    def gauges(self) -> list[Mapping[str, Any]]:
        """Gauges of the day."""
        return [row for row in self.storm.gauges if _holds(row, self.at)]

    def end_hour(self, code: str) -> int:
        """The last hour a gauge is to have told of."""
        is_awaited = (code, self.last) not in self.told and not self.is_due
        return self.last - 1 if is_awaited else self.last

    def window(self, code: str, end: int, hours: int) -> tuple[float, int]:
        """Rain that fell in the hours up to one, and of how many of them it is known."""
        known = [
            self.told[code, hour]
            for hour in range(end - hours + 1, end + 1)
            if (code, hour) in self.told
        ]
        return round(math.fsum(known), 2), len(known)

    def forecast_mm(self, town: str | None, hour: int) -> float | None:
        """The newest forecast of an hour that was known."""
        own = [
            row
            for row in self.storm.forecasts
            if (row["town_code"], row["hour_number"]) == (town, hour) and row["known_at"] <= self.at
        ]
        return max(own, key=lambda row: row["issued_at"])["rain_mm"] if own else None

    def ahead(self, code: str | None, town: str, hours: range, observed_until: int) -> float:
        """Observed rain up to an hour and forecast rain after it, without what is not known."""
        mm = [
            self.told.get((str(code), hour))
            if hour <= observed_until
            else self.forecast_mm(town, hour)
            for hour in hours
        ]
        return round(math.fsum(one for one in mm if one is not None), 2)

    def colour(self, town: str, colour: str) -> tuple[bool | None, int | None]:
        """Whether a colour is reached in a town, else the hour at which it is to be expected."""
        _, _, hours, limit = next(one for one in THRESHOLDS if one[0] == colour)
        own = [row["gauge_code"] for row in self.gauges() if row["town_code"] == town]
        sums = [self.window(code, self.end_hour(code), hours) for code in own]
        if any(mm >= limit for mm, _ in sums):
            return True, None
        is_whole = bool(own) and all(known == hours for _, known in sums)
        gauges: list[tuple[str | None, int]] = [(code, self.end_hour(code)) for code in own]
        gauges = gauges or [(None, self.last_common())]
        first = min(end for _, end in gauges) + 1
        expected = next(
            (
                hour
                for hour in range(first, self.last + 25)
                if any(
                    self.ahead(code, town, range(hour - hours + 1, hour + 1), end) >= limit
                    for code, end in gauges
                )
            ),
            None,
        )
        return (False if is_whole else None), expected

    def last_common(self) -> int:
        """The last hour of which every gauge told that told of the one before, or that is due."""
        codes = [row["gauge_code"] for row in self.gauges()]
        told = [code for code in codes if (code, self.last) in self.told]
        works = [code for code in codes if (code, self.last - 1) in self.told]
        return self.last if self.is_due or (told and set(works) <= set(told)) else self.last - 1

    def rain_at(self, longitude: float | None, latitude: float | None, hour: int) -> float | None:
        """Rain at a place by inverse squares of the distance, within 25 km, of 500 m at least."""
        if longitude is None or latitude is None:
            return None
        # Gauges that stood neither today nor the day before are not read any more.
        read = {
            row["gauge_code"]
            for row in self.storm.gauges
            if _holds(row, self.at) or _holds(row, self.at - 24 * HOUR)
        }
        weights, total = [], []
        for row in self.storm.gauges:
            code = row["gauge_code"]
            stood = _holds(row, _end(hour) - HOUR)
            if code not in read or not stood or (code, hour) not in self.told:
                continue
            km = _km(longitude, latitude, row["longitude"], row["latitude"])
            if km <= 25:
                weights.append(1 / max(km, 0.5) ** 2)
                total.append(weights[-1] * self.told[code, hour])
        return math.fsum(total) / math.fsum(weights) if weights else None

    def exposure(self, own: Mapping[str, Any]) -> float | None:
        """The exposure of a household, its parts multiplied."""
        low = [row for row in self.storm.households or () if _holds(row, self.at)]
        heights = [
            row["elevation_m"]
            for row in low
            if row["town_code"] == own["town_code"] and row["elevation_m"] is not None
        ]
        if own["elevation_m"] is None:
            lowness = 0.75
        else:
            lower = sum(height < own["elevation_m"] for height in heights)
            lowness = 1 - lower / len(heights) / 2
        end = self.last_common()
        place = (own["rain_longitude"], own["rain_latitude"])
        if place == (None, None):
            grids = [
                row for row in self.storm.areas
                if row["area_code"] == own["grid_code"] and _holds(row, self.at)
            ]  # fmt: skip
            if grids:
                place = (round(grids[0]["longitude"], 2), round(grids[0]["latitude"], 2))
        mm: dict[int, float | None] = {
            hour: self.rain_at(*place, hour) for hour in range(end - RED_HOURS + 1, end + 1)
        }
        for hour in range(end + 1, end + 13):
            mm[hour] = self.forecast_mm(own["town_code"], hour)
        if all(one is None for one in mm.values()):
            return None
        sums = [
            round(math.fsum(mm[hour] or 0 for hour in range(last - RED_HOURS + 1, last + 1)), 2)
            for last in range(end, end + 13)
        ]
        floods = sum(
            row["grid_code"] == own["grid_code"]
            and row["known_at"] <= self.at
            and self.at - timedelta(days=3652.5) < row["flooded_at"] <= self.at
            for row in self.storm.floods
        )
        return lowness * max(sums) / RED_MM * (1 + min(floods, 3) / 3)


def _km(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    east = (lon - to_lon) * math.cos(math.radians((lat + to_lat) / 2))
    return 6371.0 * math.radians(math.hypot(east, lat - to_lat))


def _end(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, tz=UTC)


def _holds(row: Mapping[str, Any], at: datetime) -> bool:
    day = at.astimezone(ZONE).date()
    to_day = row.get("valid_to_date")
    return bool(row["valid_from_date"] <= day and (to_day is None or day < to_day))
