-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

dispute_categories as (select * from {{ ref("dispute_categories") }}),

records as (
    select records.*, concat(cast(records.mediation_number as varchar)) as record_key,
        {{ local_date("records.reported_at", "counties.time_zone") }} as reported_at_on_day
    from {{ ref("stg_grid_centre__mediation_cases") }} as records
    inner join {{ ref("stg_ops__counties") }} as counties
        on counties.county_code = records.county_code
),

unknown_dispute_category_code as (
    select records.*
    from records
    where records.dispute_category_code is not null
        and records.reported_at_on_day is not null
        and not exists (
            select 1
            from dispute_categories
            where dispute_categories.dispute_category_code = records.dispute_category_code
                and records.reported_at_on_day >= dispute_categories.valid_from_date
                and (dispute_categories.valid_to_date is null or records.reported_at_on_day < dispute_categories.valid_to_date)
        )
)

select
    'mediation_cases' as dataset,
    'unknown_dispute_category_code' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_dispute_category_code
