{{ config(materialized="table") }}

with

    cases as (select * from {{ ref("int_cases__located") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    -- A suspension ends when the case is resumed or closed, and lasts until now where neither is.
    -- What lies before the report was never on the clock.
    suspensions as (
        select
            case_id,
            county_code,
            time_zone,
            greatest(suspended_at, reported_at) as suspended_at,
            resumed_at is null and closed_at is null as is_suspended,
            greatest(
                least(coalesce(resumed_at, as_of_at), coalesce(closed_at, as_of_at), as_of_at),
                suspended_at,
                reported_at
            ) as suspension_end_at
        from cases
        where suspended_at is not null and (closed_at is null or suspended_at < closed_at)
    ),

    suspensions_in_local_time as (
        select
            *,
            {{ local_time("suspended_at", "time_zone") }} as start_local_at,
            {{ local_time("suspension_end_at", "time_zone") }} as end_local_at
        from suspensions
    )

select
    suspensions_in_local_time.case_id,
    suspensions_in_local_time.is_suspended,
    {{
        seconds_between(
            "suspensions_in_local_time.suspended_at",
            "suspensions_in_local_time.suspension_end_at",
        )
    }} / 60.0 as suspended_minutes,
    {{
        working_minutes_between(
            "start_days",
            "suspensions_in_local_time.start_local_at",
            "end_days",
            "suspensions_in_local_time.end_local_at",
        )
    }} as suspended_working_minutes
from suspensions_in_local_time
left join
    days as start_days
    on start_days.county_code = suspensions_in_local_time.county_code
    and start_days.calendar_date = cast(suspensions_in_local_time.start_local_at as date)
left join
    days as end_days
    on {{
        is_day_of(
            "end_days",
            "suspensions_in_local_time.end_local_at",
            "start_days",
            "suspensions_in_local_time.start_local_at",
        )
    }}
