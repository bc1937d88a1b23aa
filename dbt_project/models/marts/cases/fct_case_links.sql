with links as (select * from {{ ref("int_cases__links") }})

select case_id, county_code, original_case_id, match_rule, match_score, distance_m, minutes_apart
from links
