with

    volunteers as (select * from {{ ref("int_participation__volunteers") }}),

    services as (select * from {{ ref("int_participation__services") }}),

    spells as (select * from {{ ref("int_participation__spells") }}),

    states as (select * from spells where valid_to_date is null),

    totals as (
        select
            volunteer_id,
            max(case when not is_redemption then started_date end) as last_service_date,
            sum(case when is_redemption then 0 else 1 end) as service_count,
            sum(service_hours) as service_hours,
            sum(points_issued) as points_issued,
            sum(points_redeemed) as points_redeemed
        from services
        group by volunteer_id
    )

select
    volunteers.volunteer_id,
    volunteers.person_key,
    volunteers.source_id,
    volunteers.county_code,
    volunteers.community_code,
    volunteers.town_code,
    volunteers.registered_date,
    volunteers.left_date,
    totals.last_service_date,
    cast(coalesce(totals.service_count, 0) as bigint) as service_count,
    coalesce(totals.service_hours, 0.0) as service_hours,
    cast(coalesce(totals.points_issued, 0) as bigint) as points_issued,
    cast(coalesce(totals.points_redeemed, 0) as bigint) as points_redeemed,
    volunteers.left_date is null as is_registered,
    coalesce(states.is_active, false) as is_active,
    volunteers.batch_id,
    volunteers.source_file_id,
    volunteers.source_row_number
from volunteers
left join totals on totals.volunteer_id = volunteers.volunteer_id
left join states on states.volunteer_id = volunteers.volunteer_id
