with

    proposals as (select * from {{ ref("int_council__proposals") }}),

    votes as (select * from {{ ref("int_council__votes") }}),

    vote_totals as (
        select
            proposal_id,
            sum(case when is_counted then 1 else 0 end) as cast_count,
            sum(case when is_counted and choice_code = 'for' then 1 else 0 end) as for_count,
            sum(
                case when is_counted and choice_code = 'against' then 1 else 0 end
            ) as against_count,
            sum(
                case when is_counted and choice_code = 'abstain' then 1 else 0 end
            ) as abstain_count,
            sum(case when is_counted then 0 else 1 end) as uncounted_count
        from votes
        group by proposal_id
    ),

    proposals_with_votes as (
        select
            proposals.*,
            cast(coalesce(vote_totals.cast_count, 0) as bigint) as cast_count,
            cast(coalesce(vote_totals.for_count, 0) as bigint) as for_count,
            cast(coalesce(vote_totals.against_count, 0) as bigint) as against_count,
            cast(coalesce(vote_totals.abstain_count, 0) as bigint) as abstain_count,
            cast(coalesce(vote_totals.uncounted_count, 0) as bigint) as uncounted_count,
            coalesce(proposals.decision_code = 'withdrawn', false) as is_withdrawn,
            proposals.voted_at is not null
            and coalesce(proposals.decision_code in ('adopted', 'rejected'), false) as is_decided,
            proposals.voted_at is not null
            and coalesce(proposals.decision_code = 'adopted', false) as is_adopted,
            coalesce(
                proposals.publicity_due_at < proposals.as_of_at, false
            ) as is_publicity_due_passed,
            coalesce(proposals.due_date < proposals.as_of_date, false) as is_due_passed
        from proposals
        left join vote_totals on vote_totals.proposal_id = proposals.proposal_id
    ),

    -- What was voted down or withdrawn is nobody's to complete.
    proposals_with_duties as (
        select
            *,
            is_decided and publicity_due_at is not null as can_be_due_to_publicise,
            is_adopted and due_date is not null as can_be_due_to_complete,
            is_adopted and completed_date is not null as is_completed
        from proposals_with_votes
    )

select
    proposal_id,
    source_id,
    county_code,
    'grid_centre' as department_code,
    community_code,
    town_code,
    topic_code,
    title,
    vote_mode_code,
    proposed_at,
    deliberated_at,
    voted_at,
    decision_code,
    publicised_at,
    publicity_due_at,
    due_date,
    completed_date,
    case
        when is_withdrawn
        then 'withdrawn'
        when is_completed
        then 'completed'
        when publicised_at is not null
        then 'publicised'
        when voted_at is not null
        then 'voted'
        when deliberated_at is not null
        then 'deliberated'
        else 'proposed'
    end as stage_code,
    {{ seconds_between("proposed_at", "deliberated_at") }} / 86400.0 as proposal_days,
    {{ seconds_between("deliberated_at", "voted_at") }} / 86400.0 as deliberation_days,
    {{ seconds_between("voted_at", "publicised_at") }} / 86400.0 as publicity_wait_days,
    case
        when is_completed and completed_date >= voted_date
        then cast({{ days_between("voted_date", "completed_date") }} as double)
    end as completion_days,
    entitled_count,
    cast_count,
    for_count,
    against_count,
    abstain_count,
    uncounted_count,
    is_online,
    is_withdrawn,
    voted_at is not null as is_voted,
    is_decided,
    voted_at is not null and not is_withdrawn and not is_decided as is_decision_unknown,
    is_adopted,
    entitled_count is null as is_entitled_unknown,
    voted_at is not null and cast_count + uncounted_count = 0 as is_vote_unknown,
    is_decided and publicised_at is not null as is_publicised,
    can_be_due_to_publicise
    and (publicised_at is not null or is_publicity_due_passed) as is_due_to_publicise,
    is_decided and coalesce(publicised_at <= publicity_due_at, false) as is_publicised_on_time,
    can_be_due_to_publicise
    and publicised_at is null
    and not is_publicity_due_passed as is_publicity_not_yet_due,
    is_publicity_due_passed,
    is_adopted and due_date is null as is_without_due,
    can_be_due_to_complete and (is_completed or is_due_passed) as is_due_to_complete,
    is_completed,
    is_completed and coalesce(completed_date <= due_date, false) as is_completed_on_time,
    can_be_due_to_complete and not is_completed and is_due_passed as is_overdue,
    can_be_due_to_complete and not is_completed and not is_due_passed as is_not_yet_due,
    is_due_passed,
    proposed_date,
    voted_date,
    {{ local_date("publicised_at", "time_zone") }} as publicised_date,
    batch_id,
    source_file_id,
    source_row_number
from proposals_with_duties
