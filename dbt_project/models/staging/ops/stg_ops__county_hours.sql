select
    county_code,
    hours_number,
    first_month_day,
    last_month_day,
    valid_from_date,
    valid_to_date,
    shift_1_start_seconds,
    shift_1_end_seconds,
    shift_2_start_seconds,
    shift_2_end_seconds,
    shift_3_start_seconds,
    shift_3_end_seconds
from {{ source("control", "county_hours") }}
