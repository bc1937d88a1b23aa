with services as (select * from {{ ref("int_participation__services") }})

select
    service_id,
    volunteer_id,
    person_key,
    source_id,
    county_code,
    'grid_centre' as department_code,
    service_kind_code,
    community_code,
    town_code,
    started_at,
    ended_at,
    service_hours,
    points_issued,
    points_redeemed,
    is_redemption,
    not is_redemption as is_service,
    not is_redemption and service_hours is null as is_hours_unknown,
    started_date,
    batch_id,
    source_file_id,
    source_row_number
from services
