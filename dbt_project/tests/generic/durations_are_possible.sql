{#- Cases with a duration below zero; working time is at most elapsed time. -#}
{% test durations_are_possible(model) %}
    select case_id, response_minutes, resolution_hours, working_hours, suspended_minutes
    from {{ model }}
    where
        response_minutes < 0
        or resolution_hours < 0
        or working_hours < -0.000001
        or suspended_minutes < 0
        or working_hours > resolution_hours + 0.000001
{% endtest %}
