with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    needs as (select * from {{ ref("int_visits__needs") }}),

    spells as (
        select distinct
            needs.county_code,
            needs.person_key,
            needs.need_level_code,
            needs.every_days,
            needs.spell_from_date,
            needs.spell_to_date,
            counties.as_of_date,
            coalesce({{ add_days("needs.spell_to_date", -1) }}, counties.as_of_date) as last_date
        from needs
        inner join counties on counties.county_code = needs.county_code
    ),

    numbered_windows as (
        select
            *,
            {{
                each_number_to(
                    whole_times(days_between("spell_from_date", "last_date"), "every_days")
                )
            }} as window_number
        from spells
    ),

    windows as (
        select
            *,
            {{ add_days("spell_from_date", "window_number * every_days") }} as window_start_date,
            {{ add_days("spell_from_date", "(window_number + 1) * every_days") }}
            as whole_window_end_date
        from numbered_windows
    )

select
    county_code,
    person_key,
    need_level_code,
    every_days,
    window_start_date,
    least(whole_window_end_date, spell_to_date) as window_end_date,
    coalesce(spell_to_date < whole_window_end_date, false) as is_cut,
    least(whole_window_end_date, spell_to_date) <= as_of_date as is_ended,
    as_of_date
from windows
