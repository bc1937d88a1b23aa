{{ config(materialized="table") }}

{#- How many declarations one after the other are followed to the first of them. -#}
{% set most_steps = 3 -%}
with

    cases as (select * from {{ ref("int_cases__unified") }}),

    matches as (select * from {{ ref("int_cases__matches") }}),

    declarations as (
        select
            case_id,
            county_code,
            reported_at,
            longitude,
            latitude,
            declared_original_case_id,
            is_fallback_point
        from cases
        where declared_original_case_id is not null
    ),

    -- What is declared to repeat a duplicate repeats that one's original.
    followed_declarations as (
        select
            declarations.case_id,
            coalesce(
                matches.original_case_id,
                {%- for step in range(most_steps, 0, -1) %}
                    step_{{ step }}.declared_original_case_id,
                {%- endfor %}
                declarations.declared_original_case_id
            ) as original_case_id
        from declarations
        {% for step in range(1, most_steps + 1) -%}
                {%- set before = "declarations" if loop.first else "step_" ~ (step - 1) %}
            left join
                declarations as step_{{ step }}
                on step_{{ step }}.case_id = {{ before }}.declared_original_case_id
                and step_{{ step }}.declared_original_case_id <> declarations.case_id
        {% endfor -%}
        left join
            matches
            on matches.case_id = coalesce(
                {%- for step in range(most_steps, 0, -1) %}
                    step_{{ step }}.declared_original_case_id,
                {%- endfor %}
                declarations.declared_original_case_id
            )
    )

-- A source that says so needs no score; the original may lie beyond what has been delivered.
select
    declarations.case_id,
    declarations.county_code,
    followed_declarations.original_case_id,
    'declared' as match_rule,
    1.0 as match_score,
    case
        when not declarations.is_fallback_point and not originals.is_fallback_point
        then
            {{
                metres_between(
                    "declarations.longitude",
                    "declarations.latitude",
                    "originals.longitude",
                    "originals.latitude",
                )
            }}
    end as distance_m,
    abs({{ seconds_between("originals.reported_at", "declarations.reported_at") }})
    / 60.0 as minutes_apart
from declarations
inner join followed_declarations on followed_declarations.case_id = declarations.case_id
left join cases as originals on originals.case_id = followed_declarations.original_case_id
union all
select
    matches.case_id,
    cases.county_code,
    matches.original_case_id,
    'same_place_time_family' as match_rule,
    matches.match_score,
    matches.distance_m,
    matches.minutes_apart
from matches
inner join cases on cases.case_id = matches.case_id
