"""Disputes on their way through the three levels, and what is not a KPI of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import polars as pl

from dashboards.data.filtered import limited
from dashboards.data.tables import Figure, figures
from dashboards.periods import first_of_month
from dashboards.scope import Scope
from warehouse.query import Question

LEVELS = ("grid", "community", "town")
"""Grid worker, community committee, township centre: from the lowest up."""

Exit = Literal["settled", "failed", "court", "withdrawn", "open", "moving", "unknown"]
EXITS: tuple[Exit, ...] = (
    "settled",
    "failed",
    "court",
    "withdrawn",
    "open",
    "moving",
    "unknown",
)
"""What becomes of a dispute at the highest level it came to."""

RECEIVED = "received"
NO_LEVEL = "no_level"

PATHS = """
with
    disputes as (
        select mediations.mediation_id, mediations.outcome_code, mediations.status
        from mart.fct_mediations as mediations
        where {condition}
    ),
    -- A level may receive a dispute twice: it is counted there once, by what came of it last.
    visits as (
        select
            steps.mediation_id,
            steps.level_code,
            case steps.level_code when 'grid' then 1 when 'community' then 2 else 3 end
                as level_rank,
            max_by(steps.is_settled_here, steps.step_number) as is_settled,
            max_by(steps.is_withdrawn, steps.step_number) as is_withdrawn,
            max_by(steps.is_still_here, steps.step_number) as is_open,
            max_by(steps.is_escalated, steps.step_number) as is_escalated,
            max_by(steps.outcome_code = 'failed', steps.step_number) as is_failed
        from mart.fct_mediation_steps as steps
        inner join disputes on disputes.mediation_id = steps.mediation_id
        group by steps.mediation_id, steps.level_code
    ),
    paths as (
        select
            *,
            lag(level_code) over way as from_level_code,
            lead(level_code) over way as to_level_code
        from visits
        window way as (partition by mediation_id order by level_rank)
    )
select
    coalesce(paths.from_level_code, 'received') as from_code,
    coalesce(paths.level_code, 'no_level') as level_code,
    paths.to_level_code as to_code,
    case
        when paths.level_code is null or paths.to_level_code is not null then null
        when paths.is_settled then 'settled'
        when paths.is_withdrawn then 'withdrawn'
        when paths.is_failed and disputes.outcome_code = 'court' then 'court'
        when paths.is_failed then 'failed'
        when paths.is_open then 'open'
        when paths.is_escalated and disputes.status = 'open' then 'moving'
        else 'unknown'
    end as exit_code,
    count(*) as dispute_count
from disputes
left join paths on paths.mediation_id = disputes.mediation_id
group by all
"""

DURATIONS = """
select
    steps.level_code,
    count(*) as step_count,
    count(steps.wait_hours) filter (where steps.wait_hours >= 0) as started_count,
    quantile_cont(steps.wait_hours, 0.5) filter (where steps.wait_hours >= 0) as wait_median,
    quantile_cont(steps.wait_hours, 0.9) filter (where steps.wait_hours >= 0) as wait_p90,
    count(steps.step_hours) filter (where steps.step_hours >= 0) as ended_count,
    quantile_cont(steps.step_hours, 0.5) filter (where steps.step_hours >= 0) as step_median,
    quantile_cont(steps.step_hours, 0.9) filter (where steps.step_hours >= 0) as step_p90
from mart.fct_mediation_steps as steps
where {condition}
group by steps.level_code
"""

PARTICIPATION = """
select
    mediations.highest_level_code as level_code,
    count(*) as dispute_count,
    count(*) filter (where mediations.is_with_psychologist) as psychologist_count,
    count(*) filter (where mediations.is_with_lawyer) as lawyer_count,
    count(*) filter (where mediations.is_with_psychologist and mediations.is_with_lawyer)
        as both_count
from mart.fct_mediations as mediations
where {condition}
group by mediations.highest_level_code
"""

STILL_OPEN = """
select
    mediations.mediation_id,
    mediations.dispute_category_code,
    mediations.town_code,
    mediations.community_code,
    mediations.reported_at,
    mediations.due_at,
    mediations.is_overdue,
    last_steps.level_code,
    last_steps.level_received_at
