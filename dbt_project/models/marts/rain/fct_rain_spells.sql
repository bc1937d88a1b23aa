with

    spells as (select * from {{ ref("int_rain__thresholds_reached") }}),

    thresholds as (select * from {{ ref("rain_thresholds") }}),

    warnings as (select * from {{ ref("int_rain__warnings") }}),

    -- How severe a colour is, is the same in every edition.
    severities as (select distinct colour_code, severity_number from thresholds),

    town_spells as (
        select spells.*, severities.severity_number
        from spells
        inner join severities on severities.colour_code = spells.colour_code
        where spells.area_level = 'town'
    ),

    -- A more severe warning warns of the milder colours too.
    warned_spells as (
        select
            town_spells.county_code,
            town_spells.area_code,
            town_spells.colour_code,
            town_spells.reached_at,
            min(warnings.issued_at) as first_warned_at
        from town_spells
        inner join
            warnings
            on warnings.county_code = town_spells.county_code
            and (warnings.area_level = 'county' or warnings.area_code = town_spells.area_code)
            and warnings.issued_at <= town_spells.last_reached_at
            and (warnings.lifted_at is null or warnings.lifted_at > town_spells.reached_at)
        inner join
            severities
            on severities.colour_code = warnings.colour_code
            and severities.severity_number >= town_spells.severity_number
        group by all
    )

select
    town_spells.county_code,
    town_spells.area_code as town_code,
    town_spells.colour_code,
    town_spells.severity_number,
    town_spells.reached_at,
    town_spells.last_reached_at,
    town_spells.reached_hours,
    town_spells.highest_window_mm,
    warned_spells.first_warned_at,
    warned_spells.first_warned_at is not null as is_warned,
    warned_spells.first_warned_at is null as is_missed
from town_spells
left join
    warned_spells
    on warned_spells.county_code = town_spells.county_code
    and warned_spells.area_code = town_spells.area_code
    and warned_spells.colour_code = town_spells.colour_code
    and warned_spells.reached_at = town_spells.reached_at
