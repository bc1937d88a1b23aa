{{ config(materialized="table") }}

with

    applications as (select * from {{ ref("int_services__applications") }}),

    steps as (select * from {{ ref("int_services__steps") }}),

    off_clock as (select * from {{ ref("int_services__off_clock") }}),

    deadlines as (select * from {{ ref("int_services__deadlines") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    off_clock_totals as (
        select
            application_id,
            sum(off_clock_days) as off_clock_days,
            sum(off_clock_working_days) as off_clock_working_days
        from off_clock
        group by application_id
    ),

    -- Who holds an application is who has had a step open longest; payment is after the decision.
    open_steps as (
        select
            application_id,
            min(case when not is_on_clock then started_at end) is not null as has_step_off_clock,
            count(distinct department_code) as open_department_count
        from steps
        where is_open and stage_code <> 'payment'
        group by application_id
    ),

    longest_open_steps as (
        select application_id, department_code as open_department_code
        from steps
        where is_open and stage_code <> 'payment'
        qualify
            row_number() over (
                partition by application_id order by started_at, department_code, step_id
            )
            = 1
    ),

    applications_with_clock as (
        select
            applications.*,
            deadlines.promised_at,
            deadlines.due_at,
            coalesce(off_clock_totals.off_clock_days, 0.0) as off_clock_days,
            coalesce(off_clock_totals.off_clock_working_days, 0.0) as off_clock_working_days,
            coalesce(open_steps.has_step_off_clock, false)
            and applications.decided_at is null as is_off_clock,
            case
                when applications.decided_at is null then longest_open_steps.open_department_code
            end as open_department_code,
            case
                when applications.decided_at is null
                then coalesce(open_steps.open_department_count, 0)
                else 0
            end as open_department_count,
            {{ local_time("applications.accepted_at", "applications.time_zone") }}
            as accepted_local_at,
            {{ local_time("applications.decided_at", "applications.time_zone") }}
            as decided_local_at
        from applications
        left join off_clock_totals on off_clock_totals.application_id = applications.application_id
        left join deadlines on deadlines.application_id = applications.application_id
        left join open_steps on open_steps.application_id = applications.application_id
        left join
            longest_open_steps on longest_open_steps.application_id = applications.application_id
    )

-- The clock runs from acceptance; a withdrawal stops it and is no decision.
select
    applications_with_clock.*,
    applications_with_clock.decided_at is not null
    and coalesce(applications_with_clock.decision_code <> 'withdrawn', true) as is_decided,
    {{
        seconds_between(
            "applications_with_clock.accepted_at",
            "coalesce(applications_with_clock.decided_at, applications_with_clock.as_of_at)",
        )
    }} / 86400.0 - applications_with_clock.off_clock_days as clock_days,
    {{ working_days_until("decided_days", "applications_with_clock.decided_local_at") }}
    - {{ working_days_until("accepted_days", "applications_with_clock.accepted_local_at") }}
    - applications_with_clock.off_clock_working_days as clock_working_days
from applications_with_clock
left join
    days as accepted_days
    on accepted_days.county_code = applications_with_clock.county_code
    and accepted_days.calendar_date = applications_with_clock.accepted_date
left join
    days as decided_days
    on {{
        is_day_of(
            "decided_days",
            "applications_with_clock.decided_local_at",
            "accepted_days",
            "applications_with_clock.accepted_local_at",
        )
    }}
