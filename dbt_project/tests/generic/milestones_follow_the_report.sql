{#- Cases of which something is said to have happened before they were reported. -#}
{% test milestones_follow_the_report(model) %}
    {%- set milestones = [
        "accepted",
        "filed",
        "dispatched",
        "first_response",
        "handled",
        "checked",
        "closed",
        "voided",
    ] %}
    select case_id
    from {{ model }}
    where
        {%- for milestone in milestones %}
            {{ milestone }}_at < reported_at{{ " or" if not loop.last }}
        {%- endfor %}
{% endtest %}
