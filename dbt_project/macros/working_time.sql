{#-
    Working time. A county's wall clock is counted in microseconds, in whole numbers: nothing is
    rounded before the last division. Every day of int_dates__working_days knows the working time
    before it, so the time between two instants is one subtraction, whatever lies between them.
-#}
{#-
    Working microseconds from the first day of the calendar to a wall-clock time, a whole number.

    Inside a shift, |t - start| - |t - end| grows by two for each microsecond, outside by none:
    half of it, counted from the middle of the day's work, is the time worked. Of what engines
    offer this is the quickest, for greatest and least are slow.

    Args:
        days: alias of the row of int_dates__working_days of that time's day.
        local_at: the wall-clock time.
-#}
{% macro working_microseconds_until(days, local_at) -%}
    {%- set now = microseconds_of(local_at) -%}
    (
        {{ days }}.working_microseconds_middle + (
            {%- for shift in (1, 2, 3) %}
                {{ "+ " if not loop.first -}}
                abs({{ now }} - {{ microseconds_of(days ~ ".shift_" ~ shift ~ "_start_local_at") }})
                - abs({{ now }} - {{ microseconds_of(days ~ ".shift_" ~ shift ~ "_end_local_at") }})
            {%- endfor %}
        )
        / 2.0
    )
{%- endmacro %}

{#-
    Working minutes between two wall-clock times of a county.

    Args:
        start_days, end_days: aliases of the rows of int_dates__working_days of their days.
        start_local_at, end_local_at: the wall-clock times.
-#}
{% macro working_minutes_between(start_days, start_local_at, end_days, end_local_at) -%}
    (
        (
            {{ working_microseconds_until(end_days, end_local_at) }}
            - {{ working_microseconds_until(start_days, start_local_at) }}
        )
        / 60000000.0
    )
{%- endmacro %}

{#- Minutes as the whole number of microseconds that they were made of. -#}
{% macro microseconds_of_minutes(minutes) -%} round(({{ minutes }}) * 60000000.0) {%- endmacro %}

{#-
    Working days from the first day of the calendar to a wall-clock time: whole days, and of the
    last one the share that is worked by then.
-#}
{% macro working_days_until(days, local_at) -%}
    (
        {{ days }}.workdays_before + case
            when {{ days }}.working_microseconds > 0
            then
                (
                    {{ working_microseconds_until(days, local_at) }}
                    - {{ days }}.working_microseconds_before
                )
                / {{ days }}.working_microseconds
            else 0.0
        end
    )
{%- endmacro %}

{#-
    Condition that finds the day of a later time from the day of an earlier one: days of a county
    are numbered through, and a number is looked up quicker than a county and a date.
-#}
{% macro is_day_of(end_days, end_local_at, start_days, start_local_at) -%}
    {{ end_days }}.day_number
    = {{ start_days }}.day_number
    +
    {{ days_between("cast(" ~ start_local_at ~ " as date)", "cast(" ~ end_local_at ~ " as date)") }}
{%- endmacro %}

{#-
    The instant at which so much working time of a day has gone by: the inverse of
    working_microseconds_until for a day's part above zero and up to the whole day.

    Args:
        days: alias of the row of int_dates__working_days of that day.
        microseconds: working time of the day, in (0, working_microseconds].
-#}
{% macro instant_of_working_microseconds(days, microseconds) -%}
    {%- set starts = [] -%}
    {%- set lengths = [] -%}
    {%- for shift in (1, 2, 3) -%}
        {%- set start = days ~ ".shift_" ~ shift ~ "_start_local_at" -%}
        {%- set end = days ~ ".shift_" ~ shift ~ "_end_local_at" -%}
        {%- do starts.append(start) -%}
        {%- do lengths.append("(" ~ microseconds_of(end) ~ " - " ~ microseconds_of(start) ~ ")") -%}
    {%- endfor -%}
    {%- set local_at -%}
        case
            when {{ microseconds }} <= {{ lengths[0] }}
            then {{ add_seconds(starts[0], microseconds ~ " / 1000000.0") }}
            when {{ microseconds }} <= {{ lengths[0] }} + {{ lengths[1] }}
            then
                {{ add_seconds(starts[1], "(" ~ microseconds ~ " - " ~ lengths[0] ~ ") / 1000000.0") }}
            else
                {{
                    add_seconds(
                        starts[2],
                        "("
                        ~ microseconds
                        ~ " - "
                        ~ lengths[0]
                        ~ " - "
                        ~ lengths[1]
                        ~ ") / 1000000.0",
                    )
                }}
        end
    {%- endset -%}
    {{ instant_of(local_at, days ~ ".time_zone") }}
{%- endmacro %}

{#-
    The instants at which a county's clock has run so much working time: the keys and reached_at.
    A target at the end of one day's work and the start of the next is the end of the first. One
    beyond the calendar has no row.

    Days differ in length, so the day is found in stretches of 24 hours of work, of which each day
    touches two at most: engines join by equal numbers quickly and by ranges slowly.

    Args:
        targets: relation with county_code and target_microseconds, a whole number above zero.
        keys: its columns that name a row.
-#}
{% macro after_working_time(targets, keys) -%}
    {%- set stretch = "86400000000.0" -%}
    (
        select
            {%- for key in keys %} targets.{{ key }}, {%- endfor %}
            {{
                instant_of_working_microseconds(
                    "days",
                    "(targets.target_microseconds - days.working_microseconds_before)",
                )
            }} as reached_at
        from {{ targets }} as targets
        inner join
            (
                select
                    working_days.*,
                    floor(working_days.working_microseconds_before / {{ stretch }})
                    + later.stretches as stretch_number
                from {{ ref("int_dates__working_days") }} as working_days
                cross join
                    (
                        select 0 as stretches
                        union all
                        select 1 as stretches
                    ) as later
                where
                    working_days.is_workday
                    and floor(working_days.working_microseconds_before / {{ stretch }})
                    + later.stretches
                    <= floor(
                        (
                            working_days.working_microseconds_before
                            + working_days.working_microseconds
                        )
                        / {{ stretch }}
                    )
            ) as days
            on days.county_code = targets.county_code
            and days.stretch_number = floor(targets.target_microseconds / {{ stretch }})
            and targets.target_microseconds > days.working_microseconds_before
            and targets.target_microseconds
            <= days.working_microseconds_before + days.working_microseconds
    )
{%- endmacro %}
