{#- What a record says happened after the as-of time has not happened. -#}
{% macro happened(column) -%}
    case
        when records.{{ column }} <= counties.as_of_at then records.{{ column }}
    end as {{ column }}
{%- endmacro %}

{#- Columns that every dataset of cases has, whatever the department. -#}
{% macro case_columns() -%}
    {{
        return(
            [
                "case_number",
                "category_code",
                "major_category_code",
                "department_code",
                "channel_code",
                "grid_code",
                "community_code",
                "town_code",
                "longitude",
                "latitude",
                "reported_at",
                "accepted_at",
                "filed_at",
                "dispatched_at",
                "first_response_at",
                "handled_at",
                "checked_at",
                "closed_at",
                "due_at",
                "response_due_at",
                "voided_at",
                "suspended_at",
                "resumed_at",
                "deferred_at",
                "duplicate_of_number",
                "severity_code",
                "rework_count",
                "dispatch_count",
                "extension_count",
                "updated_at",
                "is_fallback_point",
                "source_id",
                "county_code",
                "batch_id",
                "source_file_id",
                "source_row_number",
                "received_at",
            ]
        )
    }}
{%- endmacro %}

{#-
    Records of several datasets of cases, one after the other.

    Args:
        datasets: names of relations, each called as its dataset.
        alerts: datasets that say whether an alarm proved false.
-#}
{% macro union_of_cases(datasets, alerts) -%}
    {%- for dataset in datasets %}
        select
            '{{ dataset }}' as dataset,
            {{ case_columns() | join(", ") }},
            {{ "is_false_alarm" if dataset in alerts else "cast(null as boolean)" }}
            as is_false_alarm
        from {{ dataset }} {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
    Working minutes from the first day of the calendar to a wall-clock time. Every working day of
    a county has the same shifts, so whole days are a multiple and only the last day is looked at.

    Args:
        days: alias of the row of int_dates__working_days of that time's day.
        local_at: the wall-clock time.
-#}
{% macro working_minutes_until(days, local_at) -%}
    (
        {{ days }}.workdays_before * {{ days }}.day_working_minutes + case
            when {{ days }}.is_workday
            then
                {%- for shift in (1, 2, 3) %}
                    {%- set start = days ~ ".shift_" ~ shift ~ "_start_minute" %}
                    {%- set end = days ~ ".shift_" ~ shift ~ "_end_minute" %}
                    {{ "+ " if not loop.first -}}
                    greatest(least({{ minutes_of_day(local_at) }}, {{ end }}) - {{ start }}, 0.0)
                {%- endfor %}
            else 0.0
        end
    )
{%- endmacro %}

{#-
    The instant at which so many working minutes of a working day have gone by: the inverse of
    working_minutes_until for a day's part above zero and up to the whole day.

    Args:
        days: alias of the row of int_dates__working_days of that day.
        minutes: working minutes of the day, in (0, day_working_minutes].
-#}
{% macro instant_of_working_minutes(days, minutes) -%}
    {%- set first = "(" ~ days ~ ".shift_1_end_minute - " ~ days ~ ".shift_1_start_minute)" -%}
    {%- set second = "(" ~ days ~ ".shift_2_end_minute - " ~ days ~ ".shift_2_start_minute)" -%}
    {%- set minute_of_day -%}
        case
            when {{ minutes }} <= {{ first }}
            then {{ days }}.shift_1_start_minute + {{ minutes }}
            when {{ minutes }} <= {{ first }} + {{ second }}
            then {{ days }}.shift_2_start_minute + {{ minutes }} - {{ first }}
            else {{ days }}.shift_3_start_minute + {{ minutes }} - {{ first }} - {{ second }}
        end
    {%- endset -%}
    {{
        instant_of(
            add_seconds(
                "cast(" ~ days ~ ".calendar_date as timestamp)", "(" ~ minute_of_day ~ ") * 60.0"
            ),
            days ~ ".time_zone",
        )
    }}
{%- endmacro %}

{#- Within how many days after its closing a case reported again at its place has recurred. -#}
{% macro recurrence_days() -%} {{ return(30) }} {%- endmacro %}

{#- In which of the stretches of so many days since 1970 an instant lies, as a bigint. -#}
{% macro stretch_of(at) -%}
    cast(
        floor(
            {{ seconds_between("timestamp '1970-01-01 00:00:00+00'", at) }}
            / {{ recurrence_days() * 86400.0 }}
        ) as bigint
    )
{%- endmacro %}
