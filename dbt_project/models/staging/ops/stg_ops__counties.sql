select county_code, county_name_zh, county_name_en, time_zone, is_sample, holiday_calendar
from {{ source("control", "counties") }}
