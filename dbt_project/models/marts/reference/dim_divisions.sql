with versions as (select * from {{ ref("int_divisions__versions") }})

select
    county_code,
    source_id,
    place_id,
    division_code,
    division_name,
    division_level,
    parent_code,
    valid_from_date,
    valid_to_date,
    valid_to_date is null as is_current,
    previous_code,
    previous_name,
    change_kind,
    end_kind,
    standard_ref
from versions
