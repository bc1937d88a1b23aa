{{ config(materialized="table") }}

{#- dataset: its relation, and the columns that say who somebody is. -#}
{% set holders = {
    "residents": [ref("stg_public_security__residents"), ["person_key"]],
    "special_group_roll": [ref("stg_civil_affairs__special_group_roll"), ["person_key"]],
    "special_group_visits": [
        ref("stg_civil_affairs__special_group_visits"),
        ["person_key"],
    ],
    "service_applications": [
        ref("stg_civil_affairs__service_applications"),
        ["person_key"],
    ],
    "health_followups": [ref("stg_health__health_followups"), ["person_key"]],
    "service_coverage": [ref("stg_health__service_coverage"), ["person_key"]],
    "wristband_alerts": [ref("stg_health__wristband_alerts"), ["person_key"]],
    "volunteers": [ref("stg_grid_centre__volunteers"), ["person_key"]],
    "mediation_cases": [
        ref("stg_grid_centre__mediation_cases"),
        ["party_a_person_key", "party_b_person_key"],
    ],
} -%}
{% set births = ["residents", "special_group_roll", "service_applications"] -%}
{% set sexes = ["residents", "special_group_roll"] -%}

with

    {% for dataset, holder in holders.items() -%}
        persons_of_{{ dataset }} as (
            {%- for column in holder[1] %}
                select
                    county_code,
                    {{ column }} as person_key,
                    '{{ dataset }}' as dataset,
                    max(
                        {{ "birth_month_date" if dataset in births else "cast(null as date)" }}
                    ) as birth_month_date,
                    max(
                        {{ "sex_code" if dataset in sexes else "cast(null as varchar)" }}
                    ) as sex_code
                from {{ sound_records(dataset, holder[0]) }} as records
                where {{ column }} is not null
                group by county_code, {{ column }} {{ "union all" if not loop.last }}
            {%- endfor %}
        ),
    {% endfor %}
    persons_of_datasets as (
        {%- for dataset in holders %}
            select * from persons_of_{{ dataset }} {{ "union all" if not loop.last }}
        {%- endfor %}
    )

select
    county_code,
    person_key,
    max(birth_month_date) as birth_month_date,
    max(sex_code) as sex_code,
    {%- for dataset in holders %}
        max(case when dataset = '{{ dataset }}' then 1 else 0 end) = 1 as is_in_{{ dataset }},
    {%- endfor %}
    count(distinct dataset) as dataset_count
from persons_of_datasets
group by county_code, person_key
