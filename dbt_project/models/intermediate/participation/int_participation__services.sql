{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    volunteers as (select * from {{ ref("int_participation__volunteers") }}),

    records as (
        select *
        from {{ sound_records("volunteer_services", ref("stg_grid_centre__volunteer_services")) }}
    ),

    -- Services come by another source than the volunteer, so the number in the county joins them.
    -- Where two sources use one number, a service is of one volunteer only: its own source's first.
    -- The hours of a service that has not ended are not served yet.
    services_as_of as (
        select
            records.source_id || ':' || records.service_number as service_id,
            volunteers.volunteer_id,
            volunteers.person_key,
            records.source_id,
            records.county_code,
            records.service_kind_code,
            cast(null as varchar) as reported_grid_code,
            coalesce(records.community_code, volunteers.community_code) as reported_community_code,
            cast(null as varchar) as reported_town_code,
            records.started_at,
            {{ happened("ended_at") }},
            case
                when
                    records.service_kind_code <> 'redemption'
                    and coalesce(records.ended_at, records.started_at) <= counties.as_of_at
                then
                    coalesce(
                        records.service_hours,
                        {{ seconds_between("records.started_at", "records.ended_at") }} / 3600.0
                    )
            end as service_hours,
            coalesce(records.points_issued, 0) as points_issued,
            coalesce(records.points_redeemed, 0) as points_redeemed,
            records.service_kind_code = 'redemption' as is_redemption,
            {{ local_date("records.started_at", "counties.time_zone") }} as started_date,
            counties.as_of_date,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        inner join
            volunteers
            on volunteers.county_code = records.county_code
            and volunteers.volunteer_number = records.volunteer_number
        where records.started_at <= counties.as_of_at
        qualify {{ is_of_first_parent("records", ["source_id", "service_number"], "volunteers") }}
    )

select
    service_id,
    volunteer_id,
    person_key,
    source_id,
    county_code,
    service_kind_code,
    community_code,
    town_code,
    started_at,
    ended_at,
    service_hours,
    points_issued,
    points_redeemed,
    is_redemption,
    started_date,
    as_of_date,
    batch_id,
    source_file_id,
    source_row_number
from {{ with_areas_of_the_day("services_as_of", "started_date") }} as located
