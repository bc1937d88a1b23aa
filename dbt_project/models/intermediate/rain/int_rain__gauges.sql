with

    gauges as (select * from {{ sound_records("rain_gauges", ref("stg_weather__rain_gauges")) }}),

    -- Two sources may deliver the same gauge.
    records as (
        select *
        from gauges
        qualify
            row_number() over (
                partition by county_code, gauge_code, valid_from_date
                order by updated_at desc nulls last, batch_id desc, source_row_number desc
            )
            = 1
    )

-- A position ends where the next one begins, even where its own last day is later.
select
    county_code,
    gauge_code,
    gauge_name,
    town_code,
    case when not is_fallback_point then longitude end as longitude,
    case when not is_fallback_point then latitude end as latitude,
    elevation_m,
    valid_from_date,
    least(
        {{ add_days("valid_to_date", 1) }},
        lead(valid_from_date) over (partition by county_code, gauge_code order by valid_from_date)
    ) as valid_to_date,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from records
