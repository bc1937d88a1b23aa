-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

mediation_cases as (select * from {{ ref("stg_grid_centre__mediation_cases") }}),

records as (
    select records.*, concat(cast(records.mediation_number as varchar), ' ', cast(records.step_number as varchar)) as record_key
    from {{ ref("stg_grid_centre__mediation_steps") }} as records
),

unknown_mediation as (
    select records.*
    from records
    where records.mediation_number is not null
        and not exists (
            select 1
            from mediation_cases
            where mediation_cases.county_code = records.county_code
                and mediation_cases.mediation_number = records.mediation_number
        )
)

select
    'mediation_steps' as dataset,
    'unknown_mediation' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_mediation
