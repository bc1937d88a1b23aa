select batch_id, dataset, rule from {{ source("control", "batch_rules") }}
