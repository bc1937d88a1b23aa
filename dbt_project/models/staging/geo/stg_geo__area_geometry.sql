select
    county_code,
    area_level,
    area_code,
    valid_from_date,
    longitude,
    latitude,
    west,
    south,
    east,
    north,
    area_km2
from {{ source("geo", "area_geometry") }}
