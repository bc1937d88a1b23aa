{{ config(materialized="view") }}

with residences as (select * from {{ ref("int_people__residences") }})

select
    county_code,
    person_key,
    household_key,
    residence_kind_code,
    sex_code,
    age_band_code,
    grid_code,
    community_code,
    town_code,
    valid_from_date,
    valid_to_date,
    resident_from_date,
    leave_reason_code,
    valid_to_date is null as is_current,
    coalesce(residence_kind_code = 'temporary', false) as is_temporary,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from residences
