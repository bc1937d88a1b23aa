{{ config(alias="location_counts") }}

with cases as (select * from {{ ref("fct_cases") }})

select county_code, location_method, count(*) as case_count
from cases
group by county_code, location_method
