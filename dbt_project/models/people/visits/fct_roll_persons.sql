{{ config(materialized="table") }}

with

    needs as (select * from {{ ref("int_visits__needs") }}),

    roll as (select * from {{ ref("int_visits__roll") }}),

    -- The entries of a person are the same throughout a span of need.
    files_of_persons as (
        select
            needs.county_code,
            needs.person_key,
            needs.valid_from_date,
            max(case when roll.has_file then 1 else 0 end) as file_count
        from needs
        inner join
            roll
            on roll.county_code = needs.county_code
            and roll.person_key = needs.person_key
            and {{ holds_on("roll", "needs.valid_from_date") }}
        group by needs.county_code, needs.person_key, needs.valid_from_date
    )

select
    needs.county_code,
    needs.person_key,
    needs.group_code,
    needs.need_level_code,
    needs.sex_code,
    needs.age_band_code,
    needs.grid_code,
    needs.community_code,
    needs.town_code,
    needs.valid_from_date,
    needs.valid_to_date,
    true as is_on_roll,
    files_of_persons.file_count > 0 as has_file,
    needs.source_id,
    needs.batch_id,
    needs.source_file_id,
    needs.source_row_number
from needs
inner join
    files_of_persons
    on files_of_persons.county_code = needs.county_code
    and files_of_persons.person_key = needs.person_key
    and files_of_persons.valid_from_date = needs.valid_from_date
