{#-
    What engines write differently, one macro each, so that models stay in the common subset.
    Every macro has DuckDB's form as its default and Spark's beside it.
-#}
{#- Seconds from one instant to a later one, as a double; parts of a second count. -#}
{% macro seconds_between(start_at, end_at) -%}
    {{ return(adapter.dispatch("seconds_between", "gridgov")(start_at, end_at)) }}
{%- endmacro %}

{% macro default__seconds_between(start_at, end_at) -%}
    (cast(epoch_us({{ end_at }}) - epoch_us({{ start_at }}) as double) / 1000000.0)
{%- endmacro %}

{% macro spark__seconds_between(start_at, end_at) -%}
    (cast(unix_micros({{ end_at }}) - unix_micros({{ start_at }}) as double) / 1000000.0)
{%- endmacro %}

{#- An instant so many seconds later, to the microsecond. -#}
{% macro add_seconds(at, seconds) -%}
    {{ return(adapter.dispatch("add_seconds", "gridgov")(at, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(at, seconds) -%}
    ({{ at }} + to_microseconds(cast(round(({{ seconds }}) * 1000000.0) as bigint)))
{%- endmacro %}

{% macro spark__add_seconds(at, seconds) -%}
    timestamp_micros(unix_micros({{ at }}) + cast(round(({{ seconds }}) * 1000000.0) as bigint))
{%- endmacro %}

{#- Wall-clock time of an instant in a zone, as a timestamp without zone. -#}
{% macro local_time(at, time_zone) -%}
    {{ return(adapter.dispatch("local_time", "gridgov")(at, time_zone)) }}
{%- endmacro %}

{% macro default__local_time(at, time_zone) -%} timezone({{ time_zone }}, {{ at }}) {%- endmacro %}

{% macro spark__local_time(at, time_zone) -%}
    from_utc_timestamp({{ at }}, {{ time_zone }})
{%- endmacro %}

{#- The day an instant falls on in a zone. -#}
{% macro local_date(at, time_zone) -%} cast({{ local_time(at, time_zone) }} as date) {%- endmacro %}

{#- The instant at which the wall clock of a zone shows a time. -#}
{% macro instant_of(local_at, time_zone) -%}
    {{ return(adapter.dispatch("instant_of", "gridgov")(local_at, time_zone)) }}
{%- endmacro %}

{% macro default__instant_of(local_at, time_zone) -%}
    timezone({{ time_zone }}, {{ local_at }})
{%- endmacro %}

{% macro spark__instant_of(local_at, time_zone) -%}
    to_utc_timestamp({{ local_at }}, {{ time_zone }})
{%- endmacro %}

{#- Microseconds of a wall-clock time since its clock showed the start of 1970, as a bigint. -#}
{% macro microseconds_of(local_at) -%}
    {{ return(adapter.dispatch("microseconds_of", "gridgov")(local_at)) }}
{%- endmacro %}

{% macro default__microseconds_of(local_at) -%} epoch_us({{ local_at }}) {%- endmacro %}

{% macro spark__microseconds_of(local_at) -%} unix_micros({{ local_at }}) {%- endmacro %}

{#- A day so many days later. -#}
{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch("add_days", "gridgov")(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%} ({{ day }} + cast({{ days }} as integer)) {%- endmacro %}

{% macro spark__add_days(day, days) -%} date_add({{ day }}, {{ days }}) {%- endmacro %}

{#- Days from one day to a later one, as a bigint. -#}
{% macro days_between(start_day, end_day) -%}
    {{ return(adapter.dispatch("days_between", "gridgov")(start_day, end_day)) }}
{%- endmacro %}

{% macro default__days_between(start_day, end_day) -%}
    cast(({{ end_day }}) - ({{ start_day }}) as bigint)
{%- endmacro %}

{% macro spark__days_between(start_day, end_day) -%}
    cast(datediff({{ end_day }}, {{ start_day }}) as bigint)
{%- endmacro %}

{#- Month and day as one number: 1231 is the 31st of December. -#}
{% macro month_day(day) -%}
    (extract(month from {{ day }}) * 100 + extract(day from {{ day }}))
{%- endmacro %}

{#- Day of the week, 1 Monday to 7 Sunday. -#}
{% macro iso_day_of_week(day) -%}
    {{ return(adapter.dispatch("iso_day_of_week", "gridgov")(day)) }}
{%- endmacro %}

{% macro default__iso_day_of_week(day) -%} isodow({{ day }}) {%- endmacro %}

{% macro spark__iso_day_of_week(day) -%} extract(dayofweek_iso from {{ day }}) {%- endmacro %}

{#- An expression that turns one row into a row for each day, both ends included. -#}
{% macro each_day(first_day, last_day) -%}
    {{ return(adapter.dispatch("each_day", "gridgov")(first_day, last_day)) }}
{%- endmacro %}

{% macro default__each_day(first_day, last_day) -%}
    cast(
        unnest(
            generate_series(
                cast({{ first_day }} as timestamp),
                cast({{ last_day }} as timestamp),
                interval 1 day
            )
        ) as date
    )
{%- endmacro %}

{% macro spark__each_day(first_day, last_day) -%}
    explode(sequence({{ first_day }}, {{ last_day }}))
{%- endmacro %}

{#- Rows of Parquet files that differ in columns: what a file lacks reads as null. -#}
{% macro read_files(paths) -%}
    {{ return(adapter.dispatch("read_files", "gridgov")(paths)) }}
{%- endmacro %}

{% macro default__read_files(paths) -%}
    read_parquet(
        [
            {%- for path in paths %}
                '{{ escape_single_quotes(path) }}'{{ "," if not loop.last }}
            {%- endfor %}
        ],
        union_by_name = true,
        hive_partitioning = false
    )
{%- endmacro %}

{#- Spark wants the same columns in every file. -#}
{% macro spark__read_files(paths) -%}
    (
        {%- for path in paths %}
            select * from parquet.{{ adapter.quote(path) }} {{ "union all" if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#-
    Metres between two near points of CGCS2000, all four in degrees.

    The radii of curvature of the ellipsoid at the middle latitude turn differences of degrees into
    metres: within a kilometre that is the geodesic to the millimetre. Nothing here differs between
    engines.
-#}
{% macro metres_between(longitude, latitude, other_longitude, other_latitude) -%}
    {%- set middle = "radians((" ~ latitude ~ " + " ~ other_latitude ~ ") / 2.0)" -%}
    {%- set flat = "(1.0 - 0.0066943800229008 * sin(" ~ middle ~ ") * sin(" ~ middle ~ "))" -%}
    sqrt(
        power(
            radians({{ latitude }} - {{ other_latitude }})
            * 6335439.3270839
            / power({{ flat }}, 1.5),
            2
        ) + power(
            radians({{ longitude }} - {{ other_longitude }})
            * 6378137.0
            * cos({{ middle }})
            / sqrt({{ flat }}),
            2
        )
    )
{%- endmacro %}
