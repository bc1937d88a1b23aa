-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

rain_gauges as (select * from {{ ref("stg_weather__rain_gauges") }}),

records as (
    select records.*, concat(cast(records.gauge_code as varchar), ' ', cast(records.observed_at as varchar)) as record_key
    from {{ ref("stg_weather__rain_observations") }} as records
),

unknown_gauge as (
    select records.*
    from records
    where records.gauge_code is not null
        and not exists (
            select 1
            from rain_gauges
            where rain_gauges.county_code = records.county_code
                and rain_gauges.gauge_code = records.gauge_code
        )
)

select
    'rain_observations' as dataset,
    'unknown_gauge' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_gauge
