select
    county_code,
    coalesce(valid_on, date '1900-01-01') as valid_on,
    grid_code,
    neighbour_code,
    contact_code,
    shared_m
from {{ source("geo", "grid_neighbours") }}
