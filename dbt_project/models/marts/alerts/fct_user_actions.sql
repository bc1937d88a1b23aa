with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    actions as (
        select * from {{ sound_records("user_actions", ref("stg_grid_centre__user_actions")) }}
    )

select
    actions.source_id || ':' || actions.action_number as action_id,
    actions.county_code,
    actions.user_code,
    actions.action_code,
    actions.subject_kind_code,
    actions.subject_number,
    actions.acted_at,
    {{ local_date("actions.acted_at", "counties.time_zone") }} as acted_date,
    actions.reason_code,
    actions.silenced_until_date,
    actions.worker_code,
    actions.source_id,
    actions.batch_id,
    actions.source_file_id,
    actions.source_row_number
from actions
inner join counties on counties.county_code = actions.county_code
where actions.acted_at <= counties.as_of_at
