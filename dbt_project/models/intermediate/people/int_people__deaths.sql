with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    residents as (
        select * from {{ sound_records("residents", ref("stg_public_security__residents")) }}
    ),

    roll as (
        select *
        from {{ sound_records("special_group_roll", ref("stg_civil_affairs__special_group_roll")) }}
    ),

    last_days as (
        select county_code, person_key, resident_to_date as died_date
        from residents
        where leave_reason_code = 'died' and resident_to_date is not null
        union all
        select county_code, person_key, roll_to_date as died_date
        from roll
        where end_reason_code = 'died' and roll_to_date is not null
    )

select
    last_days.county_code,
    last_days.person_key,
    {{ add_days("min(last_days.died_date)", 1) }} as died_from_date
from last_days
inner join counties on counties.county_code = last_days.county_code
where {{ add_days("last_days.died_date", 1) }} <= counties.as_of_date
group by last_days.county_code, last_days.person_key
