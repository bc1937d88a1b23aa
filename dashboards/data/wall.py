"""What the wall screen shows: answers and counts of now, for one look from afar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dashboards.data.overview import PROGRAMME, Held, Tile, held, tiles
from dashboards.data.ranking import Ranked, areas_ranked
from dashboards.data.tables import Figure
from dashboards.scope import Scope

RANKED = "on_time_resolution_rate"
"""What areas are ranked by: it has control limits, and every department answers for it."""
WATCHED = (
    "on_time_response_rate",
    "on_time_resolution_rate",
    "resolution_rate",
    "open_backlog",
    "cases_per_1000_residents",
    "rework_rate",
    "reopened_rate",
    "false_alarm_rate",
    "on_time_approval_rate",
    "complete_first_time_rate",
    "mediation_success_rate",
    "turnout_rate",
    "waste_sorting_accuracy_rate",
)
"""KPIs whose control charts are looked at, besides those of the programme."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "services": ("approval_days_median", "on_time_approval_rate", "complete_first_time_rate"),
    "people": ("on_time_visit_rate", "unreachable_rate", "file_rate"),
    "mediation": ("mediation_success_rate", "settled_at_level_rate", "agreement_kept_rate"),
    "council": ("turnout_rate", "proposal_adoption_rate", "waste_sorting_accuracy_rate"),
}
"""Three key figures for each part of the work that is not about cases."""
RECENT_DAYS = 30
STALE_DAYS = 92
"""A chart whose last whole month lies further back says nothing of now."""

COUNTS = """
    select
        department_code,
        count(*) filter (reported_date = as_of_date) as new_today,
        count(*) filter (closed_date = as_of_date) as closed_today,
        count(*) filter (reported_date >= date_trunc('month', as_of_date)) as new_this_month,
        count(*) filter (closed_date >= date_trunc('month', as_of_date)) as closed_this_month
    from mart.fct_cases inner join ops.build using (county_code)
    where county_code = ? and not is_void and not is_duplicate and {condition}
    group by all
"""
DAYS = """
    select day, sum(new_count) as new_count, sum(closed_count) as closed_count
    from (
        select reported_date as day, 1 as new_count, 0 as closed_count, *
        from mart.fct_cases where not is_void and not is_duplicate
        union all
        select closed_date as day, 0 as new_count, 1 as closed_count, *
        from mart.fct_cases where not is_void and not is_duplicate
    )
    where county_code = ? and day > ? and day <= ? and {condition}
    group by all
"""


@dataclass(frozen=True)
class Flow:
    """Cases that came in and were closed, void and duplicate ones left out."""

    new_today: int = 0
    closed_today: int = 0
    new_this_month: int = 0
    closed_this_month: int = 0

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(
            self.new_today + other.new_today,
            self.closed_today + other.closed_today,
            self.new_this_month + other.new_this_month,
            self.closed_this_month + other.closed_this_month,
        )


@dataclass(frozen=True)
class Desk:
    """The cases of now.

    Attributes:
        flows: by department; cases without one count for the whole only.
        total: of all.
        days: one row a day, the last `RECENT_DAYS`: day, new_count, closed_count.
        open: the backlog at the end of the as-of day; null where the filters do not fit.
        held: departments with open cases, the most overdue first.
    """

    flows: dict[str, Flow]
    total: Flow
    days: pl.DataFrame
    open: Figure | None
    held: list[Held]

    @property
    def overdue_count(self) -> int:
        """Open cases past their deadline, whoever holds them."""
        return sum(line.overdue_count for line in self.held)


@dataclass(frozen=True)
class Signal:
    """A KPI whose last whole month is more than noise.

    Attributes:
        kind: `beyond_limits` or `run_of_8`.
        is_better: null where the KPI has no better side.
        value, centre, low, high: as the control chart has them; counts are per day.
    """

    tile: Tile
    month: date
    kind: str
    is_higher: bool
    is_better: bool | None
    value: float
    centre: float
    low: float
    high: float


