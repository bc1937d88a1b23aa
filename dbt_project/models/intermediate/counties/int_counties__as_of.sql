{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("stg_ops__counties") }}),

    pins as (select * from {{ ref("stg_ops__as_of_pins") }}),

    batches as (select * from {{ ref("stg_ops__batches") }}),

    newest_of_each_dataset as (select * from {{ ref("int_counties__newest_records") }}),

    newest_records as (
        select county_code, max(newest_record_at) as newest_record_at
        from newest_of_each_dataset
        group by county_code
    ),

    newest_batches as (
        select county_code, max(received_at) as last_received_at
        from batches
        where status = 'landed'
        group by county_code
    ),

    -- A county that has delivered boundaries but no record yet is as of their receipt.
    as_of_times as (
        select
            counties.*,
            pins.as_of_at is not null as is_pinned,
            coalesce(
                pins.as_of_at, newest_records.newest_record_at, newest_batches.last_received_at
            ) as as_of_at
        from counties
        inner join newest_batches on newest_batches.county_code = counties.county_code
        left join newest_records on newest_records.county_code = counties.county_code
        left join pins on pins.county_code = counties.county_code
    )

select
    county_code,
    county_name_zh,
    county_name_en,
    time_zone,
    is_sample,
    holiday_calendar,
    is_pinned,
    as_of_at,
    {{ local_date("as_of_at", "time_zone") }} as as_of_date
from as_of_times
