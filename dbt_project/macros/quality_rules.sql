{#- Generated from etl/contracts by `python -m etl.reference`; do not edit. -#}
-- fmt: off
{#- Datasets with a build-time rule that keeps a record from the marts. -#}
{% macro datasets_with_error_rules() -%}
    {{ return([
        "service_approval_steps",
        "special_group_visits",
        "council_votes",
        "mediation_steps",
        "volunteer_services",
        "rain_observations",
        "warning_actions",
    ]) }}
{%- endmacro %}
