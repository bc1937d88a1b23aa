with votes as (select * from {{ ref("int_council__votes") }})

select
    vote_id,
    proposal_id,
    source_id,
    county_code,
    community_code,
    town_code,
    household_key,
    delegate_code,
    choice_code,
    voted_at,
    is_counted,
    is_late,
    is_without_voter,
    {{ local_date("voted_at", "time_zone") }} as voted_date,
    batch_id,
    source_file_id,
    source_row_number
from votes
