{{ config(materialized="table") }}

{#- Stage → whether its limit belongs to the category of the case, and when its clock starts. -#}
{% set stages = {
    "resolution": {"is_by_category": true, "start": "reported"},
    "response": {"is_by_category": true, "start": "reported"},
    "filing": {"is_by_category": false, "start": "reported"},
    "dispatch": {"is_by_category": false, "start": "filed"},
} -%}
with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    cases as (select * from {{ ref("int_cases__located") }}),

    category_limits as (select * from {{ ref("category_limits") }}),

    -- Joined by the county, like the limits of categories.
    procedure_limits as (
        select
            counties.county_code,
            procedures.procedure_code,
            procedures.limit_value,
            procedures.limit_unit,
            procedures.valid_from_date,
            procedures.valid_to_date
        from {{ ref("procedure_limits") }} as procedures
        cross join counties
    ),

    dated_cases as (select *, {{ local_date("filed_at", "time_zone") }} as filed_date from cases),

    -- The edition that held on the day the clock started, where the source gives no deadline.
    limited_cases as (
        select
            cases.case_id,
            cases.county_code,
            {%- for stage, terms in stages.items() %}
                {{ stage }}_limits.limit_value as {{ stage }}_value,
                {{ stage }}_limits.limit_unit as {{ stage }}_unit,
            {%- endfor %}
            cases.reported_at,
            cases.reported_date,
            cases.filed_at,
            cases.filed_date
        from dated_cases as cases
        {% for stage, terms in stages.items() -%}
                {%- set limits = stage ~ "_limits" %}
            {%- if terms.is_by_category %}
                left join
                    category_limits as {{ limits }}
                    on {{ limits }}.county_code = cases.county_code
                    and {{ limits }}.category_code = cases.category_code
                    and {{ limits }}.limit_kind = '{{ stage }}'
                    and cases.delivered_{{ "" if stage == "resolution" else stage ~ "_" }}due_at
                    is null
            {%- else %}
                left join
                    procedure_limits as {{ limits }}
                    on {{ limits }}.county_code = cases.county_code
                    and {{ limits }}.procedure_code = 'case_{{ stage }}'
            {%- endif %} and {{ holds_on(limits, "cases." ~ terms.start ~ "_date") }}
        {% endfor -%}
    ),

    limits_in_working_time as (
        {%- for stage, terms in stages.items() %}
            select
                case_id,
                county_code,
                '{{ stage }}' as stage,
                {{ terms.start }}_at as start_at,
                {{ terms.start }}_date as start_date,
                {{ stage }}_value as limit_value,
                {{ stage }}_unit as limit_unit
            from limited_cases
            where
                {{ stage }}_unit in ('working_hours', 'working_days')
                {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    deadlines_in_working_time as (
        select *
        from
            {{
                limit_deadlines(
                    "limits_in_working_time", ["case_id", "stage"], "start_at", "start_date"
                )
            }} as limit_deadlines
    ),

    working_deadlines as (
        select
            case_id,
            {%- for stage in stages %}
                max(case when stage = '{{ stage }}' then limit_due_at end) as {{ stage }}_due_at
                {{- "," if not loop.last }}
            {%- endfor %}
        from deadlines_in_working_time
        group by case_id
    ),

    deadlines as (
        select
            limited_cases.case_id,
            limited_cases.resolution_unit,
            {%- for stage, terms in stages.items() %}
                case
                    limited_cases.{{ stage }}_unit
                    when 'natural_hours'
                    then
                        {{
                            add_seconds(
                                "limited_cases." ~ terms.start ~ "_at",
                                "limited_cases." ~ stage ~ "_value * 3600.0",
                            )
                        }}
                    when 'natural_days'
                    then
                        {{
                            add_seconds(
                                "limited_cases." ~ terms.start ~ "_at",
                                "limited_cases." ~ stage ~ "_value * 86400.0",
                            )
                        }}
                    else working_deadlines.{{ stage }}_due_at
                end as {{ stage }}_due_at
                {{- "," if not loop.last }}
            {%- endfor %}
        from limited_cases
        left join working_deadlines on working_deadlines.case_id = limited_cases.case_id
    )

select
    case_id,
    resolution_due_at as limit_due_at,
    response_due_at as limit_response_due_at,
    filing_due_at as limit_filing_due_at,
    dispatch_due_at as limit_dispatch_due_at,
    coalesce(resolution_unit in ('working_hours', 'working_days'), false) as is_in_working_time
from deadlines
where
    resolution_due_at is not null
    or response_due_at is not null
    or filing_due_at is not null
    or dispatch_due_at is not null
