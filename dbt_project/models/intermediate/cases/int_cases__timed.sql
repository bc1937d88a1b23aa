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
            coalesce(
                moved_deadlines.moved_filing_due_at, limits.limit_filing_due_at
            ) as filing_due_at,
            coalesce(
                moved_deadlines.moved_dispatch_due_at, limits.limit_dispatch_due_at
            ) as dispatch_due_at,
            coalesce(cases.delivered_due_at, limits.limit_due_at) as first_due_at,
            coalesce(limits.is_in_working_time, false) as is_limit_in_working_time,
            -- The clock of a case stops when it is closed, and stands while it is suspended.
            coalesce(
                cases.closed_at,
                case when suspensions.is_suspended then cases.suspended_at end,
                cases.as_of_at
            ) as clock_end_at
        from cases
        left join suspensions on suspensions.case_id = cases.case_id
        left join limits on limits.case_id = cases.case_id
        left join moved_deadlines on moved_deadlines.case_id = cases.case_id
    ),

    cases_with_local_times as (
        select
            *,
            {{ local_time("clock_end_at", "time_zone") }} as clock_end_local_at,
            {{ local_time("first_due_at", "time_zone") }} as first_due_local_at
        from cases_with_deadlines
    ),

    cases_with_working_minutes as (
        select
            cases.*,
            {{
                working_minutes_between(
                    "reported_days",
                    "cases.reported_local_at",
                    "end_days",
                    "cases.clock_end_local_at",
                )
            }} - case
                when cases.is_suspended then 0.0 else cases.suspended_working_minutes
            end as clock_working_minutes,
            {{
                working_minutes_between(
                    "reported_days",
                    "cases.reported_local_at",
                    "due_days",
                    "cases.first_due_local_at",
                )
            }} as limit_working_minutes
        from cases_with_local_times as cases
        left join
            days as reported_days
            on reported_days.county_code = cases.county_code
            and reported_days.calendar_date = cases.reported_date
        left join
            days as end_days
            on {{
                is_day_of(
                    "end_days",
                    "cases.clock_end_local_at",
                    "reported_days",
                    "cases.reported_local_at",
                )
            }}
        left join
            days as due_days
            on due_days.county_code = cases.county_code
            and due_days.calendar_date = cast(cases.first_due_local_at as date)
            and cases.is_limit_in_working_time
    )

select
    *,
    {{ local_date("closed_at", "time_zone") }} as closed_date,
    {{ local_date("due_at", "time_zone") }} as due_date,
    {{ local_date("voided_at", "time_zone") }} as voided_date,
    {{ seconds_between("reported_at", "first_response_at") }} / 60.0 as response_minutes,
    case
        when first_response_at is null and not is_response_unknown
        then {{ seconds_between("reported_at", "coalesce(closed_at, voided_at, as_of_at)") }} / 60.0
    end as waiting_minutes,
    {{ seconds_between("reported_at", "closed_at") }} / 3600.0 as resolution_hours,
    case
        when closed_at is null and not is_closing_unknown
        then {{ seconds_between("reported_at", "coalesce(voided_at, as_of_at)") }} / 3600.0
    end as open_hours,
    case when closed_at is not null then clock_working_minutes / 60.0 end as working_hours,
    -- What a suspension moved the deadline by is off the clock, once it is over.
    case
        when is_limit_in_working_time
        then clock_working_minutes
        when is_suspended
        then {{ seconds_between("reported_at", "clock_end_at") }} / 60.0
        else
            (
                {{ seconds_between("reported_at", "clock_end_at") }}
                - {{ seconds_between("first_due_at", "due_at") }}
            )
            / 60.0
    end as clock_minutes,
    case
        when is_limit_in_working_time
        then limit_working_minutes
        else {{ seconds_between("reported_at", "first_due_at") }} / 60.0
    end as limit_minutes
from cases_with_working_minutes
