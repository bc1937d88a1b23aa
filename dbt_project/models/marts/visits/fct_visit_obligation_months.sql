with obligations as (select * from {{ ref("fct_visit_obligations") }})

select
    county_code,
    cast(date_trunc('month', due_date) as date) as month_start_date,
    town_code,
    community_code,
    need_level_code,
    count(*) as obligation_count,
    count(*) filter (where is_due) as due_count,
    count(*) filter (where is_due and is_met) as met_count,
    count(*) filter (where is_overdue) as overdue_count,
    count(*) filter (where is_due and is_unreachable) as unreachable_count,
    count(*) filter (where is_not_yet_due) as not_yet_due_count
from obligations
group by
    county_code,
    cast(date_trunc('month', due_date) as date),
    town_code,
    community_code,
    need_level_code
