with

    spells as (select * from {{ ref("int_participation__spells") }}),

    volunteers as (select * from {{ ref("int_participation__volunteers") }})

select
    spells.volunteer_id,
    volunteers.person_key,
    volunteers.source_id,
    volunteers.county_code,
    'grid_centre' as department_code,
    volunteers.community_code,
    volunteers.town_code,
    spells.valid_from_date,
    spells.valid_to_date,
    spells.valid_from_date is not null as is_registered,
    spells.is_active,
    volunteers.batch_id,
    volunteers.source_file_id,
    volunteers.source_row_number
from spells
inner join volunteers on volunteers.volunteer_id = spells.volunteer_id
