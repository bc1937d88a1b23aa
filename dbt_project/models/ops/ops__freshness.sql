{{ config(alias="freshness") }}

with

    batches as (select * from {{ ref("stg_ops__batches") }}),

    counties as (select * from {{ ref("int_counties__as_of") }}),

    promises as (select * from {{ ref("int_quality__promises") }}),

    record_days as (select * from {{ ref("int_quality__record_days") }}),

    -- What a record tells of a time after the as-of time has not happened.
    records_of_each_dataset as (
        select
            record_days.dataset,
            record_days.county_code,
            sum(record_days.record_count) as record_count,
            max(
                case
                    when
                        record_days.record_date is null
                        or record_days.record_date <= counties.as_of_date
                    then least(record_days.newest_record_at, counties.as_of_at)
                end
            ) as newest_record_at
        from record_days
        inner join counties on counties.county_code = record_days.county_code
        group by record_days.dataset, record_days.county_code
    ),

    batches_of_each_dataset as (
        select
            dataset,
            county_code,
            max(case when status = 'landed' then received_at end) as last_received_at,
            sum(case when status = 'landed' then 1 else 0 end) as batch_count,
            sum(rows_read) as rows_read,
            sum(rows_landed) as rows_landed,
            sum(rows_refused) as rows_refused
        from batches
        group by dataset, county_code
    ),

    held_against_promises as (
        select
            batches_of_each_dataset.*,
            promises.department_code,
            promises.department_name_zh,
            promises.department_name_en,
            promises.dataset_name_zh,
            promises.dataset_name_en,
            promises.is_event_driven,
            promises.promised_every_days,
            promises.lateness_days,
            counties.as_of_at,
            records_of_each_dataset.newest_record_at,
            records_of_each_dataset.record_count,
            case
                when not promises.is_event_driven and batches_of_each_dataset.batch_count > 0
                then
                    {{
                        seconds_between(
                            "coalesce(records_of_each_dataset.newest_record_at, batches_of_each_dataset.last_received_at)",
                            "counties.as_of_at",
                        )
                    }}
                    / 86400.0
                    - promises.promised_every_days
                    - promises.lateness_days
            end as days_beyond_promise
        from batches_of_each_dataset
        inner join promises on promises.dataset = batches_of_each_dataset.dataset
        left join counties on counties.county_code = batches_of_each_dataset.county_code
        left join
            records_of_each_dataset
            on records_of_each_dataset.dataset = batches_of_each_dataset.dataset
            and records_of_each_dataset.county_code = batches_of_each_dataset.county_code
    )

select
    county_code,
    dataset,
    department_code,
    department_name_zh,
    department_name_en,
    dataset_name_zh,
    dataset_name_en,
    last_received_at,
    newest_record_at,
    as_of_at,
    promised_every_days,
    lateness_days,
    is_event_driven,
    coalesce(days_beyond_promise > 0.0, false) as is_late,
    case when days_beyond_promise > 0.0 then days_beyond_promise else 0.0 end as days_late,
    cast(batch_count as bigint) as batch_count,
    cast(coalesce(record_count, 0) as bigint) as record_count,
    cast(rows_read as bigint) as rows_read,
    cast(rows_landed as bigint) as rows_landed,
    cast(rows_refused as bigint) as rows_refused
from held_against_promises
