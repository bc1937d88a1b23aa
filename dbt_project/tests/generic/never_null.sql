{#- Rows in which any of the columns is null: one scan for all of them. -#}
{% test never_null(model, columns) %}
    select {{ columns | join(", ") }}
    from {{ model }}
    where
        {%- for column in columns %} {{ column }} is null{{ " or" if not loop.last }} {%- endfor %}
{% endtest %}
