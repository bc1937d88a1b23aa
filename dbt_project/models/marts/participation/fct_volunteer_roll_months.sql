-- Days in which a volunteer has to have served to count as active.
{% set active_days = 90 %}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    volunteers as (select * from {{ ref("int_participation__volunteers") }}),

    services as (select * from {{ ref("int_participation__services") }}),

    -- A month is counted on its last day, the running one on the as-of day.
    months as (
        select
            days.county_code,
            cast(date_trunc('month', days.calendar_date) as date) as month_date,
            max(days.calendar_date) as counted_date
        from days
        inner join counties on counties.county_code = days.county_code
        where days.calendar_date <= counties.as_of_date
        group by days.county_code, cast(date_trunc('month', days.calendar_date) as date)
    ),

    registered as (
        select
            months.county_code,
            months.month_date,
            months.counted_date,
            volunteers.volunteer_id,
            volunteers.community_code,
            volunteers.town_code
        from months
        inner join
            volunteers
            on volunteers.county_code = months.county_code
            and volunteers.registered_date <= months.counted_date
            and (volunteers.left_date is null or volunteers.left_date > months.counted_date)
    ),

    service_days as (
        select distinct county_code, volunteer_id, started_date
        from services
        where not is_redemption
    ),

    active as (
        select distinct months.month_date, service_days.volunteer_id
        from months
        inner join
            service_days
            on service_days.county_code = months.county_code
            and service_days.started_date <= months.counted_date
            and service_days.started_date > {{ add_days("months.counted_date", "-" ~ active_days) }}
    )

select
    registered.county_code,
    registered.town_code,
    registered.community_code,
    registered.month_date,
    registered.counted_date,
    count(*) as registered_count,
    count(active.volunteer_id) as active_count
from registered
left join
    active
    on active.volunteer_id = registered.volunteer_id
    and active.month_date = registered.month_date
group by
    registered.county_code,
    registered.town_code,
    registered.community_code,
    registered.month_date,
    registered.counted_date
