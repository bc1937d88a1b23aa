with

    obligations as (select * from {{ ref("int_visits__obligations_spread") }}),

    visits as (select * from {{ ref("int_visits__visits_placed") }}),

    -- Windows of a person do not overlap, so a visit falls in one and never meets a second.
    visits_of_windows as (
        select
            county_code,
            person_key,
            window_start_date,
            count(*) as visit_count,
            min(case when is_seen then visited_at end) as met_at
        from visits
        where window_start_date is not null
        group by county_code, person_key, window_start_date
    )

select
    obligations.county_code,
    obligations.person_key,
    obligations.need_level_code,
    obligations.every_days,
    obligations.window_start_date,
    obligations.window_end_date,
    {{ add_days("obligations.window_end_date", -1) }} as due_date,
    obligations.is_cut,
    obligations.is_ended,
    obligations.as_of_date,
    coalesce(visits_of_windows.visit_count, 0) as visit_count,
    visits_of_windows.met_at
from obligations
left join
    visits_of_windows
    on visits_of_windows.county_code = obligations.county_code
    and visits_of_windows.person_key = obligations.person_key
    and visits_of_windows.window_start_date = obligations.window_start_date
