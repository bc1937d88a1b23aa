with

    cases as (select * from {{ ref("int_cases__timed") }}),

    links as (select * from {{ ref("int_cases__links") }}),

    judgements as (select * from {{ ref("int_cases__judgements") }}),

    recurrences as (select * from {{ ref("int_cases__recurrences") }}),

    -- The clock stands while a case is suspended, so a deadline that went by then is not yet past.
    cases_with_clock as (
        select
            cases.*,
            links.match_rule is not null as is_duplicate,
            coalesce(links.match_rule = 'same_place_time_family', false) as is_matched_duplicate,
            judgements.satisfaction_code,
            cases.closed_at is not null as is_closed,
            cases.first_response_at is not null and not cases.is_response_unknown as is_responded,
            cases.due_at is not null and not cases.is_closing_unknown as can_be_due_to_close,
            cases.response_due_at is not null
            and not cases.is_response_unknown as can_be_due_to_respond,
            coalesce(cases.due_at < cases.as_of_at, false)
            and not cases.is_suspended as is_due_passed,
            coalesce(cases.response_due_at < cases.as_of_at, false)
            and not cases.is_suspended as is_response_due_passed,
            cases.filed_at is not null and not cases.is_filing_unknown as is_filed,
            coalesce(cases.filing_due_at < cases.as_of_at, false)
            and not cases.is_suspended as is_filing_due_passed,
            cases.dispatched_at is not null and not cases.is_dispatch_unknown as is_dispatched,
            cases.dispatch_due_at is not null
            and not cases.is_dispatch_unknown as can_be_due_to_dispatch,
            coalesce(cases.dispatch_due_at < cases.as_of_at, false)
            and not cases.is_suspended as is_dispatch_due_passed,
            cases.handled_at is not null and not cases.is_handling_unknown as is_handled,
            cases.due_at is not null and not cases.is_handling_unknown as can_be_due_to_handle,
            cases.longitude is null
            or cases.latitude is null
            or cases.is_fallback_point as is_place_unknown,
            recurrences.recurred_at,
            coalesce(
                {{ add_seconds("cases.closed_at", recurrence_days() * 86400) }} <= cases.as_of_at,
                false
            ) as is_watch_over
        from cases
        left join links on links.case_id = cases.case_id
        left join judgements on judgements.case_id = cases.case_id
        left join recurrences on recurrences.case_id = cases.case_id
    )

select
    case_id,
    source_id,
    dataset,
    county_code,
    department_code,
    category_code,
    major_category_code,
    channel_code,
    grid_code,
    community_code,
    town_code,
    longitude,
    latitude,
    location_method,
    reported_at,
    accepted_at,
    filed_at,
    dispatched_at,
    first_response_at,
    handled_at,
    checked_at,
    closed_at,
    due_at,
    response_due_at,
    filing_due_at,
    dispatch_due_at,
    voided_at,
    recurred_at,
    severity_code,
    case
        when voided_at is not null
        then 'void'
        when is_closed
        then 'closed'
        when is_suspended
        then 'suspended'
        else 'open'
    end as status,
    response_minutes,
    waiting_minutes,
    resolution_hours,
    open_hours,
    working_hours,
    suspended_minutes,
    -- Red is what is late; else the share of the limit that is used up.
    case
        when due_at is null or voided_at is not null or is_closing_unknown
        then null
        when clock_end_at > due_at
        then 'red'
        when clock_minutes * 5.0 > limit_minutes * 4.0
        then 'yellow'
        else 'green'
    end as light_code,
    coalesce(rework_count, 0) as rework_count,
    coalesce(dispatch_count, 0) as dispatch_count,
    coalesce(extension_count, 0) as extension_count,
    satisfaction_code,
    voided_at is not null as is_void,
    is_duplicate,
    is_matched_duplicate,
    deferred_at is not null as is_deferred,
    is_suspended,
    is_responded,
    is_response_unknown,
    response_due_at is null as is_without_response_due,
    can_be_due_to_respond and (is_responded or is_response_due_passed) as is_due_to_respond,
    is_responded and coalesce(first_response_at <= response_due_at, false) as is_responded_on_time,
    can_be_due_to_respond
    and not is_responded
    and not is_response_due_passed as is_response_not_yet_due,
    is_response_due_passed,
    is_filed,
    is_filing_unknown,
    not is_filing_unknown
    and (
        is_filed or voided_at is not null or filing_due_at is null or is_filing_due_passed
    ) as is_due_to_file,
    not is_filing_unknown
    and not is_filed
    and voided_at is null
    and filing_due_at is not null
    and not is_filing_due_passed as is_filing_not_yet_due,
    filing_due_at is null as is_without_filing_due,
    is_filed and coalesce(filed_at <= filing_due_at, false) as is_filed_on_time,
    is_filed and voided_at is null as is_filed_accurately,
    is_dispatched,
    is_dispatch_unknown,
    (is_filed or is_dispatched) and dispatch_due_at is null as is_without_dispatch_due,
    can_be_due_to_dispatch and (is_dispatched or is_dispatch_due_passed) as is_due_to_dispatch,
    is_dispatched and coalesce(dispatched_at <= dispatch_due_at, false) as is_dispatched_on_time,
    can_be_due_to_dispatch
    and not is_dispatched
    and not is_dispatch_due_passed as is_dispatch_not_yet_due,
    is_dispatch_due_passed,
    is_dispatched and coalesce(dispatch_count, 0) <= 1 as is_dispatched_accurately,
    is_dispatched and dispatch_count is null as is_misdispatch_unknown,
    is_handled,
    is_handling_unknown,
    can_be_due_to_handle and (is_handled or is_closed or is_due_passed) as is_due_to_handle,
    is_handled and coalesce(handled_at <= due_at, false) as is_handled_on_time,
    can_be_due_to_handle
    and not is_handled
    and not is_closed
    and not is_due_passed as is_handling_not_yet_due,
    is_closed,
    due_at is null as is_without_due,
    can_be_due_to_close and (is_closed or is_due_passed) as is_due_to_close,
    is_closed and coalesce(closed_at <= due_at, false) as is_closed_on_time,
    can_be_due_to_close and not is_closed and is_due_passed as is_overdue,
    can_be_due_to_close and not is_closed and not is_due_passed as is_not_yet_due,
    is_due_passed,
    coalesce(rework_count, 0) > 0 as is_reworked,
    rework_count is null as is_rework_unknown,
    coalesce(dispatch_count, 0) > 1 as is_misdispatched,
    coalesce(extension_count, 0) > 0 as is_extended,
    extension_count is null as is_extension_unknown,
    is_place_unknown,
    is_closed and recurred_at is not null as is_recurrent,
    -- What came up again at once waits like the rest, or a recent month would hold nothing else.
    is_closed and is_watch_over as is_due_to_recur,
    is_closed and not is_watch_over as is_recurrence_not_yet_due,
    is_closing_unknown,
    is_alert,
    is_alert and is_closed as is_alert_closed,
    is_alert and (voided_at is not null or is_duplicate) as is_alert_left_out,
    is_alert and coalesce(is_false_alarm, false) as is_false_alarm,
    is_alert and is_false_alarm is null as is_false_alarm_unknown,
    reported_date,
    due_date,
    closed_date,
    voided_date,
    batch_id,
    source_file_id,
    source_row_number
from cases_with_clock
