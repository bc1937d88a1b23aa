with

    warnings as (select * from {{ ref("int_rain__warnings") }}),

    hours as (select * from {{ ref("int_rain__hours") }}),

    spells as (select * from {{ ref("int_rain__thresholds_reached") }}),

    actions as (select * from {{ ref("int_rain__actions") }}),

    validities as (
        select
            *,
            coalesce(lifted_at, as_of_at) as end_at,
            lifted_at is null as is_in_force,
            {{ hour_number("coalesce(lifted_at, as_of_at)") }}
            - {{ hour_number("issued_at") }} as hour_count
        from warnings
    ),

    -- Rain that had reached the threshold before the warning and still did makes the warning late.
    first_reached as (
        select validities.warning_id, min(spells.reached_at) as threshold_reached_at
        from validities
        inner join
            spells
            on spells.county_code = validities.county_code
            and spells.area_level = validities.area_level
            and spells.area_code = validities.area_code
            and spells.colour_code = validities.colour_code
            and spells.reached_at <= validities.end_at
            and spells.last_reached_at >= validities.issued_at
        group by validities.warning_id
    ),

    hours_of_areas as (
        select county_code, 'town' as area_level, town_code as area_code, hour_number
        from hours
        where town_code is not null
        group by county_code, town_code, hour_number
        union all
        select county_code, 'county' as area_level, county_code as area_code, hour_number
        from hours
        group by county_code, hour_number
    ),

    observed_hours as (
        select validities.warning_id, count(*) as observed_hour_count
        from validities
        inner join
            hours_of_areas
            on hours_of_areas.county_code = validities.county_code
            and hours_of_areas.area_level = validities.area_level
            and hours_of_areas.area_code = validities.area_code
            and hours_of_areas.hour_number > {{ hour_number("validities.issued_at") }}
            and hours_of_areas.hour_number <= {{ hour_number("validities.end_at") }}
        group by validities.warning_id
    ),

    actions_of_warnings as (
        select
            warning_id,
            count(*) as notified_count,
            count(acknowledged_at) as acknowledged_count,
            sum(persons_to_move_count) as persons_to_move_count,
            sum(moved_count) as moved_count,
            median(acknowledge_minutes) as acknowledge_minutes_median
        from actions
        group by warning_id
    ),

    warnings_judged as (
        select
            validities.*,
            first_reached.threshold_reached_at,
            first_reached.threshold_reached_at is not null as is_reached,
            coalesce(observed_hours.observed_hour_count, 0) as observed_hour_count,
            coalesce(observed_hours.observed_hour_count, 0)
            < validities.hour_count as is_rain_missing
        from validities
        left join first_reached on first_reached.warning_id = validities.warning_id
        left join observed_hours on observed_hours.warning_id = validities.warning_id
    )

-- That nothing was reached is only known where every hour was observed.
select
    warnings_judged.warning_id,
    warnings_judged.county_code,
    'weather' as department_code,
    warnings_judged.colour_code,
    warnings_judged.area_level,
    warnings_judged.town_code,
    warnings_judged.issued_at,
    warnings_judged.issued_date,
    warnings_judged.lifted_at,
    warnings_judged.threshold_reached_at,
    {{ seconds_between("warnings_judged.issued_at", "warnings_judged.threshold_reached_at") }}
    / 60.0 as lead_minutes,
    warnings_judged.hour_count,
    warnings_judged.observed_hour_count,
    coalesce(actions_of_warnings.notified_count, 0) as notified_count,
    coalesce(actions_of_warnings.acknowledged_count, 0) as acknowledged_count,
    cast(coalesce(actions_of_warnings.persons_to_move_count, 0) as bigint) as persons_to_move_count,
    cast(coalesce(actions_of_warnings.moved_count, 0) as bigint) as moved_count,
    actions_of_warnings.acknowledge_minutes_median,
    warnings_judged.is_in_force,
    warnings_judged.is_reached,
    warnings_judged.is_reached
    and warnings_judged.threshold_reached_at < warnings_judged.issued_at as is_late,
    not warnings_judged.is_reached
    and not warnings_judged.is_in_force
    and not warnings_judged.is_rain_missing as is_false_warning,
    not warnings_judged.is_reached
    and not warnings_judged.is_in_force
    and warnings_judged.is_rain_missing as is_outcome_unknown,
    not warnings_judged.is_reached and warnings_judged.is_in_force as is_not_yet_known,
    warnings_judged.is_reached
    or (not warnings_judged.is_in_force and not warnings_judged.is_rain_missing) as is_judged,
    warnings_judged.source_id,
    warnings_judged.batch_id,
    warnings_judged.source_file_id,
    warnings_judged.source_row_number
from warnings_judged
left join actions_of_warnings on actions_of_warnings.warning_id = warnings_judged.warning_id
