"""What a map address asks for: a mode at a level of a county's areas, from one day to another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from dashboards.context import Context
from dashboards.map.breaks import FIXED, MOST_EDGES, QUINTILES, Classing, typed_edges
from dashboards.scope import Scope
from dashboards.view import (
    CLASSINGS,
    COMPARED,
    EXPOSURES,
    HORIZONS,
    MAP_MODES,
    MAP_STEPS,
    Compared,
    day_of,
)
from geo.hotspots.reading import Exposure
from warehouse.case_kinds import ALL
from warehouse.catalogue import Kpi
from warehouse.counties import County
from warehouse.errors import UsageError, unknown_value
from warehouse.query import Dimension, Question

RAW = "raw"
MODES = (RAW, *MAP_MODES)
OF_KPIS = (RAW, "smoothed", "change")
"""Modes that show a KPI of cases; the others have their own measure."""
MOST_TYPED = {"change": 3, "gap": MOST_EDGES - 1}
"""Edges a planner may type where that is fewer: of a change they stand on both sides of zero; of a
gap the first class is "none". In both they are above zero."""
OF_FINEST = ("risk", "hotspots", "gap", "bivariate")
"""Modes that begin with the finest level."""
COVERAGES = (
    "grid_worker_coverage_rate",
    "party_worker_coverage_rate",
    "public_service_coverage_rate",
    "visit_coverage_rate",
)
"""KPIs whose gap to the target can be shown, the first one unless another is asked for."""


@dataclass(frozen=True)
class Asked:
    """One map: both days are in the period; an open end is the records' own first or last day.

    Attributes:
        department: only its cases; empty: of all. Risk, hot spots and gaps do not have it.
        mode: what is shown (`dashboards.map.modes`).
        classing: how values are put into classes.
        family, horizon: kind of cases of risk and hot spots, days that risk is foretold for.
        against: what hot spots are counted against; null: what there is.
        is_followed: hot spots over the months behind in place of those of the period.
        coverage: the KPI whose gap is shown.
        compare: period that a change is counted from.
    """

    county: County
    kpi: Kpi
    level: Dimension
    first: date | None
    last: date | None
    department: str = ""
    mode: str = RAW
    classing: Classing = QUINTILES
    family: str = ALL
    horizon: str = "week"
    against: Exposure | None = None
    is_followed: bool = False
    coverage: str = COVERAGES[0]
    compare: Compared = "previous"

    @property
    def question(self) -> Question:
        """The question whose answer has a row per area."""
        return self.about({}, by=(self.level,))

    @property
    def end(self) -> date | None:
        """The day after the last one."""
        return self.last + timedelta(days=1) if self.last else None

    def about(
        self,
        where: Mapping[str, str | tuple[str, ...]],
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
            end=self.end,
            where={**where, **({"department": self.department} if self.department else {})},
            compare=compare,
        )


def parse(given: Mapping[str, str], *, context: Context) -> Asked:
    """Read an address's parameters: `county`, `kpi`, `level`, `from`, `to`, `department`, `mode`
    and those of the modes, each at its default where it is left out.

    Raises:
        UsageError: one that is missing, unknown or no day; names the allowed values.
    """
    county = context.county(_one_of("county", given, context.known.counties))
    levels = [name for name in county.level_names if name in LEVELS]
    level = _one_of("level", given, levels)
    mode = _one_of("mode", given, MODES, RAW)
    return Asked(
        county=county,
        kpi=context.kpis[_one_of("kpi", given, context.map_kpis)],
        level=LEVELS[level],
        first=day_of("from", given),
        last=day_of("to", given),
        department=given.get("department", "") if mode in OF_KPIS else "",
        mode=mode,
        classing=_classing(given, mode),
        family=given.get("family") or ALL,
        horizon=_one_of("horizon", given, HORIZONS, HORIZONS[0]),
        against=cast("Exposure | None", _one_of("against", given, ("", *EXPOSURES)) or None),
        is_followed=_one_of("follow", given, ("", "month"), "") == "month",
        coverage=_one_of("coverage", given, COVERAGES, COVERAGES[0]),
        compare=cast("Compared", _one_of("compare", given, COMPARED, COMPARED[0])),
    )


def _classing(given: Mapping[str, str], mode: str) -> Classing:
    method = _one_of("classes", given, CLASSINGS, "top" if mode == "risk" else "quantile")
    steps = int(_one_of("steps", given, MAP_STEPS, "5"))
    if method != FIXED:
        return Classing(method, steps)
    edges = typed_edges(
        given.get("breaks", ""),
        most=MOST_TYPED.get(mode, MOST_EDGES),
        above_zero=mode in MOST_TYPED,
    )
    return Classing(method, steps, tuple(edges))


def asked_of(scope: Scope) -> Asked:
    """What the map shows for a page's view: the level is that of its address, or the first one
    inside its area that the mode has.

    Raises:
        UsageError: as `parse`.
    """
    view = scope.view
    levels = scope.levels
    inside = levels[levels.index(scope.area.level) + 1 :] or (scope.area.level,)
    first = inside[-1] if view.mode in OF_FINEST else inside[0]
    is_there = view.level in inside and view.mode != "hotspots"
    names = (
        "county",
        "kpi",
        "department",
        "mode",
        "classes",
        "steps",
        "breaks",
        "family",
        "horizon",
        "against",
        "follow",
        "coverage",
        "compare",
    )
    given = {name: str(getattr(view, name)) for name in names if getattr(view, name)}
    if view.mode and view.mode not in OF_KPIS and view.kpi not in scope.context.map_kpis:
        given.pop("kpi")
    given = {"kpi": next(iter(scope.context.map_kpis)), **given}
    days = {"from": str(scope.days.first), "to": str(scope.days.last)}
    return parse(
        {**given, **days, "level": view.level if is_there else first}, context=scope.context
    )


LEVELS: dict[str, Dimension] = {
    "county": "county",
    "town": "town",
    "community": "community",
    "grid": "grid",
}


def _one_of(name: str, given: Mapping[str, str], allowed: Iterable[str], default: str = "") -> str:
    names = list(allowed)
    value = given.get(name) or default
    if value not in names:
        raise UsageError(unknown_value(name, value, names))
    return value