from mart.fct_mediations as mediations
left join (
    select
        steps.mediation_id,
        max_by(steps.level_code, steps.step_number) as level_code,
        max_by(steps.level_received_at, steps.step_number) as level_received_at
    from mart.fct_mediation_steps as steps
    group by steps.mediation_id
) as last_steps on last_steps.mediation_id = mediations.mediation_id
where mediations.status = 'open' and {condition}
order by mediations.due_at nulls last, mediations.mediation_id
"""


@dataclass(frozen=True)
class Passage:
    """How many disputes went from one place to the next; a place is a level, or `level.exit`."""

    source: str
    target: str
    dispute_count: int


def passages(scope: Scope) -> list[Passage]:
    """The way of the disputes reported in the period; at every level in = out.

    A dispute counts once at each level it came to.
    """
    condition, values = limited(scope, "fct_mediations", alias="mediations", date="reported_date")
    return passages_of(scope.context.sql(PATHS.format(condition=condition), *values))


def passages_of(paths: pl.DataFrame) -> list[Passage]:
    """Passages of the rows of `PATHS`: each row is an arrival and what followed it."""
    counts: dict[tuple[str, str], int] = {}
    for row in paths.iter_rows(named=True):
        arrival = (row["from_code"], row["level_code"])
        # Coming from a lower level is the same step as leaving it: counted where it left.
        ways = [arrival] if row["from_code"] == RECEIVED else []
        if row["to_code"]:
            ways.append((row["level_code"], row["to_code"]))
        elif row["exit_code"]:
            ways.append((row["level_code"], f"{row['level_code']}.{row['exit_code']}"))
        for way in ways:
            counts[way] = counts.get(way, 0) + row["dispute_count"]
    return [Passage(*way, count) for way, count in sorted(counts.items())]


def settled_at_levels(scope: Scope) -> dict[str, Figure]:
    """The settled-at-level rate of each level that received disputes in the period."""
    [found] = figures(scope.context, [scope.question("settled_at_level_rate", by=("stage",))])
    return {figure.row["stage_code"]: figure for figure in found if figure.row["stage_code"]}


def settled_months(scope: Scope, *, months: int = 24) -> dict[str, pl.DataFrame]:
    """The same by month over the last two years, for each level."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    question: Question = scope.question(
        "settled_at_level_rate",
        by=("stage", "month"),
        start=max(first_of_month(as_of, back=months), first_of_month(scope.first_date)),
        end=as_of + timedelta(days=1),
    )
    rows = scope.context.ask(question)
    return {
        level: rows.filter(pl.col("stage_code") == level).sort("period_start_date")
        for level in LEVELS
    }


def durations(scope: Scope) -> dict[str, Mapping[str, float | int | None]]:
    """Hours at each level, of what it received in the period: median and P90.

    `wait_…`: from receipt to the start of mediation; `step_…`: from receipt to the end. Of those
    that got there; a negative one is an error of the data and is left out.
    """
    condition, values = limited(
        scope, "fct_mediation_steps", alias="steps", date="level_received_date"
    )
    rows = scope.context.sql(DURATIONS.format(condition=condition), *values)
    return {row["level_code"]: row for row in rows.iter_rows(named=True)}


@dataclass(frozen=True)
class Participation:
    """Disputes that came as high as a level, and in how many of them specialists took part."""

    level_code: str | None
    dispute_count: int
    psychologist_count: int
    lawyer_count: int
    both_count: int

    @property
    def neither_count(self) -> int:
        """Without either."""
        either = self.psychologist_count + self.lawyer_count - self.both_count
        return self.dispute_count - either


def participation(scope: Scope) -> list[Participation]:
    """Disputes reported in the period by the highest level they came to, lowest first."""
    condition, values = limited(scope, "fct_mediations", alias="mediations", date="reported_date")
    rows = scope.context.sql(PARTICIPATION.format(condition=condition), *values)
    found = [Participation(**row) for row in rows.iter_rows(named=True)]
    order: Sequence[str | None] = (*LEVELS, None)
    return sorted(found, key=lambda part: order.index(part.level_code))


@dataclass(frozen=True)
class OpenDispute:
    """A dispute that nobody has closed; days are natural ones, to the as-of time."""

    mediation_id: str
    category_code: str | None
    area_code: str | None
    reported_at: datetime
    due_at: datetime | None
    is_overdue: bool
    level_code: str | None
    days_at_level: float | None
    days_overdue: float | None
    """Negative while the deadline lies ahead; null without one."""


def still_open(scope: Scope) -> list[OpenDispute]:
    """All that are open at the as-of time, whenever reported; the longest overdue first."""
    condition, values = limited(scope, "fct_mediations", alias="mediations")
    as_of = scope.context.builds[scope.view.county].as_of_at
    rows = scope.context.sql(STILL_OPEN.format(condition=condition), *values)
    return [
        OpenDispute(
            row["mediation_id"],
            row["dispute_category_code"],
            row["community_code"] or row["town_code"],
            row["reported_at"],
            row["due_at"],
            row["is_overdue"],
            row["level_code"],
            _days(row["level_received_at"], as_of),
            _days(row["due_at"], as_of),
        )
        for row in rows.iter_rows(named=True)
    ]


def _days(since: datetime | None, until: datetime) -> float | None:
    return None if since is None else (until - since) / timedelta(days=1)
