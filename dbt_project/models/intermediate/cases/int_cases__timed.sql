with

    cases as (select * from {{ ref("int_cases__located") }}),

    suspensions as (select * from {{ ref("int_cases__suspensions") }}),

    limits as (select * from {{ ref("int_cases__limits") }}),

    moved_deadlines as (select * from {{ ref("int_cases__moved_deadlines") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    cases_with_deadlines as (
        select
            cases.*,
            coalesce(suspensions.is_suspended, false) as is_suspended,
            suspensions.suspended_minutes,
            coalesce(suspensions.suspended_working_minutes, 0.0) as suspended_working_minutes,
            coalesce(
                moved_deadlines.moved_due_at, cases.delivered_due_at, limits.limit_due_at
            ) as due_at,
            coalesce(
                moved_deadlines.moved_response_due_at,
                cases.delivered_response_due_at,
                limits.limit_response_due_at
            ) as response_due_at,
            {{ local_time("cases.closed_at", "cases.time_zone") }} as closed_local_at
        from cases
        left join suspensions on suspensions.case_id = cases.case_id
        left join limits on limits.case_id = cases.case_id
        left join moved_deadlines on moved_deadlines.case_id = cases.case_id
    )

select
    cases_with_deadlines.*,
    cast(cases_with_deadlines.closed_local_at as date) as closed_date,
    {{ local_date("cases_with_deadlines.due_at", "cases_with_deadlines.time_zone") }} as due_date,
    {{ local_date("cases_with_deadlines.voided_at", "cases_with_deadlines.time_zone") }}
    as voided_date,
    {{
        seconds_between(
            "cases_with_deadlines.reported_at", "cases_with_deadlines.first_response_at"
        )
    }} / 60.0 as response_minutes,
    {{ seconds_between("cases_with_deadlines.reported_at", "cases_with_deadlines.closed_at") }}
    / 3600.0 as resolution_hours,
    (
        {{ working_minutes_until("closed_days", "cases_with_deadlines.closed_local_at") }}
        - {{ working_minutes_until("reported_days", "cases_with_deadlines.reported_local_at") }}
        - cases_with_deadlines.suspended_working_minutes
    )
    / 60.0 as working_hours
from cases_with_deadlines
left join
    days as reported_days
    on reported_days.county_code = cases_with_deadlines.county_code
    and reported_days.calendar_date = cases_with_deadlines.reported_date
left join
    days as closed_days
    on closed_days.county_code = cases_with_deadlines.county_code
    and closed_days.calendar_date = cast(cases_with_deadlines.closed_local_at as date)
