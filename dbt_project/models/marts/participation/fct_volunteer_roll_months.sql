with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    days as (select * from {{ ref("int_dates__working_days") }}),

    volunteers as (select * from {{ ref("int_participation__volunteers") }}),

    spells as (select * from {{ ref("int_participation__spells") }}),

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
    )

select
    months.county_code,
    volunteers.town_code,
    volunteers.community_code,
    months.month_date,
    months.counted_date,
    count(*) as registered_count,
    count(case when spells.is_active then 1 end) as active_count
from months
inner join volunteers on volunteers.county_code = months.county_code
inner join
    spells
    on spells.volunteer_id = volunteers.volunteer_id
    and {{ holds_on("spells", "months.counted_date") }}
group by
    months.county_code,
    volunteers.town_code,
    volunteers.community_code,
    months.month_date,
    months.counted_date
