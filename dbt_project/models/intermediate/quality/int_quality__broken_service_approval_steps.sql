-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

service_applications as (select * from {{ ref("stg_civil_affairs__service_applications") }}),

records as (
    select records.*, concat(cast(records.application_number as varchar), ' ', cast(records.step_number as varchar)) as record_key
    from {{ ref("stg_civil_affairs__service_approval_steps") }} as records
),

unknown_application as (
    select records.*
    from records
    where records.application_number is not null
        and not exists (
            select 1
            from service_applications
            where service_applications.county_code = records.county_code
                and service_applications.application_number = records.application_number
        )
)

select
    'service_approval_steps' as dataset,
    'unknown_application' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_application
