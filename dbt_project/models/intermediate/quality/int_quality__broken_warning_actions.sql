-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

households as (select * from {{ ref("stg_weather__households") }}),

rain_warnings as (select * from {{ ref("stg_weather__rain_warnings") }}),

records as (
    select records.*, concat(cast(records.warning_number as varchar), ' ', cast(records.household_key as varchar)) as record_key
    from {{ ref("stg_weather__warning_actions") }} as records
),

unknown_warning as (
    select records.*
    from records
    where records.warning_number is not null
        and not exists (
            select 1
            from rain_warnings
            where rain_warnings.county_code = records.county_code
                and rain_warnings.warning_number = records.warning_number
        )
),

unknown_household as (
    select records.*
    from records
    where records.household_key is not null
        and not exists (
            select 1
            from households
            where households.county_code = records.county_code
                and households.household_key = records.household_key
        )
)

select
    'warning_actions' as dataset,
    'unknown_warning' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_warning
union all
select
    'warning_actions' as dataset,
    'unknown_household' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_household
