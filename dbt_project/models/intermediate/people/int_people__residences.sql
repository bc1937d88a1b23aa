{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    residents as (
        select * from {{ sound_records("residents", ref("stg_public_security__residents")) }}
    ),

    deaths as (select * from {{ ref("int_people__deaths") }}),

    places as (select * from {{ ref("int_people__places") }}),

    age_spans as (select * from {{ ref("int_people__age_spans") }}),

    registrations as (
        select
            residents.*,
            {{ place_key("residents") }} as place_key,
            deaths.died_from_date,
            residents.resident_from_date as valid_from_date,
            {{
                end_of(
                    "residents.resident_to_date", "deaths.died_from_date", "counties.as_of_date"
                )
            }} as valid_to_date
        from residents
        inner join counties on counties.county_code = residents.county_code
        left join
            deaths
            on deaths.county_code = residents.county_code
            and deaths.person_key = residents.person_key
        where
            residents.resident_from_date <= counties.as_of_date
            and (
                deaths.died_from_date is null
                or residents.resident_from_date < deaths.died_from_date
            )
    ),

    days_of_change as (
        select county_code, person_key, valid_from_date
        from registrations
        union
        select county_code, person_key, valid_to_date as valid_from_date
        from registrations
        where valid_to_date is not null
    ),

    spans_of_persons as (
        select
            county_code,
            person_key,
            valid_from_date,
            lead(valid_from_date) over (
                partition by county_code, person_key order by valid_from_date
            ) as valid_to_date
        from days_of_change
    ),

    -- A person lives in one place a day: where they registered last among what holds.
    residences as (
        select
            spans_of_persons.county_code,
            spans_of_persons.person_key,
            spans_of_persons.valid_from_date,
            spans_of_persons.valid_to_date,
            registrations.place_key,
            registrations.household_key,
            registrations.residence_kind_code,
            registrations.sex_code,
            registrations.birth_month_date,
            registrations.resident_from_date,
            case
                when spans_of_persons.valid_to_date = registrations.died_from_date
                then 'died'
                when spans_of_persons.valid_to_date = registrations.valid_to_date
                then registrations.leave_reason_code
            end as leave_reason_code,
            registrations.source_id,
            registrations.batch_id,
            registrations.source_file_id,
            registrations.source_row_number
        from spans_of_persons
        inner join
            registrations
            on registrations.county_code = spans_of_persons.county_code
            and registrations.person_key = spans_of_persons.person_key
            and {{ holds_on("registrations", "spans_of_persons.valid_from_date") }}
        qualify
            row_number() over (
                partition by
                    spans_of_persons.county_code,
                    spans_of_persons.person_key,
                    spans_of_persons.valid_from_date
                order by
                    registrations.resident_from_date desc,
                    registrations.updated_at desc nulls last,
                    registrations.batch_id desc,
                    registrations.source_row_number desc
            )
            = 1
    ),

    -- Split where a place begins to lie in another area, and where a person grows out of a band.
    residences_in_areas as (
        select
            residences.county_code,
            residences.person_key,
            residences.household_key,
            residences.residence_kind_code,
            residences.sex_code,
            age_spans.age_band_code,
            places.grid_code,
            places.community_code,
            places.town_code,
            greatest(
                residences.valid_from_date, places.valid_from_date, age_spans.valid_from_date
            ) as valid_from_date,
            least(
                residences.valid_to_date, places.valid_to_date, age_spans.valid_to_date
            ) as valid_to_date,
            residences.valid_to_date as left_date,
            residences.resident_from_date,
            residences.leave_reason_code,
            residences.source_id,
            residences.batch_id,
            residences.source_file_id,
            residences.source_row_number
        from residences
        inner join
            places
            on places.county_code = residences.county_code
            and places.place_key = residences.place_key
            and {{ share_a_day("places", "residences") }}
        left join
            age_spans
            on age_spans.birth_month_date = residences.birth_month_date
            and {{ share_a_day("age_spans", "residences") }}
            and {{ share_a_day("age_spans", "places") }}
    )

select
    residences_in_areas.county_code,
    residences_in_areas.person_key,
    residences_in_areas.household_key,
    residences_in_areas.residence_kind_code,
    residences_in_areas.sex_code,
    residences_in_areas.age_band_code,
    residences_in_areas.grid_code,
    residences_in_areas.community_code,
    residences_in_areas.town_code,
    residences_in_areas.valid_from_date,
    case
        when residences_in_areas.valid_to_date <= counties.as_of_date
        then residences_in_areas.valid_to_date
    end as valid_to_date,
    residences_in_areas.resident_from_date,
    case
        when residences_in_areas.valid_to_date = residences_in_areas.left_date
        then residences_in_areas.leave_reason_code
    end as leave_reason_code,
    residences_in_areas.source_id,
    residences_in_areas.batch_id,
    residences_in_areas.source_file_id,
    residences_in_areas.source_row_number
from residences_in_areas
inner join counties on counties.county_code = residences_in_areas.county_code
where residences_in_areas.valid_from_date <= counties.as_of_date
