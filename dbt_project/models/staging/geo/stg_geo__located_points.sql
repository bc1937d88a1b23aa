select
    county_code,
    longitude,
    latitude,
    coalesce(valid_on, date '1900-01-01') as valid_on,
    town_code,
    community_code,
    grid_code
from {{ source("geo", "located_points") }}
