{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    actions as (
        select * from {{ sound_records("warning_actions", ref("stg_weather__warning_actions")) }}
    ),

    warnings as (select * from {{ ref("int_rain__warnings") }}),

    households as (select * from {{ ref("int_people__households") }}),

    records as (
        select *
        from actions
        qualify
            row_number() over (
                partition by county_code, warning_number, household_key
                order by updated_at desc nulls last, batch_id desc, source_row_number desc
            )
            = 1
    ),

    -- A number of persons moved without its time is as old as the record that tells it.
    actions_as_of as (
        select
            records.source_id
            || ':'
            || records.warning_number
            || ':'
            || records.household_key as action_id,
            records.county_code,
            records.warning_number,
            records.household_key,
            records.worker_code,
            records.persons_to_move_count,
            records.notified_at,
            {{ local_date("records.notified_at", "counties.time_zone") }} as notified_date,
            {{ happened("acknowledged_at") }},
            counties.as_of_at,
            {{ happened("moved_at") }},
            case
                when
                    coalesce(records.moved_at, records.updated_at, records.notified_at)
                    <= counties.as_of_at
                then
                    coalesce(
                        records.moved_count,
                        case
                            when records.moved_at is not null then records.persons_to_move_count
                        end,
                        0
                    )
                else 0
            end as moved_count,
            records.source_id,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        where records.notified_at <= counties.as_of_at
    )

select
    actions_as_of.action_id,
    warnings.warning_id,
    actions_as_of.county_code,
    warnings.colour_code,
    actions_as_of.household_key,
    actions_as_of.worker_code,
    households.grid_code,
    households.community_code,
    households.town_code,
    coalesce(households.is_low_ground, false) as is_low_ground,
    actions_as_of.notified_at,
    actions_as_of.notified_date,
    actions_as_of.acknowledged_at,
    actions_as_of.moved_at,
    actions_as_of.persons_to_move_count,
    actions_as_of.moved_count,
    {{ seconds_between("actions_as_of.notified_at", "actions_as_of.acknowledged_at") }}
    / 60.0 as acknowledge_minutes,
    greatest(
        {{
            seconds_between(
                "actions_as_of.notified_at",
                "coalesce(actions_as_of.acknowledged_at, warnings.lifted_at, actions_as_of.as_of_at)",
            )
        }}
        / 60.0,
        0.0
    ) as watched_minutes,
    {{ seconds_between("actions_as_of.notified_at", "actions_as_of.moved_at") }}
    / 60.0 as move_minutes,
    actions_as_of.source_id,
    actions_as_of.batch_id,
    actions_as_of.source_file_id,
    actions_as_of.source_row_number
from actions_as_of
inner join
    warnings
    on warnings.county_code = actions_as_of.county_code
    and warnings.warning_number = actions_as_of.warning_number
left join
    households
    on households.county_code = actions_as_of.county_code
    and households.household_key = actions_as_of.household_key
    and {{ holds_on("households", "actions_as_of.notified_date") }}
