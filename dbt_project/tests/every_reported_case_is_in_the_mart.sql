-- Whether the mart has exactly the staged cases reported by the as-of time: one row when not.
with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    grid_events as (select * from {{ ref("stg_grid_centre__grid_events") }}),

    city_cases as (select * from {{ ref("stg_urban_management__city_cases") }}),

    cases as (select * from {{ ref("fct_cases") }}),

    records as (
        select county_code, reported_at
        from grid_events
        union all
        select county_code, reported_at
        from city_cases
    ),

    records_by_now as (
        select records.county_code
        from records
        inner join counties on counties.county_code = records.county_code
        where records.reported_at <= counties.as_of_at
    ),

    counts as (
        select
            (select count(*) from records_by_now) as record_count,
            (select count(*) from cases) as case_count
    )

select record_count, case_count
from counts
where record_count <> case_count
