"""Proposals of the residents' councils on their way through the four stages."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl

from dashboards.data.filtered import limited
from dashboards.periods import ONE_DAY, first_of_month
from dashboards.scope import Scope

STAGES = ("proposed", "deliberated", "voted", "publicised", "completed")
"""Proposed 提议, deliberated 协商, voted 表决, publicised 公示; and then done."""

EXITS = {
    "proposed": ("withdrawn", "waiting"),
    "deliberated": ("withdrawn", "waiting"),
    "voted": ("rejected", "withdrawn", "unknown", "waiting"),
    "publicised": ("overdue", "under_way"),
}
"""Where else a proposal ends, or is now, at each stage."""

SPANS = ("proposal", "deliberation", "publicity", "completion")

ENDS = """
select
    case
        when proposals.voted_at is not null then
            case
                when proposals.is_withdrawn then 'voted.withdrawn'
                when proposals.is_decision_unknown then 'voted.unknown'
                when not proposals.is_adopted then 'voted.rejected'
                when proposals.is_completed and proposals.is_publicised then 'completed'
                when proposals.is_completed then 'completed.unpublicised'
                when not proposals.is_publicised then 'voted.waiting'
                when proposals.is_overdue then 'publicised.overdue'
                else 'publicised.under_way'
            end
        when proposals.deliberated_at is not null then
            case
                when proposals.is_withdrawn then 'deliberated.withdrawn'
                else 'deliberated.waiting'
            end
        when proposals.is_withdrawn then 'proposed.withdrawn'
        else 'proposed.waiting'
    end as end_code,
    count(*) as proposal_count
from mart.fct_proposals as proposals
where {condition}
group by all
"""

DURATIONS = """
with
    chosen as (
        select proposals.* from mart.fct_proposals as proposals where {condition}
    ),
    spans as (
        select
            'proposal' as span_code,
            chosen.proposal_days as days,
            cast(timezone(?, chosen.deliberated_at) as date) as ended_date
        from chosen
        union all
        select 'deliberation', chosen.deliberation_days, chosen.voted_date from chosen
        union all
        select 'publicity', chosen.publicity_wait_days, chosen.publicised_date from chosen
        union all
        select 'completion', chosen.completion_days, chosen.completed_date from chosen
    )
select
    spans.span_code,
    {month} as month,
    count(*) as proposal_count,
    quantile_cont(spans.days, 0.5) as median_days,
    quantile_cont(spans.days, 0.9) as p90_days
from spans
where spans.days >= 0 and spans.ended_date is not null {within}
group by all
order by spans.span_code, month
"""

PUBLICITY = """
select
    count(*) filter (where proposals.is_publicised_on_time) as on_time_count,
    count(*) filter (where proposals.is_publicised and not proposals.is_publicised_on_time)
        as late_count,
    count(*) filter (
        where proposals.is_decided
        and not proposals.is_publicised
        and proposals.is_publicity_due_passed
    ) as missing_count,
    count(*) filter (where proposals.is_publicity_not_yet_due) as not_yet_due_count
from mart.fct_proposals as proposals
where {condition} and proposals.is_decided and not proposals.is_withdrawn
"""

NOT_DONE = """
select
    proposals.proposal_id,
    proposals.title,
    proposals.topic_code,
    coalesce(proposals.community_code, proposals.town_code) as area_code,
    proposals.voted_date as decided_date,
    proposals.due_date
from mart.fct_proposals as proposals
where {condition} and proposals.is_overdue and not proposals.is_withdrawn
order by proposals.due_date, proposals.proposal_id
"""


@dataclass(frozen=True)
class Passage:
    """How many proposals went from one stage to the next, or ended there (`stage.exit`)."""

    source: str
    target: str
    proposal_count: int


def passages(scope: Scope) -> list[Passage]:
    """The way of the proposals made in the period, as of now; at every stage in = out."""
    condition, values = limited(scope, "fct_proposals", alias="proposals", date="proposed_date")
    rows = scope.context.sql(ENDS.format(condition=condition), *values)
    return passages_of(dict(rows.iter_rows()))


def passages_of(ends: dict[str, int]) -> list[Passage]:
    """Passages of proposals counted by where they ended.

    A proposal that reached a stage has passed those before it, recorded or not; one done without
    publicity on record goes from the vote straight to completion.

    >>> passages_of({"deliberated.waiting": 2})[0]
    Passage(source='proposed', target='deliberated', proposal_count=2)
    """
    counts: dict[tuple[str, str], int] = {}
    for end, count in ends.items():
        stage, _, exit_ = end.partition(".")
        way = list(STAGES[: STAGES.index(stage) + 1])
        if exit_ == "unpublicised":
            way.remove("publicised")
        elif exit_:
            way.append(end)
        for step in pairwise(way):
            counts[step] = counts.get(step, 0) + count
    order = {stage: number for number, stage in enumerate(STAGES)}
    return [
        Passage(*way, count)
        for way, count in sorted(
            counts.items(), key=lambda item: (order[item[0][0]], "." in item[0][1], item[0][1])
        )
    ]


def _durations(scope: Scope, *, month: str, within: str, more: tuple[object, ...]) -> pl.DataFrame:
    condition, values = limited(scope, "fct_proposals", alias="proposals")
    zone = str(scope.context.county(scope.view.county).zone)
    query = DURATIONS.format(condition=condition, month=month, within=within)
    return scope.context.sql(query, *values, zone, *more)


def durations(scope: Scope) -> pl.DataFrame:
    """Days of each stage that ended in the period: span_code, proposal_count, median, P90."""
    return _durations(
        scope,
        month="cast(null as date)",
        within="and spans.ended_date >= ? and spans.ended_date < ?",
        more=(scope.days.first, scope.days.end),
    )


def duration_months(scope: Scope) -> pl.DataFrame:
    """The same by month of the end, `month` is its first day: all months that are over."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    return _durations(
        scope,
        month="cast(date_trunc('month', spans.ended_date) as date)",
        within="and spans.ended_date < ?",
        more=(first_of_month(as_of + ONE_DAY),),
    )


@dataclass(frozen=True)
class Publicity:
    """Decisions of the period, by how they were publicised."""

    on_time_count: int
    late_count: int
    missing_count: int
    not_yet_due_count: int


def publicity(scope: Scope) -> Publicity:
    """Decisions voted in the period."""
    condition, values = limited(scope, "fct_proposals", alias="proposals", date="voted_date")
    rows = scope.context.sql(PUBLICITY.format(condition=condition), *values)
    return Publicity(**rows.row(0, named=True))


@dataclass(frozen=True)
class NotDone:
    """A proposal adopted, past its day and not done; overdue in natural days."""

    proposal_id: str
    title: str | None
    topic_code: str | None
    area_code: str | None
    decided_date: date | None
    due_date: date
    days_overdue: int


def not_done(scope: Scope) -> list[NotDone]:
    """All of them as of now, whenever decided; the longest overdue first."""
    condition, values = limited(scope, "fct_proposals", alias="proposals")
    as_of = scope.context.builds[scope.view.county].as_of_date
    rows = scope.context.sql(NOT_DONE.format(condition=condition), *values)
    return [
        NotDone(**row, days_overdue=(as_of - row["due_date"]).days)
        for row in rows.iter_rows(named=True)
    ]
