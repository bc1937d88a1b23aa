with

    obligations as (select * from {{ ref("int_visits__obligations_matched") }}),

    needs as (select * from {{ ref("int_visits__needs") }}),

    visits as (select * from {{ ref("int_visits__visits_placed") }}),

    last_seen as (
        select county_code, person_key, max(visited_date) as last_seen_date
        from visits
        where is_seen
        group by county_code, person_key
    ),

    persons_on_the_roll as (
        select distinct county_code, person_key from needs where valid_to_date is null
    ),

    -- A window that was cut short by a death, a removal or a change of need was never due whole.
    obligations_judged as (
        select
            *,
            met_at is not null as is_met,
            is_ended and not is_cut as is_due,
            not is_ended and not is_cut as is_not_yet_due,
            is_ended and not is_cut and met_at is null as is_overdue
        from obligations
    )

-- Area, group and age are those of the last day of the window: whoever was in charge then owed it.
select
    {{ obligation_id("obligations_judged") }} as obligation_id,
    obligations_judged.county_code,
    obligations_judged.person_key,
    needs.group_code,
    obligations_judged.need_level_code,
    obligations_judged.every_days,
    needs.sex_code,
    needs.age_band_code,
    needs.grid_code,
    needs.community_code,
    needs.town_code,
    obligations_judged.window_start_date,
    obligations_judged.window_end_date,
    obligations_judged.due_date,
    obligations_judged.is_due,
    obligations_judged.is_met,
    obligations_judged.is_not_yet_due,
    obligations_judged.is_overdue,
    obligations_judged.is_cut,
    obligations_judged.is_overdue
    and persons_on_the_roll.person_key is not null
    and coalesce(
        last_seen.last_seen_date < obligations_judged.window_start_date, true
    ) as is_still_overdue,
    obligations_judged.visit_count > 0 and not obligations_judged.is_met as is_unreachable,
    case
        when obligations_judged.is_overdue
        then {{ days_between("obligations_judged.due_date", "obligations_judged.as_of_date") }}
    end as overdue_days,
    obligations_judged.visit_count,
    obligations_judged.met_at,
    needs.source_id,
    needs.batch_id,
    needs.source_file_id,
    needs.source_row_number
from obligations_judged
inner join
    needs
    on needs.county_code = obligations_judged.county_code
    and needs.person_key = obligations_judged.person_key
    and {{ holds_on("needs", "obligations_judged.due_date") }}
left join
    last_seen
    on last_seen.county_code = obligations_judged.county_code
    and last_seen.person_key = obligations_judged.person_key
left join
    persons_on_the_roll
    on persons_on_the_roll.county_code = obligations_judged.county_code
    and persons_on_the_roll.person_key = obligations_judged.person_key
