{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    weekdays as (select * from {{ ref("stg_ops__county_weekdays") }}),

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
            ) as last_at
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

    -- A deadline typed as the year 2999 is no reason for a thousand years of days.
    spans as (
        select
            counties.county_code,
            {{
                add_days(
                    "least("
                    ~ local_date(
                        "coalesce(case_spans.first_at, counties.as_of_at)", "counties.time_zone"
                    )
                    ~ ", coalesce(first_records.first_date, counties.as_of_date))",
                    -1,
                )
            }} as first_date,
            least(
                greatest(
                    {{
                        add_days(
                            local_date(
                                "coalesce(case_spans.last_at, counties.as_of_at)",
                                "counties.time_zone",
                            ),
                            366,
                        )
                    }},
                    {{ add_days("counties.as_of_date", 366) }}
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
            counties.shift_1_start_minute,
            counties.shift_1_end_minute,
            counties.shift_2_start_minute,
            counties.shift_2_end_minute,
            counties.shift_3_start_minute,
            counties.shift_3_end_minute,
            counties.day_working_minutes
        from days
        inner join counties on counties.county_code = days.county_code
        left join
            weekdays
            on weekdays.county_code = days.county_code
            and weekdays.iso_weekday = {{ iso_day_of_week("days.calendar_date") }}
        left join
            holidays
            on holidays.calendar_code = counties.holiday_calendar
            and holidays.holiday_date = days.calendar_date
    )

select
    county_code,
    calendar_date,
    is_workday,
    is_holiday,
    is_makeup_workday,
    holiday_name,
    holiday_name_en,
    time_zone,
    shift_1_start_minute,
    shift_1_end_minute,
    shift_2_start_minute,
    shift_2_end_minute,
    shift_3_start_minute,
    shift_3_end_minute,
    day_working_minutes,
    coalesce(
        sum(case when is_workday then 1 else 0 end) over (
            partition by county_code
            order by calendar_date
            rows between unbounded preceding and 1 preceding
        ),
        0
    ) as workdays_before
from working_days
