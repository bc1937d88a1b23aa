{{ config(materialized="table") }}

{#- Dataset → its staging model and the time at which what a record tells of happened, where it has
    one. A planned day (the first of a spell, the last of a limit, the hour a forecast is for) tells
    nothing of now. Boundaries and codes are no news of what happened: they are not here. -#}
{% set datasets = {
    "grid_events": [ref("stg_grid_centre__grid_events"), "reported_at"],
    "city_cases": [ref("stg_urban_management__city_cases"), "reported_at"],
    "police_incidents": [ref("stg_public_security__police_incidents"), "reported_at"],
    "device_alerts": [ref("stg_urban_management__device_alerts"), "reported_at"],
    "wristband_alerts": [ref("stg_health__wristband_alerts"), "reported_at"],
    "followups": [ref("stg_grid_centre__followups"), "called_at"],
    "mediation_cases": [ref("stg_grid_centre__mediation_cases"), "reported_at"],
    "mediation_steps": [ref("stg_grid_centre__mediation_steps"), "started_at"],
    "service_applications": [
        ref("stg_civil_affairs__service_applications"),
        "submitted_at",
    ],
    "service_approval_steps": [
        ref("stg_civil_affairs__service_approval_steps"),
        "started_at",
    ],
    "special_group_roll": [ref("stg_civil_affairs__special_group_roll"), none],
    "special_group_visits": [
        ref("stg_civil_affairs__special_group_visits"),
        "visited_at",
    ],
    "council_proposals": [ref("stg_grid_centre__council_proposals"), "proposed_at"],
    "council_votes": [ref("stg_grid_centre__council_votes"), "voted_at"],
    "grid_workers": [ref("stg_grid_centre__grid_workers"), none],
    "volunteers": [ref("stg_grid_centre__volunteers"), none],
    "volunteer_services": [ref("stg_grid_centre__volunteer_services"), "started_at"],
    "waste_inspections": [
        ref("stg_urban_management__waste_inspections"),
        "inspected_at",
    ],
    "health_followups": [ref("stg_health__health_followups"), "followed_at"],
    "service_coverage": [ref("stg_health__service_coverage"), none],
    "residents": [ref("stg_public_security__residents"), none],
    "households": [ref("stg_weather__households"), none],
    "rain_observations": [ref("stg_weather__rain_observations"), "observed_at"],
    "rain_forecasts": [ref("stg_weather__rain_forecasts"), "issued_at"],
    "rain_warnings": [ref("stg_weather__rain_warnings"), "issued_at"],
    "warning_actions": [ref("stg_weather__warning_actions"), "notified_at"],
    "flood_history": [ref("stg_weather__flood_history"), "flooded_at"],
    "user_actions": [ref("stg_grid_centre__user_actions"), "acted_at"],
} -%}
with

    {% for dataset, (relation, happened_at) in datasets.items() -%}
        {{ dataset }} as (select * from {{ relation }}),

    {% endfor %} record_times as (
        {%- for dataset, (relation, happened_at) in datasets.items() %}
            select
                '{{ dataset }}' as dataset,
                county_code,
                received_at,
                {% if happened_at -%} greatest({{ happened_at }}, updated_at)
                {%- else -%} updated_at
                {%- endif %} as record_at
            from {{ dataset }} {{ "union all" if not loop.last }}
        {%- endfor %}
    )

-- Nulls count for nothing in greatest and least, so a record without a time needs its own case.
-- A publisher's clock may run ahead: nothing is known of a time after the records came in.
select
    county_code,
    dataset,
    max(case when record_at is not null then least(record_at, received_at) end) as newest_record_at
from record_times
group by county_code, dataset
