{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    weekdays as (select * from {{ ref("stg_ops__county_weekdays") }}),

    hours as (select * from {{ ref("stg_ops__county_hours") }}),

    holidays as (select * from {{ ref("holidays") }}),

    cases as (select * from {{ ref("int_cases__unified") }}),

    record_days as (select * from {{ ref("int_quality__record_days") }}),

    case_spans as (
        select
            county_code,
            min(reported_at) as first_at,
            greatest(
                max(reported_at),
                max(delivered_due_at),
                max(delivered_response_due_at),
                max(closed_at)
            ) as last_at,
            max({{ seconds_between("reported_at", "delivered_due_at") }})
            / 86400.0 as longest_limit_days
        from cases
        group by county_code
    ),

    -- Limits in working days run for these too, where a county delivers no cases or later ones.
    first_records as (
        select county_code, min(record_date) as first_date
        from record_days
        where
            dataset in (
                'service_applications',
                'service_approval_steps',
                'mediation_cases',
                'council_proposals'
            )
        group by county_code
    ),

    -- A limit ends, and a suspension moves a deadline, beyond the last deadline there is: by the
    -- longest limit at most, and two years hold any limit of the code lists. A deadline typed as
    -- the year 2999 is no reason for a thousand years of days, nor is a report of the year 1026.
    spans as (
        select
            counties.county_code,
            greatest(
                {{
                    add_days(
                        "least("
                        ~ local_date(
                            "coalesce(case_spans.first_at, counties.as_of_at)",
                            "counties.time_zone",
                        )
                        ~ ", coalesce(first_records.first_date, counties.as_of_date))",
                        -1,
                    )
                }},
                {{ add_days("counties.as_of_date", -36525) }}
            ) as first_date,
            least(
                greatest(
                    {{
                        add_days(
                            local_date(
                                "coalesce(case_spans.last_at, counties.as_of_at)",
                                "counties.time_zone",
                            ),
                            731,
                        )
                    }},
                    {{
                        add_days(
                            "counties.as_of_date",
                            "731 + least(greatest(coalesce(ceil(case_spans.longest_limit_days), 0), 0), 3660)",
                        )
                    }}
                ),
                {{ add_days("counties.as_of_date", 3660) }}
            ) as last_date
        from counties
        left join case_spans on case_spans.county_code = counties.county_code
        left join first_records on first_records.county_code = counties.county_code
    ),

    days as (
        select county_code, {{ each_day("first_date", "last_date") }} as calendar_date from spans
    ),

    -- Of several editions and seasons of working hours, the one listed last goes first.
    days_with_hours as (
        select
            days.county_code,
            days.calendar_date,
            {%- for shift in (1, 2, 3) %}
                hours.shift_{{ shift }}_start_seconds,
                hours.shift_{{ shift }}_end_seconds
                {{- "," if not loop.last }}
            {%- endfor %}
        from days
        inner join
            hours
            on hours.county_code = days.county_code
            and {{ holds_on("hours", "days.calendar_date") }}
            and case
                when hours.first_month_day <= hours.last_month_day
                then
                    {{ month_day("days.calendar_date") }}
                    between hours.first_month_day and hours.last_month_day
                else
                    {{ month_day("days.calendar_date") }} >= hours.first_month_day
                    or {{ month_day("days.calendar_date") }} <= hours.last_month_day
            end
        qualify
            row_number() over (
                partition by days.county_code, days.calendar_date order by hours.hours_number desc
            )
            = 1
    ),

    working_days as (
        select
            days.county_code,
            days.calendar_date,
            coalesce(holidays.is_workday, weekdays.iso_weekday is not null) as is_workday,
            coalesce(not holidays.is_workday, false) as is_holiday,
            coalesce(
                holidays.is_workday and weekdays.iso_weekday is null, false
            ) as is_makeup_workday,
            holidays.holiday_name,
            holidays.holiday_name_en,
            counties.time_zone,
            {%- for shift in (1, 2, 3) %}
                {%- for end in ("start", "end") %}
                    days.shift_{{ shift }}_{{ end }}_seconds,
                {%- endfor %}
            {%- endfor %}
            dense_rank() over (order by days.county_code) as county_number
        from days_with_hours as days
        inner join counties on counties.county_code = days.county_code
        left join
            weekdays
            on weekdays.county_code = days.county_code
            and weekdays.iso_weekday = {{ iso_day_of_week("days.calendar_date") }}
        left join
            holidays
            on holidays.calendar_code = counties.holiday_calendar
            and holidays.holiday_date = days.calendar_date
    ),

    -- On a day off every shift begins and ends at midnight, and so does a shift that is not there.
    days_with_shifts as (
        select
            *,
            {%- for shift in (1, 2, 3) %}
                {%- for end in ("start", "end") %}
                    {{
                        add_seconds(
                            "cast(calendar_date as timestamp)",
                            "case when is_workday then shift_"
                            ~ shift
                            ~ "_"
                            ~ end
                            ~ "_seconds else 0 end",
                        )
                    }} as shift_{{ shift }}_{{ end }}_local_at,
                {%- endfor %}
            {%- endfor %}
            case
                when is_workday
                then
                    (
                        shift_1_end_seconds
                        - shift_1_start_seconds
                        + shift_2_end_seconds
                        - shift_2_start_seconds
                        + shift_3_end_seconds
                        - shift_3_start_seconds
                    )
                    * 1000000
                else 0
            end as working_microseconds
        from working_days
    ),

    days_with_time_before as (
        select
            *,
            cast(
                coalesce(
                    sum(working_microseconds) over (
                        partition by county_code
                        order by calendar_date
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                ) as bigint
            ) as working_microseconds_before,
            cast(
                coalesce(
                    sum(case when is_workday then 1 else 0 end) over (
                        partition by county_code
                        order by calendar_date
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                ) as bigint
            ) as workdays_before
        from days_with_shifts
    )

select
    county_code,
    calendar_date,
    -- Room for 270 years between counties, three times what a calendar has.
    county_number * 100000 + {{ days_between("date '1970-01-01'", "calendar_date") }} as day_number,
    is_workday,
    is_holiday,
    is_makeup_workday,
    holiday_name,
    holiday_name_en,
    time_zone,
    shift_1_start_local_at,
    shift_1_end_local_at,
    shift_2_start_local_at,
    shift_2_end_local_at,
    shift_3_start_local_at,
    shift_3_end_local_at,
    working_microseconds,
    working_microseconds_before,
    -- A whole number, for shifts are whole seconds.
    working_microseconds_before
    + cast(working_microseconds / 2 as bigint) as working_microseconds_middle,
    workdays_before
from days_with_time_before
