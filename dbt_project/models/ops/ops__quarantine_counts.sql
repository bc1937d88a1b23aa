{{ config(alias="quarantine_counts") }}

with refusals as (select * from {{ ref("stg_ops__refusals") }})

select batch_id, dataset, reason, row_count
from refusals
