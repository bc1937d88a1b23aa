{#- Intervals of persons: what holds of somebody from one day to another. -#}
{#- A day so many months later; the last day of the month where it has no such day. -#}
{% macro add_months(day, months) -%}
    {{ return(adapter.dispatch("add_months", "gridgov")(day, months)) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro spark__add_months(day, months) -%}
    add_months({{ day }}, cast({{ months }} as int))
{%- endmacro %}

{#- An expression that turns one row into a row for each whole number from zero to the last. -#}
{% macro each_number_to(last_number) -%}
    {{ return(adapter.dispatch("each_number_to", "gridgov")(last_number)) }}
{%- endmacro %}

{% macro default__each_number_to(last_number) -%}
    unnest(generate_series(0, cast({{ last_number }} as bigint)))
{%- endmacro %}

{% macro spark__each_number_to(last_number) -%}
    explode(sequence(0, cast({{ last_number }} as bigint)))
{%- endmacro %}

{#- How many whole times one count of days goes into another. -#}
{% macro whole_times(days, every_days) -%}
    cast(floor(cast({{ days }} as double) / {{ every_days }}) as bigint)
{%- endmacro %}

{#- Whether two versions with exclusive, nullable last days share a day. -#}
{% macro share_a_day(first, second) -%}
    ({{ first }}.valid_to_date is null or {{ second }}.valid_from_date < {{ first }}.valid_to_date)
    and (
        {{ second }}.valid_to_date is null
        or {{ first }}.valid_from_date < {{ second }}.valid_to_date
    )
{%- endmacro %}

{#-
    The first day after a delivered, inclusive last day, cut at the day after a death; null while
    what ends has not ended by the as-of day.

    Args:
        last_day: the delivered column, qualified.
        died_from_date: first day the person is no longer alive, or null.
        as_of_date: the county's day.
-#}
{% macro end_of(last_day, died_from_date, as_of_date) -%}
    case
        when least({{ add_days(last_day, 1) }}, {{ died_from_date }}) <= {{ as_of_date }}
        then least({{ add_days(last_day, 1) }}, {{ died_from_date }})
    end
{%- endmacro %}

{#- What a record says of its place, as one text: the key of int_people__places. -#}
{% macro place_key(record) -%}
    coalesce({{ record }}.grid_code, '')
    || '/'
    || coalesce({{ record }}.community_code, '')
    || '/'
    || coalesce({{ record }}.town_code, '')
{%- endmacro %}
