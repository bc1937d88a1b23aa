with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    floods as (
        select * from {{ sound_records("flood_history", ref("stg_weather__flood_history")) }}
    ),

    floods_as_of as (
        select
            floods.source_id || ':' || floods.flood_number as flood_id,
            floods.county_code,
            floods.grid_code as reported_grid_code,
            floods.community_code as reported_community_code,
            floods.town_code as reported_town_code,
            floods.longitude,
            floods.latitude,
            floods.flooded_at,
            {{ local_date("floods.flooded_at", "counties.time_zone") }} as flooded_date,
            floods.depth_cm,
            floods.rain_3h_mm,
            greatest(floods.flooded_at, coalesce(floods.updated_at, floods.flooded_at)) as known_at,
            floods.source_id,
            floods.batch_id,
            floods.source_file_id,
            floods.source_row_number
        from floods
        inner join counties on counties.county_code = floods.county_code
        where floods.flooded_at <= counties.as_of_at
    ),

    floods_in_areas as (
        select * from {{ with_areas_of_the_day("floods_as_of", "flooded_date") }} as areas_held
    )

select
    flood_id,
    county_code,
    grid_code,
    community_code,
    town_code,
    longitude,
    latitude,
    flooded_at,
    flooded_date,
    depth_cm,
    rain_3h_mm,
    known_at,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from floods_in_areas
