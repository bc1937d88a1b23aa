-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

residents as (select * from {{ ref("stg_public_security__residents") }}),

coverage_services as (select * from {{ ref("coverage_services") }}),

records as (
    select records.*, concat(cast(records.person_key as varchar), ' ', cast(records.service_code as varchar), ' ', cast(records.covered_from_date as varchar)) as record_key,
        records.covered_from_date as covered_from_date_on_day
    from {{ ref("stg_health__service_coverage") }} as records
),

unknown_resident as (
    select records.*
    from records
    where records.person_key is not null
        and not exists (
            select 1
            from residents
            where residents.county_code = records.county_code
                and residents.person_key = records.person_key
        )
),

unknown_service_code as (
    select records.*
    from records
    where records.service_code is not null
        and records.covered_from_date_on_day is not null
        and not exists (
            select 1
            from coverage_services
            where coverage_services.service_code = records.service_code
                and records.covered_from_date_on_day >= coverage_services.valid_from_date
                and (coverage_services.valid_to_date is null or records.covered_from_date_on_day < coverage_services.valid_to_date)
        )
)

select
    'service_coverage' as dataset,
    'unknown_resident' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_resident
union all
select
    'service_coverage' as dataset,
    'unknown_service_code' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_service_code
