{{ config(materialized="table") }}

with

    service_cover as (select * from {{ ref("int_health__service_cover") }}),

    -- Several services may begin and end on the same days: each has a turn of its own.
    cover_in_order as (
        select
            *,
            row_number() over (
                partition by county_code, person_key
                order by
                    valid_from_date, coalesce(valid_to_date, date '9999-12-31') desc, service_code
            ) as turn
        from service_cover
        where is_in_scope
    ),

    cover_in_turn as (
        select
            *,
            max(coalesce(valid_to_date, date '9999-12-31')) over (
                partition by county_code, person_key
                order by turn
                rows between unbounded preceding and 1 preceding
            ) as covered_before_date
        from cover_in_order
    ),

    cover_of_spells as (
        select
            *,
            max(
                case when covered_before_date >= valid_from_date then null else valid_from_date end
            ) over (
                partition by county_code, person_key
                order by turn
                rows between unbounded preceding and current row
            ) as spell_from_date
        from cover_in_turn
    )

select
    county_code,
    person_key,
    spell_from_date as valid_from_date,
    case when count(*) = count(valid_to_date) then max(valid_to_date) end as valid_to_date
from cover_of_spells
group by county_code, person_key, spell_from_date
