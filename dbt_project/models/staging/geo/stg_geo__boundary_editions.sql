select county_code, {{ first_day_of_validity() }} as valid_from_date, valid_to_date
from {{ source("geo", "boundary_editions") }}
