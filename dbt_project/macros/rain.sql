{#- Hours over which rain is summed. -#}
{% macro rain_windows() -%} {{ return([3, 6, 12, 24]) }} {%- endmacro %}

{#- Whole hours from the beginning of 1970 to an instant, as a bigint. -#}
{% macro hour_number(at) -%}
    {{ return(adapter.dispatch("hour_number", "gridgov")(at)) }}
{%- endmacro %}

{% macro default__hour_number(at) -%}
    cast(floor(cast(epoch_us({{ at }}) as double) / 3600000000.0) as bigint)
{%- endmacro %}

{% macro spark__hour_number(at) -%}
    cast(floor(cast(unix_micros({{ at }}) as double) / 3600000000.0) as bigint)
{%- endmacro %}
