{#-
    The deadline that a configured limit gives: id and limit_due_at, null for a unit not known here.

    A limit in working days leaves out the day it starts on and ends when the last day's work ends;
    one in natural days or hours runs by the clock.

    Args:
        records: relation with county_code, limit_value and limit_unit.
        id: its column that names the record.
        start_at: its column with the instant the limit runs from.
        start_date: its column with the local day of that instant.
-#}
{% macro limit_deadlines(records, id, start_at, start_date) -%}
    (
        select
            limited.{{ id }},
            case
                limited.limit_unit
                when 'natural_hours'
                then {{ add_seconds("limited." ~ start_at, "limited.limit_value * 3600.0") }}
                when 'natural_days'
                then {{ add_seconds("limited." ~ start_at, "limited.limit_value * 86400.0") }}
                when 'working_days'
                then {{ instant_of_working_minutes("last_days", "last_days.day_working_minutes") }}
            end as limit_due_at
        from {{ records }} as limited
        left join
            {{ ref("int_dates__working_days") }} as start_days
            on start_days.county_code = limited.county_code
            and start_days.calendar_date = limited.{{ start_date }}
        left join
            {{ ref("int_dates__working_days") }} as last_days
            on limited.limit_unit = 'working_days'
            and last_days.county_code = limited.county_code
            and last_days.is_workday
            and last_days.workdays_before
            = start_days.workdays_before
            + case when start_days.is_workday then 1 else 0 end
            + cast(limited.limit_value as bigint)
            - 1
    )
{%- endmacro %}
