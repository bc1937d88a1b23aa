"""Counties: where it all happens. One YAML each, built in or in `GRIDGOV_HOME/counties/`."""

from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from warehouse.errors import InputError, UsageError, unknown_value
from warehouse.settings import Settings

BUILT_IN = Path(__file__).parent / "counties"

AreaLevel = Literal["county", "town", "community", "grid"]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


class Name(BaseModel):
    """A name in both languages of the interface."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str


class Level(BaseModel):
    """One level of areas, top first in a county's list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: AreaLevel
    name: Name


class WorkCalendar(BaseModel):
    """When offices work; the seed `holidays` has the days that differ in `holiday_calendar`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holiday_calendar: str
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    """ISO days of the week."""
    shifts: tuple[tuple[time, time], ...]


class County(BaseModel):
    """A county with its time zone, area levels, datum and extent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: Name
    time_zone: str
    levels: tuple[Level, ...]
    datum: Datum
    extent: tuple[float, float, float, float]
    """West, south, east, north in CGCS2000 degrees: a point outside belongs to another place."""
    work_calendar: WorkCalendar
    is_sample: bool = False

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f'"{value}" is not a time zone of the IANA database')
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days the county counts in."""
        return ZoneInfo(self.time_zone)

    @property
    def level_names(self) -> tuple[AreaLevel, ...]:
        """Codes of the levels, top first."""
        return tuple(level.level for level in self.levels)


def load_counties(settings: Settings) -> dict[str, County]:
    """Every county by code; one in `GRIDGOV_HOME/counties/` replaces a built-in of the same code.

    Raises:
        InputError: a file that is no county, with the file and the first fault.
    """
    files = [*sorted(BUILT_IN.glob("*.yml")), *sorted(settings.paths.counties.glob("*.yml"))]
    return {county.code: county for county in map(_read, files)}


def get_county(settings: Settings, code: str) -> County:
    """The county of a code.

    Raises:
        UsageError: no such county.
    """
    counties = load_counties(settings)
    if code not in counties:
        raise UsageError(unknown_value("county", code, counties))
    return counties[code]


def _read(file: Path) -> County:
    try:
        return County.model_validate(
            {"code": file.stem, **yaml.safe_load(file.read_text(encoding="utf-8"))}
        )
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise InputError(f"县域文件 / county file {file}: {error}") from error
