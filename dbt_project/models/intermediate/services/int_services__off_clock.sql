{{ config(materialized="table") }}

with

    steps as (select * from {{ ref("int_services__steps") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    -- Only what lies between acceptance and decision is taken from the time of approval.
    clipped_steps as (
        select
            application_id,
            county_code,
            time_zone,
            step_id,
            greatest(started_at, accepted_at) as start_at,
            least(running_until_at, coalesce(decided_at, as_of_at)) as end_at
        from steps
        where not is_on_clock and accepted_at is not null
    ),

    steps_in_order as (
        select
            *,
            max(end_at) over (
                partition by application_id
                order by start_at, step_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_end_at
        from clipped_steps
        where start_at < end_at
    ),

    -- Publicity during a supplement stops the clock once: what touches or overlaps is one spell.
    numbered_steps as (
        select
            *,
            sum(case when earlier_end_at >= start_at then 0 else 1 end) over (
                partition by application_id
                order by start_at, step_id
                rows between unbounded preceding and current row
            ) as spell_number
        from steps_in_order
    ),

    spells as (
        select
            application_id,
            county_code,
            time_zone,
            cast(spell_number as bigint) as spell_number,
            min(start_at) as start_at,
            max(end_at) as end_at
        from numbered_steps
        group by application_id, county_code, time_zone, spell_number
    ),

    spells_in_local_time as (
        select
            *,
            {{ local_time("start_at", "time_zone") }} as start_local_at,
            {{ local_time("end_at", "time_zone") }} as end_local_at
        from spells
    )

select
    spells_in_local_time.application_id,
    spells_in_local_time.spell_number,
    spells_in_local_time.start_at,
    spells_in_local_time.end_at,
    {{ seconds_between("spells_in_local_time.start_at", "spells_in_local_time.end_at") }}
    / 86400.0 as off_clock_days,
    {{ working_microseconds_until("start_days", "spells_in_local_time.start_local_at") }}
    as start_working_microseconds,
    {{ working_microseconds_until("end_days", "spells_in_local_time.end_local_at") }}
    - {{ working_microseconds_until("start_days", "spells_in_local_time.start_local_at") }}
    as off_clock_working_microseconds,
    {{ working_days_until("end_days", "spells_in_local_time.end_local_at") }}
    - {{ working_days_until("start_days", "spells_in_local_time.start_local_at") }}
    as off_clock_working_days
from spells_in_local_time
left join
    days as start_days
    on start_days.county_code = spells_in_local_time.county_code
    and start_days.calendar_date = cast(spells_in_local_time.start_local_at as date)
left join
    days as end_days
    on {{
        is_day_of(
            "end_days",
            "spells_in_local_time.end_local_at",
            "start_days",
            "spells_in_local_time.start_local_at",
        )
    }}
