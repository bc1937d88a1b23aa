with assignments as (select * from {{ ref("int_workers__assignments") }})

select
    county_code,
    worker_code,
    grid_code,
    community_code,
    town_code,
    role_code,
    is_party_member,
    is_party_member_unknown,
    is_grid_unknown,
    is_current,
    valid_from_date,
    valid_to_date,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from assignments
