-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

grid_workers as (select * from {{ ref("stg_grid_centre__grid_workers") }}),

special_group_roll as (select * from {{ ref("stg_civil_affairs__special_group_roll") }}),

records as (
    select records.*, concat(cast(records.visit_number as varchar)) as record_key,
        {{ local_date("records.visited_at", "counties.time_zone") }} as visited_at_on_day
    from {{ ref("stg_civil_affairs__special_group_visits") }} as records
    inner join {{ ref("stg_ops__counties") }} as counties
        on counties.county_code = records.county_code
),

not_on_the_roll_that_day as (
    select records.*
    from records
    where records.person_key is not null
        and records.visited_at_on_day is not null
        and not exists (
            select 1
            from special_group_roll
            where special_group_roll.county_code = records.county_code
                and special_group_roll.person_key = records.person_key
                and records.visited_at_on_day >= special_group_roll.roll_from_date
                and (special_group_roll.roll_to_date is null or records.visited_at_on_day <= special_group_roll.roll_to_date)
        )
),

unknown_worker as (
    select records.*
    from records
    where records.worker_code is not null
        and not exists (
            select 1
            from grid_workers
            where grid_workers.county_code = records.county_code
                and grid_workers.worker_code = records.worker_code
        )
)

select
    'special_group_visits' as dataset,
    'not_on_the_roll_that_day' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from not_on_the_roll_that_day
union all
select
    'special_group_visits' as dataset,
    'unknown_worker' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_worker
