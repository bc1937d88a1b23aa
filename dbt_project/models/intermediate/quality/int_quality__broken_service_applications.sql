-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

service_items as (select * from {{ ref("service_items") }}),

records as (
    select records.*, concat(cast(records.application_number as varchar)) as record_key,
        {{ local_date("records.submitted_at", "counties.time_zone") }} as submitted_at_on_day
    from {{ ref("stg_civil_affairs__service_applications") }} as records
    inner join {{ ref("stg_ops__counties") }} as counties
        on counties.county_code = records.county_code
),

unknown_item_code as (
    select records.*
    from records
    where records.item_code is not null
        and records.submitted_at_on_day is not null
        and not exists (
            select 1
            from service_items
            where service_items.item_code = records.item_code
                and records.submitted_at_on_day >= service_items.valid_from_date
                and (service_items.valid_to_date is null or records.submitted_at_on_day < service_items.valid_to_date)
        )
)

select
    'service_applications' as dataset,
    'unknown_item_code' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_item_code
