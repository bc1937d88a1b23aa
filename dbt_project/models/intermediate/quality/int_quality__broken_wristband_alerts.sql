-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

special_group_roll as (select * from {{ ref("stg_civil_affairs__special_group_roll") }}),

records as (
    select records.*, concat(cast(records.case_number as varchar)) as record_key,
        {{ local_date("records.reported_at", "counties.time_zone") }} as reported_at_on_day
    from {{ ref("stg_health__wristband_alerts") }} as records
    inner join {{ ref("stg_ops__counties") }} as counties
        on counties.county_code = records.county_code
),

wearer_not_on_the_roll_that_day as (
    select records.*
    from records
    where records.person_key is not null
        and records.reported_at_on_day is not null
        and not exists (
            select 1
            from special_group_roll
            where special_group_roll.county_code = records.county_code
                and special_group_roll.person_key = records.person_key
                and records.reported_at_on_day >= special_group_roll.roll_from_date
                and (special_group_roll.roll_to_date is null or records.reported_at_on_day <= special_group_roll.roll_to_date)
        )
)

select
    'wristband_alerts' as dataset,
    'wearer_not_on_the_roll_that_day' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from wearer_not_on_the_roll_that_day
