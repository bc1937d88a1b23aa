{#-
    The deadlines that configured limits give: the keys and limit_due_at, null for a unit not known
    here or an end beyond the calendar.

    A limit in working days leaves out the day it starts on and ends when the last day's work ends;
    one in working hours runs in the county's shifts; one in natural days or hours runs by the
    clock, a day being 24 hours.

    Args:
        records: relation with county_code, limit_value and limit_unit.
        keys: its columns that name a record.
        start_at: its column with the instant the limit runs from.
        start_date: its column with the local day of that instant.
-#}
{% macro limit_deadlines(records, keys, start_at, start_date) -%}
    (
        with
            hour_targets as (
                select
                    {%- for key in keys %} limited.{{ key }}, {%- endfor %}
                    limited.county_code,
                    {{
                        working_microseconds_until(
                            "days", local_time("limited." ~ start_at, "days.time_zone")
                        )
                    }}
                    + {{ microseconds_of_minutes("limited.limit_value * 60.0") }}
                    as target_microseconds
                from {{ records }} as limited
                inner join
                    {{ ref("int_dates__working_days") }} as days
                    on days.county_code = limited.county_code
                    and days.calendar_date = limited.{{ start_date }}
                where limited.limit_unit = 'working_hours'
            ),

            hour_limits as (select * from {{ after_working_time("hour_targets", keys) }} as reached)

        select
            {%- for key in keys %} limited.{{ key }}, {%- endfor %}
            case
                limited.limit_unit
                when 'natural_hours'
                then {{ add_seconds("limited." ~ start_at, "limited.limit_value * 3600.0") }}
                when 'natural_days'
                then {{ add_seconds("limited." ~ start_at, "limited.limit_value * 86400.0") }}
                when 'working_hours'
                then hour_limits.reached_at
                when 'working_days'
                then
                    {{
                        instant_of_working_microseconds(
                            "last_days", "last_days.working_microseconds"
                        )
                    }}
            end as limit_due_at
        from {{ records }} as limited
        left join
            hour_limits
            on {% for key in keys %}
                {{ "and " if not loop.first -}} hour_limits.{{ key }} = limited.{{ key }}
            {% endfor %}
        left join
            {{ ref("int_dates__working_days") }} as start_days
            on limited.limit_unit = 'working_days'
            and start_days.county_code = limited.county_code
            and start_days.calendar_date = limited.{{ start_date }}
        left join
            {{ ref("int_dates__working_days") }} as last_days
            on last_days.county_code = start_days.county_code
            and last_days.is_workday
            and last_days.workdays_before
            = start_days.workdays_before
            + case when start_days.is_workday then 1 else 0 end
            + cast(limited.limit_value as bigint)
            - 1
    )
{%- endmacro %}
