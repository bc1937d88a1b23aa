{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    areas as (select * from {{ ref("stg_grid_centre__areas") }}),

    grids as (select * from {{ ref("stg_grid_centre__grids") }}),

    delivered_versions as (
        select
            county_code,
            area_level,
            area_code,
            area_name,
            parent_code,
            population,
            valid_from_date,
            valid_to_date,
            updated_at,
            batch_id
        from areas
        union all
        select
            county_code,
            'grid' as area_level,
            grid_code as area_code,
            coalesce(grid_name, grid_code) as area_name,
            community_code as parent_code,
            population,
            valid_from_date,
            valid_to_date,
            updated_at,
            batch_id
        from grids
    ),

    -- The county is an area whether or not a file says so: every total is about it.
    versions_with_the_county as (
        select *
        from delivered_versions
        union all
        select
            counties.county_code,
            'county' as area_level,
            counties.county_code as area_code,
            counties.county_name_zh as area_name,
            cast(null as varchar) as parent_code,
            cast(null as bigint) as population,
            date '1900-01-01' as valid_from_date,
            cast(null as date) as valid_to_date,
            cast(null as timestamp with time zone) as updated_at,
            cast(null as varchar) as batch_id
        from counties
        where
            counties.county_code not in (
                select county_code
                from delivered_versions
                where area_level = 'county' and area_code = county_code
            )
    ),

    -- Two sources may deliver the same area.
    one_row_per_version as (
        select *
        from versions_with_the_county
        qualify
            row_number() over (
                partition by county_code, area_level, area_code, valid_from_date
                order by updated_at desc nulls last, batch_id desc
            )
            = 1
    ),

    -- A version ends where the next one starts, even where its own last day is missing or later.
    closed_versions as (
        select
            *,
            lead(valid_from_date) over (
                partition by county_code, area_level, area_code order by valid_from_date
            ) as next_from_date
        from one_row_per_version
    )

select
    closed_versions.county_code,
    closed_versions.area_level,
    closed_versions.area_code,
    closed_versions.area_name,
    closed_versions.parent_code,
    closed_versions.population,
    closed_versions.valid_from_date,
    least(
        {{ add_days("closed_versions.valid_to_date", 1) }}, closed_versions.next_from_date
    ) as valid_to_date,
    counties.as_of_date,
    counties.is_sample
from closed_versions
inner join counties on counties.county_code = closed_versions.county_code
