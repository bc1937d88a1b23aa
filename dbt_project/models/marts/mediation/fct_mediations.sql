with

    disputes as (select * from {{ ref("int_mediation__disputes") }}),

    steps as (select * from {{ ref("int_mediation__steps") }}),

    recurrences as (select * from {{ ref("int_mediation__recurrences") }}),

    step_totals as (
        select
            mediation_id,
            count(*) as step_count,
            sum(
                case
                    when
                        coalesce(outcome_code = 'escalated', false)
                        or coalesce(highest_later_level_rank > level_rank, false)
                    then 1
                    else 0
                end
            ) as escalation_count,
            max(level_rank) as highest_level_rank,
            min(started_at) as first_started_at
        from steps
        group by mediation_id
    ),

    settling_steps as (
        select mediation_id, level_code
        from steps
        where outcome_code = 'settled'
        qualify
            row_number() over (partition by mediation_id order by step_number desc, step_id desc)
            = 1
    ),

    disputes_with_clock as (
        select
            disputes.*,
            coalesce(disputes.mediated_at, step_totals.first_started_at) as first_mediated_at,
            settling_steps.level_code as settling_level_code,
            step_totals.highest_level_rank,
            coalesce(step_totals.step_count, 0) as step_count,
            coalesce(step_totals.escalation_count, 0) as escalation_count,
            disputes.closed_at is not null as is_closed,
            coalesce(disputes.outcome_code = 'settled', false) as is_settled,
            coalesce(disputes.outcome_code = 'withdrawn', false) as is_withdrawn,
            disputes.due_at is not null
            and coalesce(disputes.outcome_code <> 'withdrawn', true) as can_be_due_to_resolve,
            coalesce(disputes.due_at < disputes.as_of_at, false) as is_due_passed,
            coalesce(recurrences.again_at is not null, false) as is_recurrent,
            coalesce(recurrences.is_watch_over, false) as is_watch_over,
            recurrences.mediation_id is null as is_without_known_pair
        from disputes
        left join step_totals on step_totals.mediation_id = disputes.mediation_id
        left join settling_steps on settling_steps.mediation_id = disputes.mediation_id
        left join recurrences on recurrences.mediation_id = disputes.mediation_id
    ),

    -- An agreement's date has come when its day is over.
    disputes_with_agreements as (
        select
            *,
            first_mediated_at is not null as is_mediated,
            is_settled and coalesce(agreement_due_date < as_of_date, false) as is_agreement_due
        from disputes_with_clock
    )

select
    mediation_id,
    source_id,
    county_code,
    'grid_centre' as department_code,
    dispute_category_code,
    source_code,
    grid_code,
    community_code,
    town_code,
    reported_at,
    accepted_at,
    first_mediated_at as mediated_at,
    closed_at,
    due_at,
    outcome_code,
    case when is_withdrawn then 'withdrawn' when is_closed then 'closed' else 'open' end as status,
    case when is_settled then settling_level_code end as settled_level_code,
    case
        highest_level_rank when 1 then 'grid' when 2 then 'community' when 3 then 'town'
    end as highest_level_code,
    step_count,
    cast(escalation_count as bigint) as escalation_count,
    case
        when first_mediated_at >= reported_at
        then {{ seconds_between("reported_at", "first_mediated_at") }} / 3600.0
    end as wait_hours,
    case
        when is_settled then {{ seconds_between("reported_at", "closed_at") }} / 86400.0
    end as settlement_days,
    agreement_kind_code,
    agreement_due_date,
    accepted_at is not null as is_accepted,
    is_mediated,
    is_mediated and is_closed and not is_withdrawn as is_mediation_ended,
    is_mediated and not is_closed as is_in_mediation,
    not is_mediated
    and coalesce(outcome_code in ('settled', 'failed'), false) as is_mediation_unknown,
    is_closed,
    is_settled,
    is_withdrawn,
    due_at is null as is_without_due,
    can_be_due_to_resolve and (is_closed or is_due_passed) as is_due_to_resolve,
    is_settled and coalesce(closed_at <= due_at, false) as is_resolved_on_time,
    can_be_due_to_resolve and not is_closed and is_due_passed as is_overdue,
    can_be_due_to_resolve and not is_closed and not is_due_passed as is_not_yet_due,
    is_due_passed,
    escalation_count > 0 as is_escalated,
    is_agreement_due,
    is_agreement_due and coalesce(is_agreement_kept, false) as is_agreement_kept,
    is_agreement_due and is_agreement_kept is null as is_agreement_unknown,
    is_settled and coalesce(agreement_due_date >= as_of_date, false) as is_agreement_not_yet_due,
    is_recurrent,
    is_settled and not is_without_known_pair and (is_recurrent or is_watch_over) as is_due_to_recur,
    is_settled
    and not is_without_known_pair
    and not is_recurrent
    and not is_watch_over as is_recurrence_not_yet_due,
    is_settled and is_without_known_pair as is_recurrence_unknown,
    is_watch_over,
    coalesce(has_psychologist, false) as is_with_psychologist,
    coalesce(has_lawyer, false) as is_with_lawyer,
    reported_date,
    {{ local_date("due_at", "time_zone") }} as due_date,
    {{ local_date("closed_at", "time_zone") }} as closed_date,
    batch_id,
    source_file_id,
    source_row_number
from disputes_with_agreements
