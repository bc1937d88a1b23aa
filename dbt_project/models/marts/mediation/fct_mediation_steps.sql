with

    levels as (select * from {{ ref("int_mediation__steps") }}),

    disputes as (select * from {{ ref("int_mediation__disputes") }}),

    steps as (
        select
            *,
            coalesce(outcome_code = 'escalated', false)
            or coalesce(highest_later_level_rank > level_rank, false) as is_escalated
        from levels
    )

select
    steps.step_id,
    steps.mediation_id,
    steps.source_id,
    steps.county_code,
    'grid_centre' as department_code,
    disputes.dispute_category_code,
    disputes.source_code,
    disputes.grid_code,
    disputes.community_code,
    disputes.town_code,
    steps.step_number,
    steps.level_code,
    steps.mediator_kind_code,
    steps.level_received_at,
    steps.started_at,
    steps.ended_at,
    steps.outcome_code,
    {{ seconds_between("steps.level_received_at", "steps.started_at") }} / 3600.0 as wait_hours,
    {{ seconds_between("steps.level_received_at", "steps.ended_at") }} / 3600.0 as step_hours,
    steps.started_at is not null as is_started,
    steps.ended_at is not null as is_ended,
    steps.ended_at is null as is_open,
    coalesce(steps.outcome_code = 'settled', false) as is_settled_here,
    steps.is_escalated,
    steps.outcome_code is not null or steps.is_escalated as is_concluded_here,
    steps.outcome_code is null
    and not steps.is_escalated
    and steps.ended_at is null
    and disputes.closed_at is null as is_still_here,
    steps.outcome_code is null
    and not steps.is_escalated
    and (steps.ended_at is not null or disputes.closed_at is not null) as is_outcome_unknown,
    coalesce(steps.outcome_code = 'withdrawn', false) as is_withdrawn,
    coalesce(steps.level_rank < steps.earlier_level_rank, false) as is_level_below_earlier,
    {{ local_date("steps.level_received_at", "steps.time_zone") }} as level_received_date,
    {{ local_date("steps.ended_at", "steps.time_zone") }} as ended_date,
    steps.batch_id,
    steps.source_file_id,
    steps.source_row_number
from steps
inner join disputes on disputes.mediation_id = steps.mediation_id
