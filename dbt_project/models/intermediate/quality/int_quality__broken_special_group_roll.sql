-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

residents as (select * from {{ ref("stg_public_security__residents") }}),

special_groups as (select * from {{ ref("special_groups") }}),

visit_frequencies as (select * from {{ ref("visit_frequencies") }}),

records as (
    select records.*, concat(cast(records.person_key as varchar), ' ', cast(records.group_code as varchar), ' ', cast(records.roll_from_date as varchar)) as record_key,
        records.roll_from_date as roll_from_date_on_day
    from {{ ref("stg_civil_affairs__special_group_roll") }} as records
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

unknown_group_code as (
    select records.*
    from records
    where records.group_code is not null
        and records.roll_from_date_on_day is not null
        and not exists (
            select 1
            from special_groups
            where special_groups.group_code = records.group_code
                and records.roll_from_date_on_day >= special_groups.valid_from_date
                and (special_groups.valid_to_date is null or records.roll_from_date_on_day < special_groups.valid_to_date)
        )
),

unknown_need_level_code as (
    select records.*
    from records
    where records.need_level_code is not null
        and records.roll_from_date_on_day is not null
        and not exists (
            select 1
            from visit_frequencies
            where visit_frequencies.need_level_code = records.need_level_code
                and records.roll_from_date_on_day >= visit_frequencies.valid_from_date
                and (visit_frequencies.valid_to_date is null or records.roll_from_date_on_day < visit_frequencies.valid_to_date)
        )
)

select
    'special_group_roll' as dataset,
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
    'special_group_roll' as dataset,
    'unknown_group_code' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_group_code
union all
select
    'special_group_roll' as dataset,
    'unknown_need_level_code' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_need_level_code
