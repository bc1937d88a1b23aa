{{ config(materialized="view") }}

with covered_spells as (select * from {{ ref("int_health__covered_spells") }})

select county_code, person_key, valid_from_date, valid_to_date, valid_to_date is null as is_current
from covered_spells
