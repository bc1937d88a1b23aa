{{ config(materialized="view") }}

with roll as (select * from {{ ref("int_visits__roll") }})

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
    valid_to_date,
    roll_from_date,
    end_reason_code,
    has_file,
    valid_to_date is null as is_current,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from roll
