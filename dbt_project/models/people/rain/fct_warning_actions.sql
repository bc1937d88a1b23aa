{{ config(materialized="view") }}

with actions as (select * from {{ ref("int_rain__actions") }})

select
    action_id,
    warning_id,
    county_code,
    'emergency' as department_code,
    colour_code,
    household_key,
    worker_code,
    grid_code,
    community_code,
    town_code,
    is_low_ground,
    notified_at,
    notified_date,
    acknowledged_at,
    moved_at,
    acknowledge_minutes,
    watched_minutes,
    move_minutes,
    persons_to_move_count,
    moved_count,
    notified_at is not null as is_notified,
    acknowledged_at is not null as is_acknowledged,
    persons_to_move_count > 0 as is_to_move,
    persons_to_move_count > 0 and moved_count >= persons_to_move_count as is_moved,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from actions
