{{ config(materialized="table") }}

with

    residents as (select * from {{ ref("stg_public_security__residents") }}),

    roll as (select * from {{ ref("stg_civil_affairs__special_group_roll") }}),

    age_bands as (select * from {{ ref("age_bands") }}),

    birth_months as (
        select birth_month_date
        from residents
        where birth_month_date is not null
        union
        select birth_month_date
        from roll
        where birth_month_date is not null
    )

-- Only the month of birth is known: a birthday is taken to be on the first of it.
select
    birth_months.birth_month_date,
    age_bands.age_band_code,
    greatest(
        {{ add_months("birth_months.birth_month_date", "age_bands.age_from * 12") }},
        age_bands.valid_from_date
    ) as valid_from_date,
    least(
        {{ add_months("birth_months.birth_month_date", "age_bands.age_to * 12") }},
        age_bands.valid_to_date
    ) as valid_to_date
from birth_months
cross join age_bands
where
    greatest(
        {{ add_months("birth_months.birth_month_date", "age_bands.age_from * 12") }},
        age_bands.valid_from_date
    ) < coalesce(
        least(
            {{ add_months("birth_months.birth_month_date", "age_bands.age_to * 12") }},
            age_bands.valid_to_date
        ),
        date '9999-12-31'
    )
