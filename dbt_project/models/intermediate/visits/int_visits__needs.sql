{{ config(materialized="table") }}

with

    roll as (select * from {{ ref("int_visits__roll") }}),

    frequencies as (select * from {{ ref("visit_frequencies") }}),

    needs_of_groups as (
        select
            roll.county_code,
            roll.person_key,
            roll.group_code,
            roll.need_level_code,
            frequencies.every_days,
            roll.sex_code,
            roll.age_band_code,
            roll.grid_code,
            roll.community_code,
            roll.town_code,
            greatest(roll.valid_from_date, frequencies.valid_from_date) as valid_from_date,
            least(roll.valid_to_date, frequencies.valid_to_date) as valid_to_date,
            roll.source_id,
            roll.batch_id,
            roll.source_file_id,
            roll.source_row_number
        from roll
        inner join
            frequencies
            on frequencies.need_level_code = roll.need_level_code
            and {{ share_a_day("frequencies", "roll") }}
    ),

    days_of_change as (
        select county_code, person_key, valid_from_date
        from needs_of_groups
        union
        select county_code, person_key, valid_to_date as valid_from_date
        from needs_of_groups
        where valid_to_date is not null
    ),

    spans_of_persons as (
        select
            county_code,
            person_key,
            valid_from_date,
            lead(valid_from_date) over (
                partition by county_code, person_key order by valid_from_date
            ) as valid_to_date
        from days_of_change
    ),

    -- A person in two groups is visited as often as the stricter need asks, not twice.
    strictest_needs as (
        select
            needs_of_groups.county_code,
            needs_of_groups.person_key,
            needs_of_groups.group_code,
            needs_of_groups.need_level_code,
            needs_of_groups.every_days,
            needs_of_groups.sex_code,
            needs_of_groups.age_band_code,
            needs_of_groups.grid_code,
            needs_of_groups.community_code,
            needs_of_groups.town_code,
            spans_of_persons.valid_from_date,
            spans_of_persons.valid_to_date,
            needs_of_groups.source_id,
            needs_of_groups.batch_id,
            needs_of_groups.source_file_id,
            needs_of_groups.source_row_number
        from spans_of_persons
        inner join
            needs_of_groups
            on needs_of_groups.county_code = spans_of_persons.county_code
            and needs_of_groups.person_key = spans_of_persons.person_key
            and {{ holds_on("needs_of_groups", "spans_of_persons.valid_from_date") }}
        qualify
            row_number() over (
                partition by
                    spans_of_persons.county_code,
                    spans_of_persons.person_key,
                    spans_of_persons.valid_from_date
                order by needs_of_groups.every_days, needs_of_groups.group_code
            )
            = 1
    ),

    needs_in_turn as (
        select
            *,
            lag(valid_to_date) over (
                partition by county_code, person_key order by valid_from_date
            ) as previous_to_date,
            lag(need_level_code) over (
                partition by county_code, person_key order by valid_from_date
            ) as previous_level_code,
            lag(every_days) over (
                partition by county_code, person_key order by valid_from_date
            ) as previous_every_days
        from strictest_needs
    ),

    -- Another grid or another group does not begin the weeks anew; another need or a gap does.
    needs_of_spells as (
        select
            *,
            max(
                case
                    when
                        previous_to_date = valid_from_date
                        and previous_level_code = need_level_code
                        and previous_every_days = every_days
                    then null
                    else valid_from_date
                end
            ) over (
                partition by county_code, person_key
                order by valid_from_date
                rows between unbounded preceding and current row
            ) as spell_from_date
        from needs_in_turn
    )

select
    county_code,
    person_key,
    group_code,
    need_level_code,
    every_days,
    sex_code,
    age_band_code,
    grid_code,
    community_code,
    town_code,
    valid_from_date,
    valid_to_date,
    spell_from_date,
    case
        when
            count(*) over (partition by county_code, person_key, spell_from_date)
            = count(valid_to_date) over (partition by county_code, person_key, spell_from_date)
        then max(valid_to_date) over (partition by county_code, person_key, spell_from_date)
    end as spell_to_date,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from needs_of_spells
