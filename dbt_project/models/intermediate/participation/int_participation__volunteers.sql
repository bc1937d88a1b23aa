{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    records as (
        select * from {{ sound_records("volunteers", ref("stg_grid_centre__volunteers")) }}
    ),

    volunteers_as_of as (
        select
            records.source_id || ':' || records.volunteer_number as volunteer_id,
            records.volunteer_number,
            records.source_id,
            records.county_code,
            records.person_key,
            cast(null as varchar) as reported_grid_code,
            records.community_code as reported_community_code,
            cast(null as varchar) as reported_town_code,
            records.registered_date,
            case
                when records.left_date <= counties.as_of_date then records.left_date
            end as left_date,
            counties.as_of_date,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        where records.registered_date <= counties.as_of_date
    )

select
    volunteer_id,
    volunteer_number,
    source_id,
    county_code,
    person_key,
    community_code,
    town_code,
    registered_date,
    left_date,
    as_of_date,
    batch_id,
    source_file_id,
    source_row_number
from {{ with_areas_of_the_day("volunteers_as_of", "registered_date") }} as located
