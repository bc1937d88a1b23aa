with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    forecasts as (
        select * from {{ sound_records("rain_forecasts", ref("stg_weather__rain_forecasts")) }}
    ),

    -- Two sources may deliver the same forecast.
    records as (
        select *
        from forecasts
        qualify
            row_number() over (
                partition by county_code, town_code, issued_at, valid_at
                order by updated_at desc nulls last, batch_id desc, source_row_number desc
            )
            = 1
    )

select
    records.county_code,
    records.town_code,
    records.issued_at,
    records.valid_at,
    {{ hour_number("records.valid_at") }} as hour_number,
    records.rain_mm,
    greatest(records.issued_at, coalesce(records.updated_at, records.issued_at)) as known_at,
    records.source_id,
    records.batch_id,
    records.source_file_id,
    records.source_row_number
from records
inner join counties on counties.county_code = records.county_code
where records.issued_at <= counties.as_of_at
