select county_code, iso_weekday from {{ source("control", "county_weekdays") }}
