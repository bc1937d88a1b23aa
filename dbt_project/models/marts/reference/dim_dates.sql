with days as (select * from {{ ref("int_dates__working_days") }})

select
    county_code,
    calendar_date,
    is_workday,
    is_holiday,
    is_makeup_workday,
    holiday_name,
    holiday_name_en,
    working_microseconds / 60000000.0 as working_minutes,
    workdays_before,
    cast({{ iso_day_of_week("calendar_date") }} as bigint) as iso_weekday,
    cast(date_trunc('week', calendar_date) as date) as week_start_date,
    cast(date_trunc('month', calendar_date) as date) as month_start_date,
    cast(date_trunc('quarter', calendar_date) as date) as quarter_start_date,
    cast(date_trunc('year', calendar_date) as date) as year_start_date
from days
