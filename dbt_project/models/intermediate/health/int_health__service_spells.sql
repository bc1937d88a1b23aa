{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    coverage as (
        select * from {{ sound_records("service_coverage", ref("stg_health__service_coverage")) }}
    ),

    coverage_as_of as (
        select
            coverage.*,
            coverage.covered_from_date as valid_from_date,
            {{ end_of("coverage.covered_to_date", "null", "counties.as_of_date") }} as valid_to_date
        from coverage
        inner join counties on counties.county_code = coverage.county_code
        where coverage.covered_from_date <= counties.as_of_date
    ),

    coverage_in_order as (
        select
            *,
            row_number() over (
                partition by county_code, person_key, service_code
                order by
                    valid_from_date,
                    coalesce(valid_to_date, date '9999-12-31') desc,
                    batch_id,
                    source_row_number
            ) as turn
        from coverage_as_of
    ),

    -- Two sources, or two records of one, may tell of the same cover: it is one spell while any
    -- of them holds.
    coverage_in_turn as (
        select
            *,
            max(coalesce(valid_to_date, date '9999-12-31')) over (
                partition by county_code, person_key, service_code
                order by turn
                rows between unbounded preceding and 1 preceding
            ) as covered_before_date
        from coverage_in_order
    ),

    coverage_of_spells as (
        select
            *,
            max(
                case when covered_before_date >= valid_from_date then null else valid_from_date end
            ) over (
                partition by county_code, person_key, service_code
                order by turn
                rows between unbounded preceding and current row
            ) as spell_from_date
        from coverage_in_turn
    )

select
    county_code,
    person_key,
    service_code,
    spell_from_date as valid_from_date,
    case when count(*) = count(valid_to_date) then max(valid_to_date) end as valid_to_date,
    min_by(source_id, turn) as source_id,
    min_by(batch_id, turn) as batch_id,
    min_by(source_file_id, turn) as source_file_id,
    min_by(source_row_number, turn) as source_row_number
from coverage_of_spells
group by county_code, person_key, service_code, spell_from_date
