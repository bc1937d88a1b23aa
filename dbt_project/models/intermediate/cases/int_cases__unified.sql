{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    batches as (select * from {{ ref("stg_ops__batches") }}),

    {% set datasets = {
        "grid_events": ref("stg_grid_centre__grid_events"),
        "city_cases": ref("stg_urban_management__city_cases"),
        "police_incidents": ref("stg_public_security__police_incidents"),
        "device_alerts": ref("stg_urban_management__device_alerts"),
        "wristband_alerts": ref("stg_health__wristband_alerts"),
    } -%}
    {%- set alerts = ["device_alerts", "wristband_alerts"] -%}
    {%- for dataset, relation in datasets.items() %}
        {{ dataset }} as (select * from {{ sound_records(dataset, relation) }}),
    {%- endfor %}

    records as ({{ union_of_cases(datasets.keys() | list, alerts) }}),

    -- A case reported after the as-of time does not exist yet, and of one that does, what is said
    -- to have happened later has not.
    records_as_of as (
        select
            records.source_id || ':' || records.case_number as case_id,
            records.case_number,
            records.dataset,
            records.source_id,
            records.county_code,
            records.department_code,
            records.category_code,
            records.major_category_code,
            records.channel_code,
            records.grid_code as reported_grid_code,
            records.community_code as reported_community_code,
            records.town_code as reported_town_code,
            records.longitude,
            records.latitude,
            coalesce(records.is_fallback_point, false) as is_fallback_point,
            records.reported_at,
            {{ happened("accepted_at") }},
            {{ happened("filed_at") }},
            {{ happened("dispatched_at") }},
            {{ happened("first_response_at") }},
            {{ happened("handled_at") }},
            {{ happened("checked_at") }},
            {{ happened("closed_at") }},
            {{ happened("voided_at") }},
            {{ happened("suspended_at") }},
            {{ happened("resumed_at") }},
            {{ happened("deferred_at") }},
            records.due_at as delivered_due_at,
            records.response_due_at as delivered_response_due_at,
            records.source_id || ':' || records.duplicate_of_number as declared_original_case_id,
            records.severity_code,
            records.rework_count,
            records.dispatch_count,
            records.extension_count,
            not coalesce(batches.has_first_response, false) as is_response_unknown,
            not coalesce(batches.has_filed, false) as is_filing_unknown,
            not coalesce(batches.has_dispatched, false) as is_dispatch_unknown,
            not coalesce(batches.has_handled, false) as is_handling_unknown,
            not coalesce(batches.has_closed, false) as is_closing_unknown,
            records.dataset in ({{ "'" ~ alerts | join("', '") ~ "'" }}) as is_alert,
            records.is_false_alarm,
            records.batch_id,
            records.source_file_id,
            records.source_row_number,
            counties.time_zone,
            counties.as_of_at,
            {{ local_time("records.reported_at", "counties.time_zone") }} as reported_local_at
        from records
        inner join counties on counties.county_code = records.county_code
        left join
            batches on batches.dataset = records.dataset and batches.batch_id = records.batch_id
        where records.reported_at <= counties.as_of_at
    )

select *, cast(reported_local_at as date) as reported_date
from records_as_of
