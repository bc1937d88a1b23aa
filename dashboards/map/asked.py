"""What a map address asks for: a KPI at a level of a county's areas, from one day to another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.context import Context
from dashboards.view import day_of
from warehouse.catalogue import Kpi
from warehouse.counties import County
from warehouse.errors import UsageError, unknown_value
from warehouse.query import Dimension, Question


@dataclass(frozen=True)
class Asked:
    """One map: both days are in the period; an open end is the records' own first or last day."""

    county: County
    kpi: Kpi
    level: Dimension
    first: date | None
    last: date | None
    department: str = ""
    """Only the cases of this department; empty: of all."""

    @property
    def question(self) -> Question:
        """The question whose answer has a row per area."""
        return self.about({}, by=(self.level,))

    def about(
        self,
        where: Mapping[str, str],
        *,
        kpi_id: str = "",
        by: tuple[Dimension, ...] = (),
        compare: bool = False,
    ) -> Question:
        """A question of the same county and period about some of its cases."""
        return Question(
            kpi_id=kpi_id or self.kpi.kpi_id,
            county_code=self.county.code,
            by=by,
            start=self.first,
            end=self.last + timedelta(days=1) if self.last else None,
            where={**where, **({"department": self.department} if self.department else {})},
            compare=compare,
        )


def parse(given: Mapping[str, str], *, context: Context) -> Asked:
    """Read an address's parameters `county`, `kpi`, `level`, `from`, `to`, `department`.

    Raises:
        UsageError: one that is missing, unknown or no day; names the allowed values.
    """
    county = context.county(_one_of("county", given, context.known.counties))
    levels = [name for name in county.level_names if name in LEVELS]
    level = _one_of("level", given, levels)
    return Asked(
        county=county,
        kpi=context.kpis[_one_of("kpi", given, context.map_kpis)],
        level=LEVELS[level],
        first=day_of("from", given),
        last=day_of("to", given),
        department=given.get("department", ""),
    )


LEVELS: dict[str, Dimension] = {
    "county": "county",
    "town": "town",
    "community": "community",
    "grid": "grid",
}


def _one_of(name: str, given: Mapping[str, str], allowed: Iterable[str]) -> str:
    names = list(allowed)
    value = given.get(name, "")
    if value not in names:
        raise UsageError(unknown_value(name, value, names))
    return value
