{{ config(materialized="table") }}

{#- The definition of this product, in metres and hours; how far apart is a share of these. -#}
{% set most_metres = 100.0 -%}
{%- set most_hours = 24.0 -%}
{#- Cells are at least twice the distance wide, so that a place reaches into four of them. -#}
{% set cell_degrees = 0.001810 -%}
{#- In one cell, day and dataset no more than this many first reports are looked at as originals, so
    that a place with thousands of reports a day costs no more than it has to. -#}
{% set most_originals = 20 -%}
{#- How often originals are told from duplicates among what is still open. -#}
{% set rounds = 3 -%}
with

    cases as (select * from {{ ref("int_cases__unified") }}),

    categories as (select * from {{ ref("categories") }}),

    -- A void case, a declared duplicate and a point that stands for no place match nothing.
    placed_cases as (
        select
            cases.case_id,
            cases.county_code,
            cases.dataset,
            categories.category_family,
            cases.reported_at,
            cases.longitude,
            cases.latitude,
            {{ seconds_between("timestamp '1970-01-01 00:00:00+00'", "cases.reported_at") }}
            / 86400.0 as days
        from cases
        inner join
            categories
            on categories.county_code = cases.county_code
            and categories.category_code = cases.category_code
        where
            categories.category_family is not null
            and cases.longitude is not null
            and cases.latitude is not null
            and not cases.is_fallback_point
            and cases.voided_at is null
            and cases.declared_original_case_id is null
    ),

    shared_families as (
        select county_code, category_family, max(abs(latitude)) as most_latitude
        from placed_cases
        group by county_code, category_family
        having count(distinct dataset) > 1
    ),

    -- Degrees of longitude are shortest where the county is nearest to a pole.
    positions as (
        select
            placed_cases.*,
            placed_cases.longitude
            * cos(radians(least(shared_families.most_latitude, 85.0)))
            / {{ cell_degrees }} as x,
            placed_cases.latitude / {{ cell_degrees }} as y
        from placed_cases
        inner join
            shared_families
            on shared_families.county_code = placed_cases.county_code
            and shared_families.category_family = placed_cases.category_family
    ),

    cells as (
        select
            *,
            cast(floor(x) as bigint) as cell_x,
            cast(floor(y) as bigint) as cell_y,
            cast(floor(days) as bigint) as cell_day,
            case when x - floor(x) < 0.5 then -1 else 1 end as near_x,
            case when y - floor(y) < 0.5 then -1 else 1 end as near_y
        from positions
    ),

    first_reports as (
        select *
        from cells
        qualify
            row_number() over (
                partition by county_code, category_family, dataset, cell_x, cell_y, cell_day
                order by reported_at, case_id
            )
            <= {{ most_originals }}
    ),

    reaches as (
        {%- for step_x in (0, 1) %}
            {%- set outer_loop = loop %}
            {%- for step_y in (0, 1) %}
                {%- set middle_loop = loop %}
                {%- for step_day in (0, 1) %}
                    select
                        case_id,
                        county_code,
                        dataset,
                        category_family,
                        reported_at,
                        longitude,
                        latitude,
                        cell_x + {{ step_x }} * near_x as cell_x,
                        cell_y + {{ step_y }} * near_y as cell_y,
                        cell_day + {{ step_day }} as cell_day
                    from
                        first_reports
                        {{
                        "union all"
                        if not (outer_loop.last and middle_loop.last and loop.last)
                    }}
                {%- endfor %}
            {%- endfor %}
        {%- endfor %}
    ),

    near_pairs as (
        select
            cells.case_id,
            cells.reported_at,
            reaches.case_id as earlier_case_id,
            reaches.reported_at as earlier_reported_at,
            {{
                metres_between(
                    "cells.longitude", "cells.latitude", "reaches.longitude", "reaches.latitude"
                )
            }} as distance_m,
            {{ seconds_between("reaches.reported_at", "cells.reported_at") }}
            / 60.0 as minutes_apart
        from cells
        inner join
            reaches
            on reaches.county_code = cells.county_code
            and reaches.category_family = cells.category_family
            and reaches.cell_x = cells.cell_x
            and reaches.cell_y = cells.cell_y
            and reaches.cell_day = cells.cell_day
            and reaches.dataset <> cells.dataset
            and (
                reaches.reported_at < cells.reported_at
                or (reaches.reported_at = cells.reported_at and reaches.case_id < cells.case_id)
            )
    ),

    pairs_1 as (
        select *
        from near_pairs
        where distance_m <= {{ most_metres }} and minutes_apart <= {{ most_hours * 60.0 }}
    ),

    {% for round in range(1, rounds + 1) -%}
        {%- set pairs = "pairs_" ~ round %}
        -- A case that repeats none is an original, and what repeats an original is its duplicate.
        duplicates_{{ round }} as (
            select {{ pairs }}.*
            from {{ pairs }}
            left join {{ pairs }} as repeats on repeats.case_id = {{ pairs }}.earlier_case_id
            where repeats.case_id is null
            qualify
                row_number() over (
                    partition by {{ pairs }}.case_id
                    order by {{ pairs }}.earlier_reported_at, {{ pairs }}.earlier_case_id
                )
                = 1
        ),

        {% if not loop.last -%}
            -- What is neither may be the original of others yet.
            pairs_{{ round + 1 }} as (
                select {{ pairs }}.*
                from {{ pairs }}
                left join duplicates_{{ round }} as later on later.case_id = {{ pairs }}.case_id
                left join
                    duplicates_{{ round }} as earlier
                    on earlier.case_id = {{ pairs }}.earlier_case_id
                where later.case_id is null and earlier.case_id is null
            ),

        {% endif -%}
    {% endfor -%}
    matches as (
        {%- for round in range(1, rounds + 1) %}
            select * from duplicates_{{ round }} {{ "union all" if not loop.last }}
        {%- endfor %}
    )

-- One for the same place and time, none for the farthest that still counts.
select
    case_id,
    earlier_case_id as original_case_id,
    distance_m,
    minutes_apart,
    (1.0 - distance_m / {{ most_metres }})
    * (1.0 - minutes_apart / {{ most_hours * 60.0 }}) as match_score
from matches
