"""Visits owed on the as-of day: due today, due within seven days, overdue; by area and grid worker.

These are the workers' tasks: how many a worker or an area has left to do is a workload and counted
plainly. How many there were, with those done, is given for all needs of the whole county only: of
the daily ones in a town that would be the persons there. Rows of persons (key, age band, need,
days; never the special group) are given within one grid only, and only what is left to do. A
person's task is found in the grid of today, whoever's it was when it fell due.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from dashboards.context import Context
from dashboards.scope import Scope

DAYS_AHEAD = 7
"""Today is the first of them."""

OPEN_TASKS = """
    select
        obligations.person_key,
        on_roll.age_band_code,
        obligations.need_level_code,
        obligations.due_date,
        coalesce(obligations.overdue_days, 0) as overdue_days,
        obligations.is_still_overdue as is_overdue,
        obligations.is_met and not obligations.is_still_overdue as is_done,
        on_roll.grid_code,
        on_roll.community_code,
        on_roll.town_code
    from mart.fct_visit_obligations as obligations
    inner join mart.fct_roll_persons as on_roll
        on obligations.county_code = on_roll.county_code
        and obligations.person_key = on_roll.person_key
        and on_roll.valid_from_date <= $2
        and (on_roll.valid_to_date is null or $2 < on_roll.valid_to_date)
    where obligations.county_code = $1
        and (
            obligations.is_still_overdue
            or (obligations.is_not_yet_due and obligations.due_date < $3)
        )
    order by all
"""

GRIDS_TODAY = """
    select grid_code, coalesce(grid_name, grid_code) as grid_name, worker_code
    from mart.dim_grids
    where county_code = ? and is_current
"""

COUNTS = (
    (pl.col("is_today") & ~pl.col("is_done")).sum().alias("today_left"),
    pl.col("is_today").sum().alias("today_all"),
    (pl.col("is_ahead") & ~pl.col("is_done")).sum().alias("week_left"),
    pl.col("is_ahead").sum().alias("week_all"),
    pl.col("is_overdue").sum().alias("overdue"),
    pl.col("overdue_days").filter(pl.col("is_overdue")).max().alias("longest_overdue_days"),
)


@dataclass(frozen=True)
class Load:
    """Tasks of one worker, area or all.

    Attributes:
        today_left, today_all: due on the as-of day: not done yet, and with those done.
        week_left, week_all: the same of the seven days from the as-of day on.
        overdue: tasks missed, nobody having seen the person since.
        longest_overdue_days: null where nothing is overdue.
    """

    today_left: int = 0
    today_all: int = 0
    week_left: int = 0
    week_all: int = 0
    overdue: int = 0
    longest_overdue_days: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything is left to do."""
        return bool(self.week_left or self.overdue)


@dataclass(frozen=True)
class Worker:
    """A grid worker's tasks, or those of a grid without one (`code` is null).

    Attributes:
        grids: code and name of the worker's grids with tasks.
        area_code: community of the first of them.
    """

    code: str | None
    grids: tuple[tuple[str, str], ...]
    area_code: str | None
    load: Load


@dataclass(frozen=True)
class Task:
    """One visit owed to a person of the chosen grid."""

    person_key: str
    age_band_code: str | None
    need_level_code: str
    due_date: date
    overdue_days: int
    is_overdue: bool


@dataclass(frozen=True)
class Tasks:
    """Visits owed within the page's area and need, on the as-of day."""

    rows: pl.DataFrame
    as_of: date

    @property
    def load(self) -> Load:
        """All of them together."""
        if self.rows.is_empty():
            return Load()
        return _load(self.rows.select(COUNTS).row(0, named=True))

    def by(self, column: str) -> dict[str, Load]:
        """By the codes of a column, the longest overdue first."""
        counted = _ordered(self.rows.group_by(column).agg(COUNTS), column)
        return {row[column]: _load(row) for row in counted if row[column] is not None}

    @property
    def workers(self) -> list[Worker]:
        """Workers with something left to do, the longest overdue first."""
        # A grid without a worker stands for itself; so does what has no grid.
        owner = pl.coalesce("worker_code", "grid_code", pl.lit("")).alias("owner")
        about = (
            pl.col("worker_code").first(),
            pl.struct("grid_code", "grid_name").unique().sort().alias("grids"),
            pl.col("community_code").sort().first(),
        )
        counted = _ordered(self.rows.group_by(owner).agg(*about, *COUNTS), "owner")
        return [worker for row in counted if (worker := _worker(row)).load.is_open]

    @property
    def tasks(self) -> list[Task]:
        """Each visit left to do, the longest overdue first.

        Raises:
            ValueError: they are of more than one grid.
        """
        if self.rows["grid_code"].n_unique() > 1:
            raise ValueError("rows of persons are listed within one grid only")
        keys = ("is_overdue", "overdue_days", "due_date", "person_key")
        left = self.rows.filter(~pl.col("is_done"))
        ordered = left.sort(*keys, descending=[True, True, False, False])
        names = list(Task.__dataclass_fields__)
        return [Task(**row) for row in ordered.select(names).iter_rows(named=True)]


def tasks(scope: Scope) -> Tasks:
    """The visits owed within the page's area and need."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    rows = _of_county(scope.context, scope.view.county, as_of)
    if scope.area.level != "county":
        rows = rows.filter(pl.col(f"{scope.area.level}_code") == scope.area.code)
    if scope.view.category:
        rows = rows.filter(pl.col("need_level_code") == scope.view.category)
    return Tasks(rows, as_of)


def worker_of_grid(context: Context, county_code: str, grid_code: str) -> str | None:
    """The worker of a grid today."""
    grids = context.sql(GRIDS_TODAY, county_code).filter(pl.col("grid_code") == grid_code)
    return None if grids.is_empty() else grids["worker_code"][0]


def _of_county(context: Context, county_code: str, as_of: date) -> pl.DataFrame:
    ahead = as_of + timedelta(days=DAYS_AHEAD)
    rows = context.people_sql(OPEN_TASKS, county_code, as_of, ahead)
    return with_workers(rows, context.sql(GRIDS_TODAY, county_code), as_of)


def with_workers(rows: pl.DataFrame, grids: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Tasks with the worker of their grid and whether they fall due today or ahead."""
    return rows.join(grids, on="grid_code", how="left").with_columns(
        is_today=~pl.col("is_overdue") & (pl.col("due_date") == as_of),
        is_ahead=~pl.col("is_overdue") & (pl.col("due_date") >= as_of),
        grid_name=pl.coalesce("grid_name", "grid_code"),
    )


def _ordered(counted: pl.DataFrame, column: str) -> Sequence[dict[str, Any]]:
    keys = ("longest_overdue_days", "overdue", "today_left", "week_left")
    ordered = counted.sort(*keys, column, descending=[True] * len(keys) + [False], nulls_last=True)
    return ordered.rows(named=True)


def _worker(row: dict[str, Any]) -> Worker:
    grids = tuple(
        (grid["grid_code"], grid["grid_name"]) for grid in row["grids"] if grid["grid_code"]
    )
    return Worker(row["worker_code"], grids, row["community_code"], _load(row))


def _load(row: dict[str, Any]) -> Load:
    return Load(**{name: row[name] for name in Load.__dataclass_fields__})
