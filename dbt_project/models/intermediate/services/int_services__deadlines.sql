{{ config(materialized="table") }}

with

    applications as (select * from {{ ref("int_services__applications") }}),

    off_clock as (select * from {{ ref("int_services__off_clock") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    limited_applications as (
        select *
        from applications
        where delivered_due_at is null and accepted_at is not null and limit_value is not null
    ),

    limits as (
        select *
        from
            {{
                limit_deadlines(
                    "limited_applications", ["application_id"], "accepted_at", "accepted_date"
                )
            }} as limit_deadlines
    ),

    promises as (
        select
            applications.application_id,
            applications.county_code,
            coalesce(applications.delivered_due_at, limits.limit_due_at) as promised_at,
            {{
                local_time(
                    "coalesce(applications.delivered_due_at, limits.limit_due_at)",
                    "applications.time_zone",
                )
            }} as promised_local_at
        from applications
        left join limits on limits.application_id = applications.application_id
    ),

    promises_in_working_time as (
        select
            promises.*,
            {{ working_microseconds_until("days", "promises.promised_local_at") }}
            as promised_working_microseconds
        from promises
        inner join
            days
            on days.county_code = promises.county_code
            and days.calendar_date = cast(promises.promised_local_at as date)
    ),

    spells_with_time_before as (
        select
            *,
            coalesce(
                sum(off_clock_working_microseconds) over (
                    partition by application_id
                    order by spell_number
                    rows between unbounded preceding and 1 preceding
                ),
                0.0
            ) as earlier_working_microseconds
        from off_clock
    ),

    -- A deadline that had gone by when the clock stopped stays: what was late by then is not made
    -- good by what came after. A later spell meets the deadline as the earlier ones moved it, which
    -- is to say, with less working time on the clock than was promised.
    moving_spells as (
        select
            promises_in_working_time.application_id,
            sum(spells_with_time_before.off_clock_working_microseconds) as moved_microseconds
        from promises_in_working_time
        inner join
            spells_with_time_before
            on spells_with_time_before.application_id = promises_in_working_time.application_id
        where
            spells_with_time_before.start_at <= promises_in_working_time.promised_at
            or spells_with_time_before.start_working_microseconds
            - spells_with_time_before.earlier_working_microseconds
            < promises_in_working_time.promised_working_microseconds
        group by promises_in_working_time.application_id
    ),

    targets as (
        select
            promises_in_working_time.application_id,
            promises_in_working_time.county_code,
            promises_in_working_time.promised_working_microseconds
            + moving_spells.moved_microseconds as target_microseconds
        from moving_spells
        inner join
            promises_in_working_time
            on promises_in_working_time.application_id = moving_spells.application_id
        where moving_spells.moved_microseconds > 0
    ),

    moved_deadlines as (
        select * from {{ after_working_time("targets", ["application_id"]) }} as reached
    )

select
    promises.application_id,
    promises.promised_at,
    coalesce(moved_deadlines.reached_at, promises.promised_at) as due_at
from promises
left join moved_deadlines on moved_deadlines.application_id = promises.application_id
where promises.promised_at is not null
