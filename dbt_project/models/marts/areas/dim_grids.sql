with areas as (select * from {{ ref("dim_areas") }})

select
    county_code,
    area_code as grid_code,
    area_name as grid_name,
    community_code,
    town_code,
    population,
    valid_from_date,
    valid_to_date,
    is_current,
    feature_id,
    longitude,
    latitude,
    area_km2,
    is_synthetic
from areas
where area_level = 'grid'
