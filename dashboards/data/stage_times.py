"""How long cases stay between two milestones, by department."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from dashboards.data.filtered import condition
from dashboards.scope import Scope

MILESTONES = (
    "reported",
    "accepted",
    "filed",
    "dispatched",
    "first_response",
    "handled",
    "checked",
    "closed",
)
"""In the order of a case's life."""
STAGES: tuple[tuple[str, str], ...] = (*pairwise(MILESTONES), (MILESTONES[0], MILESTONES[-1]))
"""From one milestone to the next, and the whole way last."""


@dataclass(frozen=True)
class StageTime:
    """One stage of a department's cases, or of all together.

    Attributes:
        median_minutes, p90_minutes: elapsed, over cases that reached both milestones in order;
            null where none did.
        reached_count: those cases.
        waiting_count: reached the first milestone, open, and not yet at the second.
        reversed_count: the second lies before the first; left out as a failure of the data.
        is_delivered: whether the sources deliver both milestones.
    """

    median_minutes: float | None
    p90_minutes: float | None
    reached_count: int
    waiting_count: int
    reversed_count: int
    is_delivered: bool


@dataclass(frozen=True)
class StageRow:
    """The stages of one department in the order of `STAGES`; of all, the code is null."""

    code: str | None
    name: str
    case_count: int
    stages: tuple[StageTime, ...]


def _stage(number: int, first: str, second: str) -> str:
    minutes = f"(epoch_us({second}_at) - epoch_us({first}_at)) / 60000000.0"
    both = f"filter ({second}_at >= {first}_at)"
    return (
        f"quantile_cont({minutes}, 0.5) {both} as median_{number},\n"
        f"quantile_cont({minutes}, 0.9) {both} as p90_{number},\n"
        f"count(*) {both} as reached_{number},\n"
        f"count(*) filter ({first}_at is not null and {second}_at is null"
        f" and status in ('open', 'suspended')) as waiting_{number},\n"
        f"count(*) filter ({second}_at < {first}_at) as reversed_{number}"
    )


QUERY = (
    "select {town} as town_code, department_code, grouping(department_code) = 1 as is_all,\n"
    "count(*) as case_count,\n"
    "list(distinct source_id) as source_ids,\n"
    + ",\n".join(_stage(number, *stage) for number, stage in enumerate(STAGES))
    + "\nfrom mart.fct_cases as facts\n"
    "where not is_void and not is_duplicate and reported_date >= ? and reported_date < ?"
    " and {condition}\n"
    "group by grouping sets ((1, 2), (1)) order by is_all, department_code"
)

DELIVERED = (
    "select source_id, "
    + ", ".join(f"count({name}_at) > 0 as {name}" for name in MILESTONES)
    + " from mart.fct_cases where county_code = ? group by 1"
)


def delivered(scope: Scope) -> Mapping[str, frozenset[str]]:
    """By source, the milestones that any of its cases ever reached.

    One that a source never fills is taken as not delivered: it is unknown, not missed.
    """
    rows = scope.context.sql(DELIVERED, scope.view.county)
    return {
        row["source_id"]: frozenset(name for name in MILESTONES if row[name])
        for row in rows.iter_rows(named=True)
    }


def _rows(scope: Scope) -> pl.DataFrame:
    """Of one town they are read from those of all, which cost little more."""
    town = scope.where.get("town")
    aside = ("department",) if town is None else ("department", "town")
    within = condition(scope, "fct_cases", without=aside)
    query = QUERY.format(town="null" if town is None else "town_code", condition=within.text)
    rows = scope.context.sql(query, scope.days.first, scope.days.end, *within.values)
    return rows.filter(pl.col("town_code").eq_missing(pl.lit(town, pl.String)))


def stage_times(scope: Scope) -> list[StageRow]:
    """All departments within the page's area and category, most cases first, after all together.

    Of cases reported in the page's period, without void ones and duplicates.
    """
    rows = _rows(scope)
    known = delivered(scope)
    found = []
    for row in rows.iter_rows(named=True):
        if not row["case_count"] or (row["department_code"] is None and not row["is_all"]):
            continue
        there = frozenset().union(*(known.get(source, ()) for source in row["source_ids"]))
        code = row["department_code"]
        found.append(
            StageRow(
                code=code,
                name=scope.department_names.get(code, code) if code else "",
                case_count=row["case_count"],
                stages=tuple(
                    StageTime(
                        row[f"median_{number}"],
                        row[f"p90_{number}"],
                        row[f"reached_{number}"],
                        row[f"waiting_{number}"],
                        row[f"reversed_{number}"],
                        is_delivered={first, second} <= there,
                    )
                    for number, (first, second) in enumerate(STAGES)
                ),
            )
        )
    return sorted(found, key=lambda line: (line.code is not None, -line.case_count))
