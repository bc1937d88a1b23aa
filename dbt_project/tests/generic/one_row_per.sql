{#- The columns together are a key: rows that share one, nulls counted as equal. -#}
{% test one_row_per(model, columns) %}
    select {{ columns | join(", ") }}, count(*) as row_count
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1
{% endtest %}
