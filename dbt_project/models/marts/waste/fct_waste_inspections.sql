with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    records as (
        select *
        from
            {{ sound_records("waste_inspections", ref("stg_urban_management__waste_inspections")) }}
    ),

    inspections_as_of as (
        select
            records.source_id || ':' || records.inspection_number as inspection_id,
            records.source_id,
            records.county_code,
            cast(null as varchar) as reported_grid_code,
            records.community_code as reported_community_code,
            cast(null as varchar) as reported_town_code,
            records.site_code,
            records.inspected_at,
            records.inspected_drop_count,
            records.correct_drop_count,
            {{ local_date("records.inspected_at", "counties.time_zone") }} as inspected_date,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        where records.inspected_at <= counties.as_of_at
    )

select
    inspection_id,
    source_id,
    county_code,
    'urban_management' as department_code,
    community_code,
    town_code,
    site_code,
    inspected_at,
    inspected_drop_count,
    correct_drop_count,
    inspected_drop_count > 0 as is_inspected,
    inspected_date,
    batch_id,
    source_file_id,
    source_row_number
from {{ with_areas_of_the_day("inspections_as_of", "inspected_date") }} as located
