{{ config(materialized="table") }}

with

    hours as (select * from {{ ref("int_rain__hours") }}),

    thresholds as (select * from {{ ref("rain_thresholds") }}),

    sums_of_thresholds as (
        select
            hours.county_code,
            hours.gauge_code,
            hours.town_code,
            thresholds.colour_code,
            hours.hour_number,
            hours.observed_at,
            thresholds.rain_mm as threshold_mm,
            case
                thresholds.window_hours
                when 1
                then hours.rain_mm
                {%- for window_hours in rain_windows() %}
                    when {{ window_hours }} then hours.rain_{{ window_hours }}h_mm
                {%- endfor %}
            end as window_mm
        from hours
        inner join thresholds on {{ holds_on("thresholds", "hours.rain_date") }}
    ),

    -- A sum of an incomplete window is at least what fell: what it reaches is reached.
    hours_reached as (select * from sums_of_thresholds where window_mm >= threshold_mm),

    hours_reached_in_areas as (
        select
            county_code,
            'gauge' as area_level,
            gauge_code as area_code,
            colour_code,
            hour_number,
            observed_at,
            window_mm
        from hours_reached
        union all
        select
            county_code,
            'town' as area_level,
            town_code as area_code,
            colour_code,
            hour_number,
            observed_at,
            window_mm
        from hours_reached
        where town_code is not null
        union all
        select
            county_code,
            'county' as area_level,
            county_code as area_code,
            colour_code,
            hour_number,
            observed_at,
            window_mm
        from hours_reached
    ),

    -- One gauge that reaches it is enough for the town and the county.
    area_hours as (
        select
            county_code,
            area_level,
            area_code,
            colour_code,
            hour_number,
            min(observed_at) as observed_at,
            max(window_mm) as window_mm
        from hours_reached_in_areas
        group by county_code, area_level, area_code, colour_code, hour_number
    ),

    numbered_hours as (
        select
            *,
            hour_number - row_number() over (
                partition by county_code, area_level, area_code, colour_code order by hour_number
            ) as spell_number
        from area_hours
    )

select
    county_code,
    area_level,
    area_code,
    colour_code,
    min(observed_at) as reached_at,
    max(observed_at) as last_reached_at,
    count(*) as reached_hours,
    max(window_mm) as highest_window_mm
from numbered_hours
group by county_code, area_level, area_code, colour_code, spell_number
