with thresholds as (select * from {{ ref("rain_thresholds") }})

select
    colour_code,
    colour_name,
    colour_name_en,
    severity_number,
    window_hours,
    rain_mm,
    valid_from_date,
    valid_to_date,
    standard_ref
from thresholds