@dataclass(frozen=True)
class Wall:
    """All scenes of the screen."""

    programme: list[Tile]
    desk: Desk
    areas: Ranked | None
    signals: list[Signal]
    groups: dict[str, list[Tile]]


def read_wall(scope: Scope) -> Wall:
    """Ask for everything at once; what a filter does not fit says so."""
    watched = tiles(scope, (*PROGRAMME, *WATCHED), charted=(*PROGRAMME, *WATCHED))
    ids = list(dict.fromkeys(kpi_id for group in GROUPS.values() for kpi_id in group))
    known = {tile.kpi.kpi_id: tile for tile in tiles(scope, ids)}
    return Wall(
        programme=watched[: len(PROGRAMME)],
        desk=read_desk(scope),
        areas=_areas(scope),
        signals=signals(watched, as_of=scope.context.builds[scope.view.county].as_of_date),
        groups={name: [known[kpi_id] for kpi_id in group] for name, group in GROUPS.items()},
    )


def _areas(scope: Scope) -> Ranked | None:
    kpi = scope.context.kpis[RANKED]
    return None if scope.lacks(kpi) else areas_ranked(scope, kpi)


def read_desk(scope: Scope) -> Desk:
    """Cases of the as-of day and its month, within the page's filters, whatever its period."""
    context, county = scope.context, scope.view.county
    backlog = context.kpis["open_backlog"]
    as_of = context.builds[county].as_of_date
    if scope.lacks(backlog):
        return Desk({}, Flow(), _every_day(None, as_of), None, [])
    codes = tuple(scope.where.values())
    condition = " and ".join([*(f"{name}_code = ?" for name in scope.where), "true"])
    rows = context.sql(COUNTS.format(condition=condition), county, *codes)
    flows = {row.pop("department_code"): Flow(**row) for row in (dict(r) for r in rows.to_dicts())}
    total = sum(flows.values(), Flow())
    flows.pop(None, None)
    first = as_of - timedelta(days=RECENT_DAYS)
    days = context.sql(DAYS.format(condition=condition), county, first, as_of, *codes)
    question = scope.question(backlog.kpi_id, start=as_of, end=as_of + timedelta(days=1))
    row = context.ask(question).row(0, named=True)
    return Desk(
        flows,
        total,
        _every_day(days, as_of),
        Figure(backlog, row, question),
        held(scope),
    )


def _every_day(days: pl.DataFrame | None, as_of: date) -> pl.DataFrame:
    """A row for each of the last days: none reported is zero."""
    first = as_of - timedelta(days=RECENT_DAYS - 1)
    every = pl.DataFrame({"day": pl.date_range(first, as_of, "1d", eager=True)})
    if days is None or days.is_empty():
        return every.with_columns(new_count=pl.lit(0), closed_count=pl.lit(0))
    counts = days.with_columns(pl.col("new_count", "closed_count").cast(pl.Int64))
    return every.join(counts, on="day", how="left").fill_null(0).sort("day")


def signals(watched: list[Tile], *, as_of: date) -> list[Signal]:
    """The last whole months that are more than noise: the worse first, then beyond limits."""
    found = [
        signal
        for tile in watched
        if (signal := _signal(tile)) and (as_of - signal.month).days <= STALE_DAYS
    ]
    return sorted(found, key=lambda one: (one.is_better is not False, one.kind != "beyond_limits"))


def _signal(tile: Tile) -> Signal | None:
    if tile.figure is None or tile.chart is None or tile.chart.rows.is_empty():
        return None
    last = tile.chart.rows.row(-1, named=True)
    if last["signal"] is None:
        return None
    is_higher = bool(last["value"] > last["centre"])
    better = tile.kpi.better
    return Signal(
        tile=tile,
        month=last["month"],
        kind=last["signal"],
        is_higher=is_higher,
        is_better=None if better == "neither" else is_higher == (better == "higher"),
        value=last["value"],
        centre=last["centre"],
        low=last["low"],
        high=last["high"],
    )
