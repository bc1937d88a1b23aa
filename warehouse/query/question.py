"""What can be asked: a KPI, a county, a period, slices and filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast, get_args

from warehouse.errors import UsageError, unknown_value

AreaLevel = Literal["county", "town", "community", "grid"]
OtherSlice = Literal["department", "category", "major_category", "channel", "stage"]
TimeUnit = Literal["day", "week", "month", "quarter", "year"]
Dimension = Literal[
    "county",
    "town",
    "community",
    "grid",
    "department",
    "category",
    "major_category",
    "channel",
    "stage",
    "day",
    "week",
    "month",
    "quarter",
    "year",
]

AREA_LEVELS: tuple[AreaLevel, ...] = get_args(AreaLevel)
OTHER_SLICES: tuple[OtherSlice, ...] = get_args(OtherSlice)
TIME_UNITS: tuple[TimeUnit, ...] = get_args(TimeUnit)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
FILTERS: tuple[str, ...] = (*AREA_LEVELS[1:], *OTHER_SLICES)

NO_CODE = "none"
"""In `where`: the cases that have no code of this dimension, such as no area."""


@dataclass(frozen=True)
class Question:
    """One question to the published warehouse.

    Attributes:
        by: slices; at most one area level and one unit of time among them.
        start: first day, by the KPI's own basis (`date`); default the first of which there is a
            row (`county.CountyFacts.first_date`).
        end: day after the last one (exclusive); default, and at most, the day after the as-of day.
        where: dimension → one code or several; `none` stands for "without a code".
        compare: adds the previous period and the same period last year.
    """

    kpi_id: str
    county_code: str
    by: tuple[Dimension, ...] = ()
    start: date | None = None
    end: date | None = None
    where: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    compare: bool = False

    @property
    def area_level(self) -> AreaLevel | None:
        """The area level asked by, if any.

        Raises:
            UsageError: more than one, or a dimension that does not exist.
        """
        return cast(AreaLevel | None, self._only(AREA_LEVELS, "area level"))

    @property
    def time_unit(self) -> TimeUnit | None:
        """The unit of time asked by, if any.

        Raises:
            UsageError: more than one, or a dimension that does not exist.
        """
        return cast(TimeUnit | None, self._only(TIME_UNITS, "unit of time"))

    @property
    def other_slices(self) -> tuple[OtherSlice, ...]:
        """Slices that are neither area nor time, in a fixed order."""
        return tuple(name for name in OTHER_SLICES if name in self.by)

    @property
    def slices(self) -> tuple[AreaLevel | OtherSlice, ...]:
        """Slices that are not time: the area level first."""
        return (*((self.area_level,) if self.area_level else ()), *self.other_slices)

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """`where` with each value as a tuple of different codes.

        Raises:
            UsageError: a name one cannot filter by.
        """
        for name in self.where:
            if name not in FILTERS:
                raise UsageError(unknown_value("--where", name, FILTERS))
        return {
            name: tuple(dict.fromkeys((value,) if isinstance(value, str) else value))
            for name, value in self.where.items()
        }

    def _only(self, allowed: tuple[str, ...], thing: str) -> str | None:
        for name in self.by:
            if name not in DIMENSIONS:
                raise UsageError(unknown_value("--by", name, DIMENSIONS))
        found = [name for name in dict.fromkeys(self.by) if name in allowed]
        if len(found) > 1:
            raise UsageError(f"--by: only one {thing} at a time, not {', '.join(found)}")
        return found[0] if found else None
