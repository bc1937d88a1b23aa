with

    areas as (select * from {{ ref("dim_areas") }}),

    assignments as (select * from {{ ref("int_workers__assignments") }}),

    current_assignments as (select * from assignments where is_current),

    -- Of several workers a full-time one stands for the grid.
    workers_of_grids as (
        select
            county_code,
            grid_code,
            worker_code,
            count(*) over (partition by county_code, grid_code) as worker_count,
            max(case when is_party_member then 1 else 0 end) over (
                partition by county_code, grid_code
            ) as party_member
        from current_assignments
        qualify
            row_number() over (
                partition by county_code, grid_code
                order by case when role_code = 'full_time' then 0 else 1 end, worker_code
            )
            = 1
    )

select
    areas.county_code,
    areas.area_code as grid_code,
    areas.area_name as grid_name,
    areas.community_code,
    areas.town_code,
    areas.population,
    workers_of_grids.worker_code,
    coalesce(workers_of_grids.worker_count, 0) as worker_count,
    workers_of_grids.worker_code is not null as has_worker,
    coalesce(workers_of_grids.party_member = 1, false) as has_party_worker,
    areas.valid_from_date,
    areas.valid_to_date,
    areas.is_current,
    areas.feature_id,
    areas.longitude,
    areas.latitude,
    areas.area_km2,
    areas.is_synthetic
from areas
left join
    workers_of_grids
    on areas.is_current
    and workers_of_grids.county_code = areas.county_code
    and workers_of_grids.grid_code = areas.area_code
where areas.area_level = 'grid'
