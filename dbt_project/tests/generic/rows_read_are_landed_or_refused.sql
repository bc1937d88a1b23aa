{#- Batches whose rows do not add up. -#}
{% test rows_read_are_landed_or_refused(model) %}
    select dataset, batch_id, rows_read, rows_landed, rows_refused
    from {{ model }}
    where rows_read <> rows_landed + rows_refused
{% endtest %}
