with crosswalk as (select * from {{ ref("int_divisions__crosswalk") }})

select
    county_code,
    source_id,
    division_code,
    valid_from_date,
    valid_to_date,
    place_id,
    division_name,
    division_level,
    newest_code,
    newest_name,
    is_ambiguous
from crosswalk
