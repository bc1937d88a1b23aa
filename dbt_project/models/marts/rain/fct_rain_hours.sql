{{ config(materialized="view") }}

with hours as (select * from {{ ref("int_rain__hours") }})

select
    county_code,
    gauge_code,
    gauge_name,
    town_code,
    observed_at,
    rain_date,
    rain_mm,
    {%- for hours in rain_windows() %} rain_{{ hours }}h_mm, {%- endfor %}
    {%- for hours in rain_windows() %} is_complete_{{ hours }}h, {%- endfor %}
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from hours
