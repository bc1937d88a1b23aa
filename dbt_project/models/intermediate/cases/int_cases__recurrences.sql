{{ config(materialized="table") }}

{#- The definition of this product, in metres; the days are those of the KPI. -#}
{% set most_metres = 100.0 -%}
{#- Cells are at least twice the distance wide, so that a place reaches into four of them. -#}
{% set cell_degrees = 0.001810 -%}
{#- A cell is one number: its category, column, row and stretch of days, in so many steps each. -#}
{% set columns = 262144 -%}
{%- set rows = 131072 -%}
{%- set stretches = 2048 -%}
with

    cases as (select * from {{ ref("int_cases__unified") }}),

    links as (select * from {{ ref("int_cases__links") }}),

    -- A void case, a duplicate and a point that stands for no place recur nowhere.
    placed_cases as (
        select
            cases.case_id,
            cases.county_code,
            cases.category_code,
            cases.longitude,
            cases.latitude,
            cases.reported_at,
            cases.closed_at
        from cases
        left join links on links.case_id = cases.case_id
        where
            links.case_id is null
            and cases.longitude is not null
            and cases.latitude is not null
            and not cases.is_fallback_point
            and cases.voided_at is null
    ),

    -- Degrees of longitude are shortest where the county is nearest to a pole.
    counties as (
        select county_code, cos(radians(least(max(abs(latitude)), 85.0))) as narrowing
        from placed_cases
        group by county_code
    ),

    categories as (
        select
            county_code,
            category_code,
            row_number() over (order by county_code, category_code) as category_number
        from placed_cases
        group by county_code, category_code
    ),

    numbered_cases as (
        select
            placed_cases.case_id,
            placed_cases.longitude,
            placed_cases.latitude,
            placed_cases.reported_at,
            placed_cases.closed_at,
            categories.category_number,
            placed_cases.longitude * counties.narrowing / {{ cell_degrees }} as x,
            placed_cases.latitude / {{ cell_degrees }} as y,
            {{ stretch_of("placed_cases.reported_at") }} as reported_stretch,
            {{ stretch_of("placed_cases.closed_at") }} as closed_stretch
        from placed_cases
        inner join
            categories
            on categories.county_code = placed_cases.county_code
            and categories.category_code = placed_cases.category_code
        inner join counties on counties.county_code = placed_cases.county_code
    ),

    cells as (
        select
            case_id,
            longitude,
            latitude,
            reported_at,
            closed_at,
            (
                (category_number * {{ columns }} + cast(floor(x) as bigint) + {{ columns // 2 }})
                * {{ rows }}
                + cast(floor(y) as bigint)
                + {{ rows // 2 }}
            )
            * {{ stretches }} as first_cell,
            reported_stretch,
            closed_stretch,
            case when x - floor(x) < 0.5 then -1 else 1 end as near_column,
            case when y - floor(y) < 0.5 then -1 else 1 end as near_row
        from numbered_cases
    ),

    steps as (
        {%- for step_x in (0, 1) %}
            {%- set outer_loop = loop %}
            {%- for step_y in (0, 1) %}
                {%- set middle_loop = loop %}
                {%- for stretch in (0, 1) %}
                    select
                        {{ step_x }} as column_step,
                        {{ step_y }} as row_step,
                        {{ stretch }} as stretch_step
                        {{
                        "union all"
                        if not (outer_loop.last and middle_loop.last and loop.last)
                    }}
                {%- endfor %}
            {%- endfor %}
        {%- endfor %}
    ),

    reports as (
        select first_cell + reported_stretch as cell, longitude, latitude, reported_at from cells
    ),

    -- Where and when a closed case may be reported again.
    reaches as (
        select
            cells.case_id,
            cells.longitude,
            cells.latitude,
            cells.closed_at,
            cells.first_cell
            + cells.closed_stretch
            + steps.column_step * cells.near_column * {{ rows * stretches }}
            + steps.row_step * cells.near_row * {{ stretches }}
            + steps.stretch_step as cell
        from cells
        cross join steps
        where cells.closed_at is not null
    )

select reaches.case_id, min(reports.reported_at) as recurred_at
from reaches
inner join
    reports
    on reports.cell = reaches.cell
    and reports.reported_at > reaches.closed_at
    and reports.reported_at <= {{ add_seconds("reaches.closed_at", recurrence_days() * 86400) }}
where
    {{
        metres_between(
            "reports.longitude", "reports.latitude", "reaches.longitude", "reaches.latitude"
        )
    }} <= {{ most_metres }}
group by reaches.case_id
