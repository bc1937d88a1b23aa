with limits as (select * from {{ ref("rain_response_limits") }})

select
    colour_code,
    least_exposure,
    tell_minutes,
    acknowledge_minutes,
    move_minutes,
    valid_from_date,
    valid_to_date,
    standard_ref
from limits
