{#- The id of a visit obligation: a person owes one from each first day of a window. -#}
{% macro obligation_id(record) -%}
    {{ record }}.county_code
    || ':'
    || {{ record }}.person_key
    || ':'
    || cast({{ record }}.window_start_date as varchar)
{%- endmacro %}
