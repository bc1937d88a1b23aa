with

    counties as (select * from {{ ref("stg_ops__counties") }}),

    pins as (select * from {{ ref("stg_ops__as_of_pins") }}),

    batches as (select * from {{ ref("stg_ops__batches") }}),

    grid_events as (select * from {{ ref("stg_grid_centre__grid_events") }}),

    city_cases as (select * from {{ ref("stg_urban_management__city_cases") }}),

    record_times as (
        select county_code, reported_at, updated_at, received_at
        from grid_events
        union all
        select county_code, reported_at, updated_at, received_at
        from city_cases
    ),

    -- A publisher's clock may run ahead: nothing is known of a time after the records came in.
    newest_records as (
        select
            county_code,
            max(
                least(greatest(reported_at, coalesce(updated_at, reported_at)), received_at)
            ) as newest_record_at
        from record_times
        group by county_code
    ),

    newest_batches as (
        select county_code, max(received_at) as last_received_at
        from batches
        where status = 'landed'
        group by county_code
    ),

    -- A county that has delivered boundaries but no case yet is as of their receipt.
    as_of_times as (
        select
            counties.*,
            pins.as_of_at is not null as is_pinned,
            coalesce(
                pins.as_of_at, newest_records.newest_record_at, newest_batches.last_received_at
            ) as as_of_at
        from counties
        inner join newest_batches on newest_batches.county_code = counties.county_code
        left join newest_records on newest_records.county_code = counties.county_code
        left join pins on pins.county_code = counties.county_code
    )

select
    county_code,
    county_name_zh,
    county_name_en,
    time_zone,
    is_sample,
    holiday_calendar,
    shift_1_start_minute,
    shift_1_end_minute,
    shift_2_start_minute,
    shift_2_end_minute,
    shift_3_start_minute,
    shift_3_end_minute,
    day_working_minutes,
    is_pinned,
    as_of_at,
    {{ local_date("as_of_at", "time_zone") }} as as_of_date
from as_of_times
