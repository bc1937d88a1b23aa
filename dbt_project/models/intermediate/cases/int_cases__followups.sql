{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    weights as (select * from {{ ref("satisfaction_weights") }}),

    records as (select * from {{ sound_records("followups", ref("stg_grid_centre__followups")) }}),

    -- A call made after the as-of time has not been made.
    calls as (
        select
            records.source_id || ':' || records.followup_number as followup_id,
            records.source_id,
            records.county_code,
            records.subject_dataset,
            records.subject_number,
            records.called_at,
            records.is_valid,
            records.is_contacted,
            records.is_solved,
            records.satisfaction_code,
            records.batch_id,
            records.source_file_id,
            records.source_row_number,
            {{ local_date("records.called_at", "counties.time_zone") }} as called_date
        from records
        inner join counties on counties.county_code = records.county_code
        where records.called_at <= counties.as_of_at
    )

select calls.*, weights.satisfaction_weight
from calls
left join
    weights
    on weights.satisfaction_code = calls.satisfaction_code
    and {{ holds_on("weights", "calls.called_date") }}
