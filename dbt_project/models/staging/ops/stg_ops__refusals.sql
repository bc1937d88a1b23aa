select batch_id, dataset, reason, row_count from {{ source("control", "refusals") }}
