with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    followups as (
        select * from {{ sound_records("health_followups", ref("stg_health__health_followups")) }}
    ),

    persons as (select * from {{ ref("int_people__persons") }}),

    age_spans as (select * from {{ ref("int_people__age_spans") }}),

    residences as (select * from {{ ref("int_people__residences") }}),

    roll as (select * from {{ ref("int_visits__roll") }}),

    -- A follow-up that is not due yet has not failed, whatever a later record says of it.
    followups_as_of as (
        select
            followups.*,
            counties.as_of_date,
            least(followups.due_date, counties.as_of_date) as placed_date,
            case
                when followups.followed_at <= counties.as_of_at then followups.followed_at
            end as happened_at,
            {{ local_date("followups.followed_at", "counties.time_zone") }} as happened_date,
            coalesce(
                followups.outcome_code = 'seen' and followups.followed_at <= counties.as_of_at,
                false
            ) as is_done,
            followups.due_date < counties.as_of_date as is_due_passed
        from followups
        inner join counties on counties.county_code = followups.county_code
    )

select
    followups_as_of.source_id || ':' || followups_as_of.followup_number as followup_id,
    followups_as_of.county_code,
    followups_as_of.person_key,
    followups_as_of.condition_code,
    followups_as_of.risk_level_code,
    persons.sex_code,
    age_spans.age_band_code,
    residences.grid_code,
    residences.community_code,
    residences.town_code,
    followups_as_of.due_date,
    followups_as_of.happened_at as followed_at,
    case
        when followups_as_of.happened_at is not null then followups_as_of.happened_date
    end as followed_date,
    case
        when followups_as_of.is_done or followups_as_of.is_due_passed
        then followups_as_of.outcome_code
    end as outcome_code,
    followups_as_of.is_done or followups_as_of.is_due_passed as is_due,
    followups_as_of.is_done,
    followups_as_of.is_done
    and followups_as_of.happened_date <= followups_as_of.due_date as is_done_on_time,
    followups_as_of.is_done and coalesce(followups_as_of.is_to_standard, false) as is_to_standard,
    followups_as_of.is_due_passed
    and not followups_as_of.is_done
    and coalesce(followups_as_of.outcome_code = 'lost', false) as is_lost,
    followups_as_of.is_due_passed
    and not followups_as_of.is_done
    and coalesce(followups_as_of.outcome_code = 'refused', false) as is_refused,
    not followups_as_of.is_done and not followups_as_of.is_due_passed as is_not_yet_due,
    followups_as_of.is_due_passed and not followups_as_of.is_done as is_overdue,
    case
        when followups_as_of.is_due_passed and not followups_as_of.is_done
        then {{ days_between("followups_as_of.due_date", "followups_as_of.as_of_date") }}
    end as overdue_days,
    roll.person_key is not null as is_on_smi_roll,
    residences.person_key is not null as is_resident,
    followups_as_of.source_id,
    followups_as_of.batch_id,
    followups_as_of.source_file_id,
    followups_as_of.source_row_number
from followups_as_of
left join
    persons
    on persons.county_code = followups_as_of.county_code
    and persons.person_key = followups_as_of.person_key
left join
    age_spans
    on age_spans.birth_month_date = persons.birth_month_date
    and {{ holds_on("age_spans", "followups_as_of.placed_date") }}
left join
    residences
    on residences.county_code = followups_as_of.county_code
    and residences.person_key = followups_as_of.person_key
    and {{ holds_on("residences", "followups_as_of.placed_date") }}
left join
    roll
    on roll.county_code = followups_as_of.county_code
    and roll.person_key = followups_as_of.person_key
    and roll.group_code = 'severe_mental_illness'
    and {{ holds_on("roll", "followups_as_of.placed_date") }}
