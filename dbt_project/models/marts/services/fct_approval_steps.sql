with

    steps as (select * from {{ ref("int_services__steps") }}),

    applications as (select * from {{ ref("int_services__applications") }})

select
    steps.step_id,
    steps.application_id,
    steps.source_id,
    steps.county_code,
    applications.item_code,
    applications.channel_code,
    steps.step_number,
    steps.stage_code,
    steps.department_code,
    applications.grid_code,
    applications.community_code,
    applications.town_code,
    steps.started_at,
    steps.ended_at,
    steps.outcome_code,
    case when not steps.is_open then steps.running_days end as step_days,
    steps.running_days,
    steps.wall_clock_days,
    steps.is_on_clock,
    steps.is_open,
    steps.is_parallel,
    coalesce(steps.outcome_code = 'returned', false) as is_returned,
    {{ local_date("steps.started_at", "steps.time_zone") }} as started_date,
    {{ local_date("steps.ended_at", "steps.time_zone") }} as ended_date,
    steps.batch_id,
    steps.source_file_id,
    steps.source_row_number
from steps
inner join applications on applications.application_id = steps.application_id
