with service_items as (select * from {{ ref("service_items") }})

select
    item_code,
    item_name,
    item_name_en,
    lead_department_code,
    limit_value,
    limit_unit,
    document_count,
    valid_from_date,
    valid_to_date,
    valid_to_date is null as is_current,
    standard_ref
from service_items
