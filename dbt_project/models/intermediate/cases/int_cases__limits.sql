{{ config(materialized="table") }}

with

    cases as (select * from {{ ref("int_cases__located") }}),

    limits as (select * from {{ ref("category_limits") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    -- The edition that held on the day the case was reported, where the source gives no deadline.
    limited_cases as (
        select
            cases.case_id,
            cases.county_code,
            cases.reported_at,
            cases.reported_local_at,
            cases.reported_date,
            limits.limit_kind,
            limits.limit_value,
            limits.limit_unit
        from cases
        inner join
            limits
            on limits.county_code = cases.county_code
            and limits.category_code = cases.category_code
            and {{ holds_on("limits", "cases.reported_date") }}
        where
            (limits.limit_kind = 'resolution' and cases.delivered_due_at is null)
            or (limits.limit_kind = 'response' and cases.delivered_response_due_at is null)
    ),

    natural_hours as (
        select
            case_id,
            limit_kind,
            {{ add_seconds("reported_at", "limit_value * 3600.0") }} as limit_due_at
        from limited_cases
        where limit_unit = 'natural_hours'
    ),

    -- A limit in days leaves out the day of the report and ends when the last day's work ends.
    working_days as (
        select
            limited_cases.case_id,
            limited_cases.limit_kind,
            {{ instant_of_working_minutes("last_days", "last_days.day_working_minutes") }}
            as limit_due_at
        from limited_cases
        inner join
            days as reported_days
            on reported_days.county_code = limited_cases.county_code
            and reported_days.calendar_date = limited_cases.reported_date
        inner join
            days as last_days
            on last_days.county_code = limited_cases.county_code
            and last_days.is_workday
            and last_days.workdays_before
            = reported_days.workdays_before
            + case when reported_days.is_workday then 1 else 0 end
            + cast(limited_cases.limit_value as bigint)
            - 1
        where limited_cases.limit_unit = 'working_days'
    ),

    working_hour_targets as (
        select
            limited_cases.case_id,
            limited_cases.county_code,
            limited_cases.limit_kind,
            days.day_working_minutes,
            {{ working_minutes_until("days", "limited_cases.reported_local_at") }}
            + limited_cases.limit_value * 60.0 as target_minutes
        from limited_cases
        inner join
            days
            on days.county_code = limited_cases.county_code
            and days.calendar_date = limited_cases.reported_date
        where limited_cases.limit_unit = 'working_hours'
    ),

    working_hours as (
        select
            working_hour_targets.case_id,
            working_hour_targets.limit_kind,
            {{
                instant_of_working_minutes(
                    "days",
                    "(working_hour_targets.target_minutes - days.workdays_before * days.day_working_minutes)",
                )
            }}
            as limit_due_at
        from working_hour_targets
        inner join
            days
            on days.county_code = working_hour_targets.county_code
            and days.is_workday
            and days.workdays_before = cast(
                ceil(
                    working_hour_targets.target_minutes / working_hour_targets.day_working_minutes
                ) as bigint
            )
            - 1
    ),

    deadlines as (
        select case_id, limit_kind, limit_due_at
        from natural_hours
        union all
        select case_id, limit_kind, limit_due_at
        from working_days
        union all
        select case_id, limit_kind, limit_due_at
        from working_hours
    )

select
    case_id,
    max(case when limit_kind = 'resolution' then limit_due_at end) as limit_due_at,
    max(case when limit_kind = 'response' then limit_due_at end) as limit_response_due_at
from deadlines
group by case_id
