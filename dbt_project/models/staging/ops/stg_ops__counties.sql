select
    county_code,
    county_name_zh,
    county_name_en,
    time_zone,
    is_sample,
    holiday_calendar,
    shift_1_start_minute,
    shift_1_end_minute,
    shift_2_start_minute,
    shift_2_end_minute,
    shift_3_start_minute,
    shift_3_end_minute,
    day_working_minutes
from {{ source("control", "counties") }}
