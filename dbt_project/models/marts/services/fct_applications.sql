with

    applications as (select * from {{ ref("int_services__timed") }}),

    -- The clock stands while an application is publicised or supplemented, so a deadline that went
    -- by then is not yet past. What was withdrawn is due to nobody.
    applications_with_clock as (
        select
            *,
            coalesce(decision_code = 'withdrawn', false) as is_withdrawn,
            due_at is not null
            and coalesce(decision_code <> 'withdrawn', true) as can_be_due_to_decide,
            coalesce(due_at < as_of_at, false) and not is_off_clock as is_due_passed
        from applications
    )

select
    application_id,
    source_id,
    county_code,
    item_code,
    lead_department_code,
    channel_code,
    grid_code,
    community_code,
    town_code,
    submitted_at,
    accepted_at,
    decided_at,
    paid_at,
    promised_at,
    due_at,
    decision_code,
    case
        when is_withdrawn
        then 'withdrawn'
        when is_decided
        then 'decided'
        when accepted_at is null
        then 'submitted'
        when is_off_clock
        then 'off_clock'
        else 'open'
    end as status,
    case when is_decided then clock_days end as approval_days,
    case when is_decided then clock_working_days end as approval_working_days,
    clock_days,
    off_clock_days,
    {{ seconds_between("submitted_at", "accepted_at") }} / 86400.0 as acceptance_days,
    {{ seconds_between("decided_at", "paid_at") }} / 86400.0 as payment_days,
    document_count,
    visit_count,
    open_department_code,
    open_department_count,
    submitted_at is not null as is_submitted,
    accepted_at is not null as is_accepted,
    is_decided,
    coalesce(decision_code = 'approved', false) as is_approved,
    is_withdrawn,
    paid_at is not null as is_paid,
    is_off_clock,
    due_at is null as is_without_due,
    can_be_due_to_decide and (is_decided or is_due_passed) as is_due_to_decide,
    is_decided and coalesce(decided_at <= due_at, false) as is_decided_on_time,
    can_be_due_to_decide and not is_decided and is_due_passed as is_overdue,
    can_be_due_to_decide and not is_decided and not is_due_passed as is_not_yet_due,
    is_due_passed,
    coalesce(is_complete_first_time, false) as is_complete_first_time,
    is_complete_first_time is null as is_completeness_unknown,
    document_count is null as is_document_count_unknown,
    is_decided and coalesce(visit_count <= 1, false) as is_one_visit,
    visit_count is null as is_visit_count_unknown,
    submitted_date,
    accepted_date,
    {{ local_date("decided_at", "time_zone") }} as decided_date,
    {{ local_date("due_at", "time_zone") }} as due_date,
    batch_id,
    source_file_id,
    source_row_number
from applications_with_clock
