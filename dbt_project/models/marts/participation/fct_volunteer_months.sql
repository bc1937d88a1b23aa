with services as (select * from {{ ref("int_participation__services") }})

select
    county_code,
    town_code,
    community_code,
    cast(date_trunc('month', started_date) as date) as month_date,
    service_kind_code,
    count(distinct volunteer_id) as volunteers_active_count,
    count(*) as record_count,
    coalesce(sum(service_hours), 0.0) as service_hours,
    cast(sum(points_issued) as bigint) as points_issued,
    cast(sum(points_redeemed) as bigint) as points_redeemed
from services
group by
    county_code,
    town_code,
    community_code,
    cast(date_trunc('month', started_date) as date),
    service_kind_code
