{{ config(materialized="table") }}

-- Registers reach back to births; five years are enough for any comparison.
{% set months_back = 59 %}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    residences as (select * from {{ ref("int_people__residences") }}),

    covered_spells as (select * from {{ ref("int_health__covered_spells") }}),

    first_covers as (
        select county_code, min(valid_from_date) as first_date
        from covered_spells
        group by county_code
    ),

    -- Before the first service that was delivered nobody knows who was covered.
    first_days as (
        select
            counties.county_code,
            greatest(
                first_covers.first_date,
                {{
                    add_months(
                        "cast(date_trunc('month', counties.as_of_date) as date)",
                        "-" ~ months_back,
                    )
                }}
            ) as first_date
        from counties
        inner join first_covers on first_covers.county_code = counties.county_code
    ),

    known_residences as (
        select
            residences.county_code,
            residences.person_key,
            residences.grid_code,
            residences.community_code,
            residences.town_code,
            greatest(residences.valid_from_date, first_days.first_date) as valid_from_date,
            residences.valid_to_date,
            residences.source_id,
            residences.batch_id,
            residences.source_file_id,
            residences.source_row_number
        from residences
        inner join first_days on first_days.county_code = residences.county_code
        where residences.valid_to_date is null or first_days.first_date < residences.valid_to_date
    ),

    residences_with_cover as (
        select
            known_residences.*,
            covered_spells.valid_from_date as covered_from_date,
            covered_spells.valid_to_date as covered_to_date
        from known_residences
        inner join
            covered_spells
            on covered_spells.county_code = known_residences.county_code
            and covered_spells.person_key = known_residences.person_key
            and {{ share_a_day("covered_spells", "known_residences") }}
    ),

    days_of_change as (
        select county_code, person_key, valid_from_date as residence_from_date, valid_from_date
        from known_residences
        union
        select
            county_code,
            person_key,
            valid_from_date as residence_from_date,
            greatest(covered_from_date, valid_from_date) as valid_from_date
        from residences_with_cover
        union
        select
            county_code,
            person_key,
            valid_from_date as residence_from_date,
            covered_to_date as valid_from_date
        from residences_with_cover
        where covered_to_date is not null
    ),

    spans as (
        select
            known_residences.county_code,
            known_residences.person_key,
            known_residences.grid_code,
            known_residences.community_code,
            known_residences.town_code,
            days_of_change.valid_from_date,
            coalesce(
                lead(days_of_change.valid_from_date) over (
                    partition by
                        days_of_change.county_code,
                        days_of_change.person_key,
                        days_of_change.residence_from_date
                    order by days_of_change.valid_from_date
                ),
                known_residences.valid_to_date
            ) as valid_to_date,
            known_residences.source_id,
            known_residences.batch_id,
            known_residences.source_file_id,
            known_residences.source_row_number
        from days_of_change
        inner join
            known_residences
            on known_residences.county_code = days_of_change.county_code
            and known_residences.person_key = days_of_change.person_key
            and known_residences.valid_from_date = days_of_change.residence_from_date
        where
            known_residences.valid_to_date is null
            or days_of_change.valid_from_date < known_residences.valid_to_date
    )

select
    spans.county_code,
    spans.person_key,
    spans.grid_code,
    spans.community_code,
    spans.town_code,
    spans.valid_from_date,
    spans.valid_to_date,
    true as is_resident,
    covered_spells.person_key is not null as is_covered,
    spans.source_id,
    spans.batch_id,
    spans.source_file_id,
    spans.source_row_number
from spans
left join
    covered_spells
    on covered_spells.county_code = spans.county_code
    and covered_spells.person_key = spans.person_key
    and {{ holds_on("covered_spells", "spans.valid_from_date") }}
