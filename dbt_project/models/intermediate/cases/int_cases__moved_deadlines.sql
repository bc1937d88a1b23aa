{{ config(materialized="table") }}

{% set due_times = {
    "resolution": "due_at",
    "response": "response_due_at",
    "filing": "filing_due_at",
    "dispatch": "dispatch_due_at",
} -%}
{% set milestones = {
    "resolution": "closed_at",
    "response": "first_response_at",
    "filing": "filed_at",
    "dispatch": "dispatched_at",
} -%}
with

    cases as (select * from {{ ref("int_cases__located") }}),

    suspensions as (select * from {{ ref("int_cases__suspensions") }}),

    limits as (select * from {{ ref("int_cases__limits") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    suspended_cases as (
        select
            cases.case_id,
            cases.county_code,
            cases.time_zone,
            cases.suspended_at,
            cases.first_response_at,
            cases.filed_at,
            cases.dispatched_at,
            cases.closed_at,
            suspensions.suspended_working_minutes,
            coalesce(cases.delivered_due_at, limits.limit_due_at) as due_at,
            coalesce(
                cases.delivered_response_due_at, limits.limit_response_due_at
            ) as response_due_at,
            limits.limit_filing_due_at as filing_due_at,
            limits.limit_dispatch_due_at as dispatch_due_at
        from suspensions
        inner join cases on cases.case_id = suspensions.case_id
        left join limits on limits.case_id = suspensions.case_id
        where suspensions.suspended_working_minutes > 0
    ),

    -- A deadline that had gone by when the suspension began stays: what was late by then, a
    -- response above all, is not made good by what came after. One met by then stays too.
    deadlines as (
        {%- for stage, due_at in due_times.items() %}
            select
                case_id,
                county_code,
                suspended_working_minutes,
                '{{ stage }}' as stage,
                {{ local_time(due_at, "time_zone") }} as due_local_at
            from suspended_cases
            where
                {{ due_at }} >= suspended_at
                and ({{ milestones[stage] }} is null or {{ milestones[stage] }} > suspended_at)
                {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    targets as (
        select
            deadlines.case_id,
            deadlines.county_code,
            deadlines.stage,
            {{ working_microseconds_until("days", "deadlines.due_local_at") }}
            + {{ microseconds_of_minutes("deadlines.suspended_working_minutes") }}
            as target_microseconds
        from deadlines
        inner join
            days
            on days.county_code = deadlines.county_code
            and days.calendar_date = cast(deadlines.due_local_at as date)
    ),

    moved_deadlines as (
        select * from {{ after_working_time("targets", ["case_id", "stage"]) }} as reached
    )

select
    case_id,
    {%- for stage, due_at in due_times.items() %}
        max(case when stage = '{{ stage }}' then reached_at end) as moved_{{ due_at }}
        {{- "," if not loop.last }}
    {%- endfor %}
from moved_deadlines
group by case_id
