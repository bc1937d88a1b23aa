{{ config(materialized="table") }}

with

    spells as (select * from {{ ref("int_health__service_spells") }}),

    services as (select * from {{ ref("coverage_services") }})

-- Whether a service counts may change with the edition of the list: the spell is split there.
select
    spells.county_code,
    spells.person_key,
    spells.service_code,
    coalesce(services.is_in_scope, false) as is_in_scope,
    greatest(spells.valid_from_date, services.valid_from_date) as valid_from_date,
    least(spells.valid_to_date, services.valid_to_date) as valid_to_date,
    spells.valid_from_date as covered_from_date,
    spells.source_id,
    spells.batch_id,
    spells.source_file_id,
    spells.source_row_number
from spells
left join
    services
    on services.service_code = spells.service_code
    and {{ share_a_day("services", "spells") }}
