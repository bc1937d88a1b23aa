{#- Rows in which any of the columns is below zero, roundings apart: no duration or count can be. -#}
{% test never_negative(model, columns) %}
    select {{ columns | join(", ") }}
    from {{ model }}
    where
        {%- for column in columns %}
            {{ column }} < -0.000001{{ " or" if not loop.last }}
        {%- endfor %}
{% endtest %}
