{{ config(materialized="table") }}

with

    service_cover as (select * from {{ ref("int_health__service_cover") }}),

    cover_in_turn as (
        select
            county_code,
            person_key,
            valid_from_date,
            valid_to_date,
            max(coalesce(valid_to_date, date '9999-12-31')) over (
                partition by county_code, person_key
                order by valid_from_date, coalesce(valid_to_date, date '9999-12-31') desc
                rows between unbounded preceding and 1 preceding
            ) as covered_before_date
        from service_cover
        where is_in_scope
    ),

    cover_of_spells as (
        select
            *,
            max(
                case when covered_before_date >= valid_from_date then null else valid_from_date end
            ) over (
                partition by county_code, person_key
                order by valid_from_date, coalesce(valid_to_date, date '9999-12-31') desc
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
