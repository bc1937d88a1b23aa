with gauges as (select * from {{ ref("int_rain__gauges") }})

select
    county_code,
    gauge_code,
    gauge_name,
    town_code,
    longitude,
    latitude,
    elevation_m,
    valid_from_date,
    valid_to_date,
    valid_to_date is null as is_current,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from gauges
