{{ config(materialized="view") }}

with households as (select * from {{ ref("int_people__households") }})

select
    county_code,
    household_key,
    grid_code,
    community_code,
    town_code,
    rain_longitude,
    rain_latitude,
    elevation_m,
    is_low_ground,
    resident_count,
    valid_from_date,
    valid_to_date,
    valid_to_date is null as is_current,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from households
