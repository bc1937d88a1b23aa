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
