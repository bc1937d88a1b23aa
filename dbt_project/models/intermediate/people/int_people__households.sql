{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    households as (select * from {{ sound_records("households", ref("stg_weather__households")) }}),

    places as (select * from {{ ref("int_people__places") }}),

    -- Two sources may deliver the same household.
    versions_as_of as (
        select households.*, {{ place_key("households") }} as place_key, counties.as_of_date
        from households
        inner join counties on counties.county_code = households.county_code
        where households.valid_from_date <= counties.as_of_date
        qualify
            row_number() over (
                partition by
                    households.county_code, households.household_key, households.valid_from_date
                order by
                    households.updated_at desc nulls last,
                    households.batch_id desc,
                    households.source_row_number desc
            )
            = 1
    ),

    versions_in_turn as (
        select
            *,
            lead(valid_from_date) over (
                partition by county_code, household_key order by valid_from_date
            ) as next_from_date
        from versions_as_of
    ),

    -- A version ends where the next one starts, even where its own last day is later. A hundredth
    -- of a degree is as near as rain is told apart, and too far off to be an address.
    closed_versions as (
        select
            county_code,
            household_key,
            place_key,
            case when not is_fallback_point then round(longitude, 2) end as rain_longitude,
            case when not is_fallback_point then round(latitude, 2) end as rain_latitude,
            elevation_m,
            is_low_ground,
            resident_count,
            valid_from_date,
            least({{ add_days("valid_to_date", 1) }}, next_from_date) as valid_to_date,
            as_of_date,
            source_id,
            batch_id,
            source_file_id,
            source_row_number
        from versions_in_turn
    )

select
    closed_versions.county_code,
    closed_versions.household_key,
    places.grid_code,
    places.community_code,
    places.town_code,
    closed_versions.rain_longitude,
    closed_versions.rain_latitude,
    closed_versions.elevation_m,
    closed_versions.is_low_ground,
    closed_versions.resident_count,
    greatest(closed_versions.valid_from_date, places.valid_from_date) as valid_from_date,
    case
        when
            least(closed_versions.valid_to_date, places.valid_to_date) <= closed_versions.as_of_date
        then least(closed_versions.valid_to_date, places.valid_to_date)
    end as valid_to_date,
    closed_versions.source_id,
    closed_versions.batch_id,
    closed_versions.source_file_id,
    closed_versions.source_row_number
from closed_versions
inner join
    places
    on places.county_code = closed_versions.county_code
    and places.place_key = closed_versions.place_key
    and {{ share_a_day("places", "closed_versions") }}
where
    greatest(closed_versions.valid_from_date, places.valid_from_date) <= closed_versions.as_of_date
