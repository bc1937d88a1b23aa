"""Counties: where it all happens. One YAML each, built in or in `GRIDGOV_HOME/counties/`."""

from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from warehouse.errors import InputError, UsageError, unknown_value
from warehouse.settings import Settings

BUILT_IN = Path(__file__).parent / "counties"

AreaLevel = Literal["county", "town", "community", "grid"]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Shifts = tuple[tuple[time, time], ...]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


def in_order(shifts: Shifts) -> Shifts:
    """Shifts of one day, each ending after it starts and before the next.

    Raises:
        ValueError: they do not.
    """
    times = [at for shift in shifts for at in shift]
    if any(later <= at for at, later in pairwise(times)):
        raise ValueError(f"shifts must follow one another within a day, not {times}")
    return shifts


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


class Hours(BaseModel):
    """Working hours that hold on some days of the year, in some years: summer hours, an edition."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    first_day: MonthDay = Field(default="01-01", alias="from")
    last_day: MonthDay = Field(default="12-31", alias="to")
    """Days of every year, both included; hours from October to April run over New Year."""
    valid_from_date: date = date(1, 1, 1)
    valid_to_date: date | None = None
    """First day on which they do not hold any more; null while they do."""
    shifts: Shifts

    @field_validator("shifts")
    @classmethod
    def _one_after_the_other(cls, value: Shifts) -> Shifts:
        return in_order(value)


class WorkCalendar(BaseModel):
    """When offices work; the seed `holidays` has the days that differ in `holiday_calendar`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holiday_calendar: str
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    """ISO days of the week."""
    shifts: Shifts
    """Working hours where no others hold."""
    other_hours: tuple[Hours, ...] = ()
    """Hours of a season or of earlier years; of several that hold, the one listed last counts."""

    @field_validator("shifts")
    @classmethod
    def _one_after_the_other(cls, value: Shifts) -> Shifts:
        return in_order(value)

    @property
    def all_hours(self) -> tuple[Hours, ...]:
        """The ordinary hours and then the others."""
        return (Hours(shifts=self.shifts), *self.other_hours)


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
