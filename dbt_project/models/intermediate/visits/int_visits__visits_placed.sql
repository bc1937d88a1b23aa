{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    visits as (
        select *
        from
            {{
                sound_records(
                    "special_group_visits", ref("stg_civil_affairs__special_group_visits")
                )
            }}
    ),

    needs as (select * from {{ ref("int_visits__needs") }}),

    visits_as_of as (
        select visits.*, {{ local_date("visits.visited_at", "counties.time_zone") }} as visited_date
        from visits
        inner join counties on counties.county_code = visits.county_code
        where visits.visited_at <= counties.as_of_at
    )

select
    visits_as_of.source_id || ':' || visits_as_of.visit_number as visit_id,
    visits_as_of.county_code,
    visits_as_of.person_key,
    visits_as_of.worker_code,
    visits_as_of.visited_at,
    visits_as_of.visited_date,
    visits_as_of.visit_kind_code,
    visits_as_of.outcome_code,
    visits_as_of.outcome_code = 'seen' as is_seen,
    needs.group_code,
    needs.need_level_code,
    needs.sex_code,
    needs.age_band_code,
    needs.grid_code,
    needs.community_code,
    needs.town_code,
    {{
        add_days(
            "needs.spell_from_date",
            whole_times(
                days_between("needs.spell_from_date", "visits_as_of.visited_date"),
                "needs.every_days",
            )
            ~ " * needs.every_days",
        )
    }} as window_start_date,
    visits_as_of.source_id,
    visits_as_of.batch_id,
    visits_as_of.source_file_id,
    visits_as_of.source_row_number
from visits_as_of
left join
    needs
    on needs.county_code = visits_as_of.county_code
    and needs.person_key = visits_as_of.person_key
    and {{ holds_on("needs", "visits_as_of.visited_date") }}
