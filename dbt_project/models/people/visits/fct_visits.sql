with

    visits as (select * from {{ ref("int_visits__visits_placed") }}),

    visits_in_turn as (
        select
            *,
            row_number() over (
                partition by county_code, person_key, window_start_date
                order by case when is_seen then 0 else 1 end, visited_at, visit_id
            ) as turn
        from visits
    )

select
    visit_id,
    county_code,
    person_key,
    worker_code,
    group_code,
    need_level_code,
    sex_code,
    age_band_code,
    grid_code,
    community_code,
    town_code,
    visited_at,
    visited_date,
    visit_kind_code,
    outcome_code,
    case
        when window_start_date is not null then {{ obligation_id("visits_in_turn") }}
    end as obligation_id,
    is_seen,
    outcome_code = 'not_home' as is_not_home,
    outcome_code = 'refused' as is_refused,
    outcome_code = 'moved' as is_moved_away,
    coalesce(visit_kind_code = 'home', false) as is_home_visit,
    window_start_date is not null as is_on_roll,
    is_seen and window_start_date is not null as is_seen_on_roll,
    is_seen and window_start_date is not null and turn = 1 as is_meeting,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from visits_in_turn
