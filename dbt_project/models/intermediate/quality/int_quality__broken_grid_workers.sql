-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

grids as (select * from {{ ref("stg_grid_centre__grids") }}),

records as (
    select records.*, concat(cast(records.worker_code as varchar), ' ', cast(records.grid_code as varchar), ' ', cast(records.assigned_from_date as varchar)) as record_key
    from {{ ref("stg_grid_centre__grid_workers") }} as records
),

unknown_grid as (
    select records.*
    from records
    where records.grid_code is not null
        and not exists (
            select 1
            from grids
            where grids.county_code = records.county_code
                and grids.grid_code = records.grid_code
        )
)

select
    'grid_workers' as dataset,
    'unknown_grid' as rule,
    'warning' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_grid
