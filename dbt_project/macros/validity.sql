{#- What holds always has this first day, so that a version's key has no null. -#}
{% macro first_day_of_validity() -%} coalesce(valid_from_date, date '1900-01-01') {%- endmacro %}

{#- Whether a version with an exclusive, nullable last day holds on a day. -#}
{% macro holds_on(version, day) -%}
    {{ day }} >= {{ version }}.valid_from_date
    and ({{ version }}.valid_to_date is null or {{ day }} < {{ version }}.valid_to_date)
{%- endmacro %}
