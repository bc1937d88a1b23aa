with dates as (select * from {{ ref("dim_dates") }}) select distinct calendar_date from dates
