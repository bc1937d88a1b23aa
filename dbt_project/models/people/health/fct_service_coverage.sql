with

    service_cover as (select * from {{ ref("int_health__service_cover") }}),

    residences as (select * from {{ ref("int_people__residences") }})

select
    service_cover.county_code,
    service_cover.person_key,
    service_cover.service_code,
    residences.sex_code,
    residences.age_band_code,
    residences.grid_code,
    residences.community_code,
    residences.town_code,
    service_cover.valid_from_date,
    service_cover.valid_to_date,
    service_cover.covered_from_date,
    service_cover.is_in_scope,
    residences.person_key is not null as is_resident,
    service_cover.valid_to_date is null as is_current,
    service_cover.source_id,
    service_cover.batch_id,
    service_cover.source_file_id,
    service_cover.source_row_number
from service_cover
left join
    residences
    on residences.county_code = service_cover.county_code
    and residences.person_key = service_cover.person_key
    and {{ holds_on("residences", "service_cover.valid_from_date") }}
