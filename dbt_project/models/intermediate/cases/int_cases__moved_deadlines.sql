{{ config(materialized="table") }}

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
            suspensions.suspended_working_minutes,
            coalesce(cases.delivered_due_at, limits.limit_due_at) as due_at,
            coalesce(
                cases.delivered_response_due_at, limits.limit_response_due_at
            ) as response_due_at
        from suspensions
        inner join cases on cases.case_id = suspensions.case_id
        left join limits on limits.case_id = suspensions.case_id
        where suspensions.suspended_working_minutes > 0
    ),

    -- A deadline that had gone by when the suspension began stays: what was late by then, a
    -- response above all, is not made good by what came after.
    deadlines as (
        select
            case_id,
            county_code,
            suspended_working_minutes,
            'resolution' as limit_kind,
            {{ local_time("due_at", "time_zone") }} as due_local_at
        from suspended_cases
        where due_at >= suspended_at
        union all
        select
            case_id,
            county_code,
            suspended_working_minutes,
            'response' as limit_kind,
            {{ local_time("response_due_at", "time_zone") }} as due_local_at
        from suspended_cases
        where response_due_at >= suspended_at
    ),

    targets as (
        select
            deadlines.case_id,
            deadlines.county_code,
            deadlines.limit_kind,
            days.day_working_minutes,
            {{ working_minutes_until("days", "deadlines.due_local_at") }}
            + deadlines.suspended_working_minutes as target_minutes
        from deadlines
        inner join
            days
            on days.county_code = deadlines.county_code
            and days.calendar_date = cast(deadlines.due_local_at as date)
    ),

    moved_deadlines as (
        select
            targets.case_id,
            targets.limit_kind,
            {{
                instant_of_working_minutes(
                    "days",
                    "(targets.target_minutes - days.workdays_before * days.day_working_minutes)",
                )
            }} as moved_at
        from targets
        inner join
            days
            on days.county_code = targets.county_code
            and days.is_workday
            and days.workdays_before
            = cast(ceil(targets.target_minutes / targets.day_working_minutes) as bigint) - 1
    )

select
    case_id,
    max(case when limit_kind = 'resolution' then moved_at end) as moved_due_at,
    max(case when limit_kind = 'response' then moved_at end) as moved_response_due_at
from moved_deadlines
group by case_id
