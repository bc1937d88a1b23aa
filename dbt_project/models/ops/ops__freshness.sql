{{ config(alias="freshness") }}

with

    batches as (select * from {{ ref("stg_ops__batches") }}),

    grid_events as (select * from {{ ref("stg_grid_centre__grid_events") }}),

    city_cases as (select * from {{ ref("stg_urban_management__city_cases") }}),

    areas as (select * from {{ ref("stg_grid_centre__areas") }}),

    grids as (select * from {{ ref("stg_grid_centre__grids") }}),

    record_times as (
        select
            'grid_events' as dataset,
            county_code,
            greatest(reported_at, coalesce(updated_at, reported_at)) as record_at
        from grid_events
        union all
        select
            'city_cases' as dataset,
            county_code,
            greatest(reported_at, coalesce(updated_at, reported_at)) as record_at
        from city_cases
        union all
        select 'areas' as dataset, county_code, updated_at as record_at
        from areas
        union all
        select 'grids' as dataset, county_code, updated_at as record_at
        from grids
    ),

    records_of_each_dataset as (
        select dataset, county_code, max(record_at) as newest_record_at, count(*) as record_count
        from record_times
        group by dataset, county_code
    ),

    batches_of_each_dataset as (
        select dataset, county_code, max(received_at) as last_received_at, count(*) as batch_count
        from batches
        where status = 'landed'
        group by dataset, county_code
    )

select
    batches_of_each_dataset.county_code,
    batches_of_each_dataset.dataset,
    batches_of_each_dataset.last_received_at,
    records_of_each_dataset.newest_record_at,
    batches_of_each_dataset.batch_count,
    coalesce(records_of_each_dataset.record_count, 0) as record_count
from batches_of_each_dataset
left join
    records_of_each_dataset
    on records_of_each_dataset.dataset = batches_of_each_dataset.dataset
    and records_of_each_dataset.county_code = batches_of_each_dataset.county_code
