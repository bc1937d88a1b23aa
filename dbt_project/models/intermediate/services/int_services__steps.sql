{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    applications as (select * from {{ ref("int_services__applications") }}),

    records as (
        select *
        from
            {{
                sound_records(
                    "service_approval_steps", ref("stg_civil_affairs__service_approval_steps")
                )
            }}
    ),

    -- Steps come by another source than their application, so the number in the county joins them.
    -- Where two sources use one number, a step is of one application only: its own source's first.
    steps_as_of as (
        select
            records.source_id
            || ':'
            || records.application_number
            || ':'
            || cast(records.step_number as varchar) as step_id,
            applications.application_id,
            records.source_id,
            records.county_code,
            records.step_number,
            records.stage_code,
            records.department_code,
            records.started_at,
            {{ happened("ended_at") }},
            case
                when records.ended_at <= counties.as_of_at then records.outcome_code
            end as outcome_code,
            applications.accepted_at,
            applications.decided_at,
            applications.paid_at,
            applications.time_zone,
            applications.as_of_at,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        inner join
            applications
            on applications.county_code = records.county_code
            and applications.application_number = records.application_number
        where records.started_at <= counties.as_of_at
        qualify
            {{
                is_of_first_parent(
                    "records", ["source_id", "application_number", "step_number"], "applications"
                )
            }}
    ),

    -- A step that nobody ended is over with the decision; payment alone comes after it.
    overtaken_steps as (
        select
            *,
            case
                when ended_at is not null
                then null
                when stage_code = 'payment'
                then case when paid_at >= started_at then paid_at end
                when decided_at >= started_at
                then decided_at
            end as overtaken_at
        from steps_as_of
    ),

    running_steps as (
        select *, coalesce(ended_at, overtaken_at, as_of_at) as running_until_at
        from overtaken_steps
    ),

    steps_with_neighbours as (
        select
            *,
            max(running_until_at) over (
                partition by application_id
                order by started_at, step_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_steps_until_at,
            lead(started_at) over (
                partition by application_id order by started_at, step_id
            ) as next_step_started_at,
            max(running_until_at) over (
                partition by application_id, stage_code
                order by started_at, step_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_steps_of_stage_until_at
        from running_steps
    )

-- Of parallel steps of one stage, each has the time that no earlier one has: together they make the
-- time by the wall clock, counted once.
select
    step_id,
    application_id,
    source_id,
    county_code,
    step_number,
    stage_code,
    department_code,
    started_at,
    ended_at,
    outcome_code,
    running_until_at,
    ended_at is null and overtaken_at is null as is_open,
    stage_code not in ('publicity', 'supplement') as is_on_clock,
    coalesce(earlier_steps_until_at > started_at, false)
    or coalesce(next_step_started_at < running_until_at, false) as is_parallel,
    {{ seconds_between("started_at", "running_until_at") }} / 86400.0 as running_days,
    {{
        seconds_between(
            "greatest(started_at, least(coalesce(earlier_steps_of_stage_until_at, started_at), running_until_at))",
            "running_until_at",
        )
    }}
    / 86400.0 as wall_clock_days,
    accepted_at,
    decided_at,
    time_zone,
    as_of_at,
    batch_id,
    source_file_id,
    source_row_number
from steps_with_neighbours
