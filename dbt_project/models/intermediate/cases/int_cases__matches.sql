{{ config(materialized="table") }}

{#- The definition of this product, in metres and hours; how far apart is a share of these. -#}
{% set most_metres = 100.0 -%}
{%- set most_hours = 24.0 -%}
{#- Cells are at least twice the distance wide, so that a place reaches into four of them. -#}
{% set cell_degrees = 0.001810 -%}
{#- In a quarter of a cell, day and dataset no more than this many first reports are looked at as
    originals: a place with thousands of reports a day costs no more than it has to. -#}
{% set most_originals = 4 -%}
{#- How often originals are told from duplicates among what is still open. -#}
{% set rounds = 3 -%}
{#- A cell is one number: its family, column, row and day, in so many steps each. -#}
{% set columns = 262144 -%}
{%- set rows = 131072 -%}
{%- set days = 65536 -%}
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
            cases.latitude
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

    -- Degrees of longitude are shortest where the county is nearest to a pole.
    shared_families as (
        select
            county_code,
            category_family,
            cos(radians(least(max(abs(latitude)), 85.0))) as narrowing,
            row_number() over (order by county_code, category_family) as family_number
        from placed_cases
        group by county_code, category_family
        having count(distinct dataset) > 1
    ),

    datasets as (
        select dataset, row_number() over (order by dataset) as dataset_number
        from placed_cases
        group by dataset
    ),

    -- Numbers in the order of the reports stand for the cases: they are compared millions of times.
    numbered_cases as (
        select
            row_number() over (
                order by placed_cases.reported_at, placed_cases.case_id
            ) as case_number,
            placed_cases.case_id,
            datasets.dataset_number,
            shared_families.family_number,
            placed_cases.reported_at,
            placed_cases.longitude,
            placed_cases.latitude,
            placed_cases.longitude * shared_families.narrowing / {{ cell_degrees }} as x,
            placed_cases.latitude / {{ cell_degrees }} as y,
            {{ seconds_between("timestamp '1970-01-01 00:00:00+00'", "placed_cases.reported_at") }}
            / 86400.0 as days
        from placed_cases
        inner join
            shared_families
            on shared_families.county_code = placed_cases.county_code
            and shared_families.category_family = placed_cases.category_family
        inner join datasets on datasets.dataset = placed_cases.dataset
    ),

    cells as (
        select
            case_number,
            case_id,
            dataset_number,
            reported_at,
            longitude,
            latitude,
            (
                (family_number * {{ columns }} + cast(floor(x) as bigint) + {{ columns // 2 }})
                * {{ rows }}
                + cast(floor(y) as bigint)
                + {{ rows // 2 }}
            )
            * {{ days }}
            + cast(floor(days) as bigint) as cell,
            case when x - floor(x) < 0.5 then -1 else 1 end as near_column,
            case when y - floor(y) < 0.5 then -1 else 1 end as near_row
        from numbered_cases
    ),

    first_reports as (
        select *
        from cells
        qualify
            row_number() over (
                partition by cell, near_column, near_row, dataset_number order by case_number
            )
            <= {{ most_originals }}
    ),

    steps as (
        {%- for step_x in (0, 1) %}
            {%- set outer_loop = loop %}
            {%- for step_y in (0, 1) %}
                {%- set middle_loop = loop %}
                {%- for step_day in (0, 1) %}
                    select
                        {{ step_x }} as column_step,
                        {{ step_y }} as row_step,
                        {{ step_day }} as day_step
                        {{
                        "union all"
                        if not (outer_loop.last and middle_loop.last and loop.last)
                    }}
                {%- endfor %}
            {%- endfor %}
        {%- endfor %}
    ),

    reaches as (
        select
            first_reports.case_number,
            first_reports.dataset_number,
            first_reports.reported_at,
            first_reports.longitude,
            first_reports.latitude,
            first_reports.cell
            + steps.column_step * first_reports.near_column * {{ rows * days }}
            + steps.row_step * first_reports.near_row * {{ days }}
            + steps.day_step as cell
        from first_reports
        cross join steps
    ),

    near_pairs as (
        select
            cells.case_number,
            reaches.case_number as earlier_number,
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
            on reaches.cell = cells.cell
            and reaches.case_number < cells.case_number
            and reaches.dataset_number <> cells.dataset_number
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
            select *
            from {{ pairs }}
            where earlier_number not in (select repeats.case_number from {{ pairs }} as repeats)
            qualify row_number() over (partition by case_number order by earlier_number) = 1
        ),

        {% if not loop.last -%}
            -- What is neither may be the original of others yet.
            pairs_{{ round + 1 }} as (
                select *
                from {{ pairs }}
                where
                    case_number
                    not in (select later.case_number from duplicates_{{ round }} as later)
                    and earlier_number
                    not in (select earlier.case_number from duplicates_{{ round }} as earlier)
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
    cells.case_id,
    originals.case_id as original_case_id,
    matches.distance_m,
    matches.minutes_apart,
    (1.0 - matches.distance_m / {{ most_metres }})
    * (1.0 - matches.minutes_apart / {{ most_hours * 60.0 }}) as match_score
from matches
inner join cells on cells.case_number = matches.case_number
inner join cells as originals on originals.case_number = matches.earlier_number
