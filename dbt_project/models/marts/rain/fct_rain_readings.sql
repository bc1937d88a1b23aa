with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    readings as (select * from {{ ref("stg_weather__rain_observations_versions") }}),

    gauges as (select * from {{ ref("int_rain__gauges") }}),

    -- What breaks a rule about other records is about a gauge nobody has.
    known_gauges as (select distinct county_code, gauge_code from gauges),

    -- A version without a time of its own is as old as the hour it tells of.
    known_readings as (
        select
            readings.county_code,
            readings.gauge_code,
            readings.observed_at,
            {{ hour_number("readings.observed_at") }} as hour_number,
            readings.rain_mm,
            greatest(
                readings.observed_at, coalesce(readings.updated_at, readings.observed_at)
            ) as known_at,
            readings.source_id,
            readings.batch_id,
            readings.source_file_id,
            readings.source_row_number
        from readings
        inner join counties on counties.county_code = readings.county_code
        inner join
            known_gauges
            on known_gauges.county_code = readings.county_code
            and known_gauges.gauge_code = readings.gauge_code
        where readings.observed_at <= counties.as_of_at
    ),

    versions_in_turn as (
        select
            known_readings.*,
            lead(known_at) over (
                partition by county_code, gauge_code, hour_number
                order by known_at, batch_id, source_row_number
            ) as superseded_at
        from known_readings
    )

select
    county_code,
    gauge_code,
    observed_at,
    hour_number,
    rain_mm,
    known_at,
    superseded_at,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from versions_in_turn
where superseded_at is null or superseded_at > known_at
