{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    observations as (
        select *
        from {{ sound_records("rain_observations", ref("stg_weather__rain_observations")) }}
    ),

    gauge_versions as (select * from {{ ref("int_rain__gauges") }}),

    area_versions as (select * from {{ ref("int_areas__versions") }}),

    towns as (select * from area_versions where area_level = 'town'),

    -- The time is the end of the hour: the rain until midnight fell on the day before.
    observed_hours as (
        select
            observations.*,
            {{ hour_number("observations.observed_at") }} as hour_number,
            {{ local_date(add_seconds("observations.observed_at", "-3600"), "counties.time_zone") }}
            as rain_date
        from observations
        inner join counties on counties.county_code = observations.county_code
        where observations.observed_at <= counties.as_of_at
        qualify
            row_number() over (
                partition by
                    observations.county_code,
                    observations.gauge_code,
                    {{ hour_number("observations.observed_at") }}
                order by
                    observations.updated_at desc nulls last,
                    observations.batch_id desc,
                    observations.source_row_number desc
            )
            = 1
    )

-- Tenths of a millimetre do not add up exactly as doubles: a sum is rounded, or 50 mm are missed.
select
    observed_hours.county_code,
    observed_hours.gauge_code,
    gauge_versions.gauge_name,
    towns.area_code as town_code,
    observed_hours.observed_at,
    observed_hours.hour_number,
    observed_hours.rain_date,
    observed_hours.rain_mm,
    {%- for hours in rain_windows() %}
        round(
            sum(observed_hours.rain_mm) over (
                partition by observed_hours.county_code, observed_hours.gauge_code
                order by
                    observed_hours.hour_number
                    range between {{ hours - 1 }} preceding and current row
            ),
            2
        ) as rain_{{ hours }}h_mm,
        count(*) over (
            partition by observed_hours.county_code, observed_hours.gauge_code
            order by
                observed_hours.hour_number range between {{ hours - 1 }} preceding and current row
        )
        = {{ hours }} as is_complete_{{ hours }}h,
    {%- endfor %}
    observed_hours.source_id,
    observed_hours.batch_id,
    observed_hours.source_file_id,
    observed_hours.source_row_number
from observed_hours
left join
    gauge_versions
    on gauge_versions.county_code = observed_hours.county_code
    and gauge_versions.gauge_code = observed_hours.gauge_code
    and {{ holds_on("gauge_versions", "observed_hours.rain_date") }}
left join
    towns
    on towns.county_code = gauge_versions.county_code
    and towns.area_code = gauge_versions.town_code
    and {{ holds_on("towns", "observed_hours.rain_date") }}
