{{ config(alias="batches") }}

with batches as (select * from {{ ref("stg_ops__batches") }})

select
    batch_id,
    dataset,
    source_id,
    county_code,
    department_code,
    file_name,
    file_sha256,
    file_bytes,
    received_at,
    rows_read,
    rows_landed,
    rows_refused,
    status,
    milestones,
    notes,
    contract_version,
    load_seconds
from batches
