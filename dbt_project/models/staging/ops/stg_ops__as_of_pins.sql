select county_code, as_of_at from {{ source("control", "as_of_pins") }}
