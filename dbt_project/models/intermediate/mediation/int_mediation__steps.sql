{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    disputes as (select * from {{ ref("int_mediation__disputes") }}),

    records as (
        select *
        from {{ sound_records("mediation_steps", ref("stg_grid_centre__mediation_steps")) }}
    ),

    -- Steps come by another source than their dispute, so the number in the county joins them.
    -- Where two sources use one number, a step is of one dispute only: its own source's first.
    steps_as_of as (
        select
            records.source_id
            || ':'
            || records.mediation_number
            || ':'
            || cast(records.step_number as varchar) as step_id,
            disputes.mediation_id,
            records.source_id,
            records.county_code,
            records.step_number,
            records.level_code,
            case
                records.level_code when 'grid' then 1 when 'community' then 2 when 'town' then 3
            end as level_rank,
            records.mediator_kind_code,
            records.level_received_at,
            {{ happened("started_at") }},
            {{ happened("ended_at") }},
            case
                when records.ended_at <= counties.as_of_at then records.outcome_code
            end as outcome_code,
            counties.time_zone,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        inner join
            disputes
            on disputes.county_code = records.county_code
            and disputes.mediation_number = records.mediation_number
        where records.level_received_at <= counties.as_of_at
        qualify
            {{
                is_of_first_parent(
                    "records", ["source_id", "mediation_number", "step_number"], "disputes"
                )
            }}
    )

select
    *,
    lag(level_rank) over (
        partition by mediation_id order by step_number, step_id
    ) as earlier_level_rank,
    max(level_rank) over (
        partition by mediation_id
        order by step_number, step_id
        rows between 1 following and unbounded following
    ) as highest_later_level_rank
from steps_as_of
