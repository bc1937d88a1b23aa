{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    roll as (
        select *
        from {{ sound_records("special_group_roll", ref("stg_civil_affairs__special_group_roll")) }}
    ),

    deaths as (select * from {{ ref("int_people__deaths") }}),

    places as (select * from {{ ref("int_people__places") }}),

    age_spans as (select * from {{ ref("int_people__age_spans") }}),

    -- Nobody is on the roll after a death, whichever department knows of it.
    entries as (
        select
            roll.*,
            {{ place_key("roll") }} as place_key,
            deaths.died_from_date,
            counties.as_of_date,
            {{ end_of("roll.roll_to_date", "deaths.died_from_date", "counties.as_of_date") }}
            as entry_to_date
        from roll
        inner join counties on counties.county_code = roll.county_code
        left join
            deaths on deaths.county_code = roll.county_code and deaths.person_key = roll.person_key
        where
            roll.roll_from_date <= counties.as_of_date
            and (deaths.died_from_date is null or roll.roll_from_date < deaths.died_from_date)
        qualify
            row_number() over (
                partition by roll.county_code, roll.person_key, roll.group_code, roll.roll_from_date
                order by
                    roll.updated_at desc nulls last, roll.batch_id desc, roll.source_row_number desc
            )
            = 1
    ),

    entries_in_turn as (
        select
            *,
            lead(roll_from_date) over (
                partition by county_code, person_key, group_code order by roll_from_date
            ) as next_from_date
        from entries
    ),

    -- A new entry of the same group takes the place of the one before, ended or not.
    closed_entries as (
        select
            county_code,
            person_key,
            group_code,
            need_level_code,
            place_key,
            sex_code,
            birth_month_date,
            roll_from_date as valid_from_date,
            least(entry_to_date, next_from_date) as valid_to_date,
            roll_from_date,
            case
                when entry_to_date = died_from_date
                then 'died'
                when entry_to_date <= coalesce(next_from_date, entry_to_date)
                then end_reason_code
                when next_from_date is not null
                then 'changed'
            end as end_reason_code,
            coalesce(has_file, false) as has_file,
            as_of_date,
            source_id,
            batch_id,
            source_file_id,
            source_row_number
        from entries_in_turn
    ),

    -- Split where a place begins to lie in another area, and where a person grows out of a band.
    entries_in_areas as (
        select
            closed_entries.county_code,
            closed_entries.person_key,
            closed_entries.group_code,
            closed_entries.need_level_code,
            closed_entries.sex_code,
            age_spans.age_band_code,
            places.grid_code,
            places.community_code,
            places.town_code,
            greatest(
                closed_entries.valid_from_date, places.valid_from_date, age_spans.valid_from_date
            ) as valid_from_date,
            least(
                closed_entries.valid_to_date, places.valid_to_date, age_spans.valid_to_date
            ) as valid_to_date,
            closed_entries.valid_to_date as ended_date,
            closed_entries.roll_from_date,
            closed_entries.end_reason_code,
            closed_entries.has_file,
            closed_entries.as_of_date,
            closed_entries.source_id,
            closed_entries.batch_id,
            closed_entries.source_file_id,
            closed_entries.source_row_number
        from closed_entries
        inner join
            places
            on places.county_code = closed_entries.county_code
            and places.place_key = closed_entries.place_key
            and {{ share_a_day("places", "closed_entries") }}
        left join
            age_spans
            on age_spans.birth_month_date = closed_entries.birth_month_date
            and {{ share_a_day("age_spans", "closed_entries") }}
            and {{ share_a_day("age_spans", "places") }}
    )

select
    county_code,
    person_key,
    group_code,
    need_level_code,
    sex_code,
    age_band_code,
    grid_code,
    community_code,
    town_code,
    valid_from_date,
    case when valid_to_date <= as_of_date then valid_to_date end as valid_to_date,
    roll_from_date,
    case
        when valid_to_date = ended_date and ended_date <= as_of_date then end_reason_code
    end as end_reason_code,
    has_file,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from entries_in_areas
where valid_from_date <= as_of_date
