{#-
    A division's name without the word for its kind, which is what stays when a township becomes a
    town (蕉溪乡, 蕉溪镇) or a committee is written in full (城西社区, 城西社区居民委员会). A name that is
    nothing else stays whole.
-#}
{% macro division_stem(name) -%}
    {%- set kinds -%}
        ((社区|村)?(居民委员会|村民委员会|居委会|村委会)|街道办事处|街道|地区办事处|社区|苏木|镇|乡|村)$
    {%- endset -%}
    coalesce(nullif(regexp_replace({{ name }}, '{{ kinds | trim }}', ''), ''), {{ name }})
{%- endmacro %}
