-- Whether the mart has exactly the staged cases reported by the as-of time: one row when not.
{% set datasets = {
    "grid_events": ref("stg_grid_centre__grid_events"),
    "city_cases": ref("stg_urban_management__city_cases"),
    "police_incidents": ref("stg_public_security__police_incidents"),
    "device_alerts": ref("stg_urban_management__device_alerts"),
    "wristband_alerts": ref("stg_health__wristband_alerts"),
} -%}
with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    {% for dataset, relation in datasets.items() -%}
        {{ dataset }} as (select * from {{ sound_records(dataset, relation) }}),

    {% endfor %} cases as (select * from {{ ref("fct_cases") }}),

    records as (
        {%- for dataset in datasets %}
            select '{{ dataset }}' as dataset, county_code, reported_at
            from {{ dataset }} {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    records_by_now as (
        select records.dataset, count(*) as record_count
        from records
        inner join counties on counties.county_code = records.county_code
        where records.reported_at <= counties.as_of_at
        group by records.dataset
    ),

    cases_of_each_dataset as (select dataset, count(*) as case_count from cases group by dataset)

select
    coalesce(records_by_now.dataset, cases_of_each_dataset.dataset) as dataset,
    records_by_now.record_count,
    cases_of_each_dataset.case_count
from records_by_now
full outer join cases_of_each_dataset on cases_of_each_dataset.dataset = records_by_now.dataset
where coalesce(records_by_now.record_count, 0) <> coalesce(cases_of_each_dataset.case_count, 0)
