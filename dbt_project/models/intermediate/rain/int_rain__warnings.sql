{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    warnings as (
        select * from {{ sound_records("rain_warnings", ref("stg_weather__rain_warnings")) }}
    ),

    area_versions as (select * from {{ ref("int_areas__versions") }}),

    towns as (select * from area_versions where area_level = 'town'),

    records as (
        select *
        from warnings
        qualify
            row_number() over (
                partition by county_code, warning_number
                order by updated_at desc nulls last, batch_id desc, source_row_number desc
            )
            = 1
    ),

    warnings_as_of as (
        select
            records.source_id || ':' || records.warning_number as warning_id,
            records.county_code,
            records.warning_number,
            records.colour_code,
            case when records.town_code is null then 'county' else 'town' end as area_level,
            records.town_code as reported_town_code,
            records.issued_at,
            {{ happened("lifted_at") }},
            {{ local_date("records.issued_at", "counties.time_zone") }} as issued_date,
            counties.as_of_at,
            records.source_id,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        where records.issued_at <= counties.as_of_at
    )

select
    warnings_as_of.warning_id,
    warnings_as_of.county_code,
    warnings_as_of.warning_number,
    warnings_as_of.colour_code,
    warnings_as_of.area_level,
    towns.area_code as town_code,
    case
        warnings_as_of.area_level when 'county' then warnings_as_of.county_code else towns.area_code
    end as area_code,
    warnings_as_of.issued_at,
    warnings_as_of.lifted_at,
    warnings_as_of.issued_date,
    warnings_as_of.as_of_at,
    warnings_as_of.source_id,
    warnings_as_of.batch_id,
    warnings_as_of.source_file_id,
    warnings_as_of.source_row_number
from warnings_as_of
left join
    towns
    on towns.county_code = warnings_as_of.county_code
    and towns.area_code = warnings_as_of.reported_town_code
    and {{ holds_on("towns", "warnings_as_of.issued_date") }}
