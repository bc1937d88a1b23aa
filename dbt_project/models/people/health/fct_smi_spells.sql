{{ config(materialized="table") }}

with

    roll as (
        select * from {{ ref("int_visits__roll") }} where group_code = 'severe_mental_illness'
    ),

    followups as (select * from {{ ref("fct_health_followups") }} where condition_code = 'smi'),

    -- A follow-up fails on the day after it was due, and counts from the day it is done. Until the
    -- first one, nobody can be managed to standard.
    judgements as (
        select county_code, person_key, followed_date as judged_date, is_to_standard, 1 as is_done
        from followups
        where is_done
        union all
        select
            county_code,
            person_key,
            {{ add_days("due_date", 1) }} as judged_date,
            false as is_to_standard,
            0 as is_done
        from followups
        where is_overdue or followed_date > due_date
        union all
        select distinct
            county_code,
            person_key,
            date '1900-01-01' as judged_date,
            false as is_to_standard,
            0 as is_done
        from roll
    ),

    judgements_of_days as (
        select county_code, person_key, judged_date as valid_from_date, is_to_standard
        from judgements
        qualify
            row_number() over (
                partition by county_code, person_key, judged_date
                order by is_done desc, case when is_to_standard then 0 else 1 end
            )
            = 1
    ),

    judgements_in_turn as (
        select
            *,
            lead(valid_from_date) over (
                partition by county_code, person_key order by valid_from_date
            ) as valid_to_date
        from judgements_of_days
    )

select
    roll.county_code,
    roll.person_key,
    roll.need_level_code,
    roll.sex_code,
    roll.age_band_code,
    roll.grid_code,
    roll.community_code,
    roll.town_code,
    greatest(roll.valid_from_date, judgements_in_turn.valid_from_date) as valid_from_date,
    least(roll.valid_to_date, judgements_in_turn.valid_to_date) as valid_to_date,
    judgements_in_turn.is_to_standard as is_managed,
    judgements_in_turn.valid_from_date > date '1900-01-01' as is_judged,
    judgements_in_turn.valid_from_date = date '1900-01-01' as is_not_yet_judged,
    roll.source_id,
    roll.batch_id,
    roll.source_file_id,
    roll.source_row_number
from roll
inner join
    judgements_in_turn
    on judgements_in_turn.county_code = roll.county_code
    and judgements_in_turn.person_key = roll.person_key
    and {{ share_a_day("judgements_in_turn", "roll") }}
