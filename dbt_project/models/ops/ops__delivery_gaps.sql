{{ config(alias="delivery_gaps") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    promises as (select * from {{ ref("int_quality__promises") }}),

    record_days as (select * from {{ ref("int_quality__record_days") }}),

    daily_datasets as (
        select * from promises where promised_every_days = 1 and not is_event_driven
    ),

    days_with_records as (
        select
            record_days.county_code,
            record_days.dataset,
            record_days.record_date,
            sum(record_days.record_count) as record_count
        from record_days
        inner join daily_datasets on daily_datasets.dataset = record_days.dataset
        inner join counties on counties.county_code = record_days.county_code
        where record_days.record_date <= counties.as_of_date
        group by record_days.county_code, record_days.dataset, record_days.record_date
    ),

    -- The day of the as-of time is not over: a gap that lasts ends before it.
    days_and_the_next as (
        select
            days_with_records.*,
            coalesce(
                lead(days_with_records.record_date) over (
                    partition by days_with_records.county_code, days_with_records.dataset
                    order by days_with_records.record_date
                ),
                counties.as_of_date
            ) as next_record_date,
            lead(days_with_records.record_date) over (
                partition by days_with_records.county_code, days_with_records.dataset
                order by days_with_records.record_date
            )
            is null as is_open
        from days_with_records
        inner join counties on counties.county_code = days_with_records.county_code
    ),

    -- A dataset of a few records a month is not silent because it stopped: by its own rate over
    -- all days from first to last, at least seven records must be missing (chance below 0.1 %).
    rates as (
        select
            days_and_the_next.county_code,
            days_and_the_next.dataset,
            cast(sum(days_and_the_next.record_count) as double) / (
                {{
                    days_between(
                        "min(days_and_the_next.record_date)",
                        "max(days_and_the_next.record_date)",
                    )
                }} + 1
            ) as records_per_day
        from days_and_the_next
        group by days_and_the_next.county_code, days_and_the_next.dataset
    ),

    gaps as (
        select
            days_and_the_next.county_code,
            days_and_the_next.dataset,
            {{ add_days("days_and_the_next.record_date", 1) }} as gap_from_date,
            days_and_the_next.next_record_date as gap_to_date,
            days_and_the_next.is_open,
            {{
                days_between(
                    "days_and_the_next.record_date", "days_and_the_next.next_record_date"
                )
            }} - 1 as gap_days
        from days_and_the_next
    )

select
    gaps.county_code,
    gaps.dataset,
    gaps.gap_from_date,
    gaps.gap_to_date,
    cast(gaps.gap_days as bigint) as gap_days,
    gaps.is_open,
    rates.records_per_day * gaps.gap_days as missing_record_count
from gaps
inner join rates on rates.county_code = gaps.county_code and rates.dataset = gaps.dataset
inner join daily_datasets on daily_datasets.dataset = gaps.dataset
where
    gaps.gap_days > daily_datasets.promised_every_days + daily_datasets.lateness_days
    and rates.records_per_day * gaps.gap_days >= 7.0
