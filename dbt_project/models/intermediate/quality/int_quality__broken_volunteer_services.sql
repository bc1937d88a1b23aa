-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

volunteers as (select * from {{ ref("stg_grid_centre__volunteers") }}),

records as (
    select records.*, concat(cast(records.service_number as varchar)) as record_key
    from {{ ref("stg_grid_centre__volunteer_services") }} as records
),

unknown_volunteer as (
    select records.*
    from records
    where records.volunteer_number is not null
        and not exists (
            select 1
            from volunteers
            where volunteers.county_code = records.county_code
                and volunteers.volunteer_number = records.volunteer_number
        )
)

select
    'volunteer_services' as dataset,
    'unknown_volunteer' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_volunteer
