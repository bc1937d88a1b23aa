with

    cases as (select * from {{ ref("int_cases__unified") }}),

    events as (
        select case_id, county_code, 'reported' as milestone, reported_at as happened_at
        from cases
        union all
        select case_id, county_code, 'accepted' as milestone, accepted_at as happened_at
        from cases
        union all
        select case_id, county_code, 'filed' as milestone, filed_at as happened_at
        from cases
        union all
        select case_id, county_code, 'dispatched' as milestone, dispatched_at as happened_at
        from cases
        union all
        select case_id, county_code, 'first_response' as milestone, first_response_at as happened_at
        from cases
        union all
        select case_id, county_code, 'handled' as milestone, handled_at as happened_at
        from cases
        union all
        select case_id, county_code, 'checked' as milestone, checked_at as happened_at
        from cases
        union all
        select case_id, county_code, 'closed' as milestone, closed_at as happened_at
        from cases
        union all
        select case_id, county_code, 'voided' as milestone, voided_at as happened_at
        from cases
        union all
        select case_id, county_code, 'suspended' as milestone, suspended_at as happened_at
        from cases
        union all
        select case_id, county_code, 'resumed' as milestone, resumed_at as happened_at
        from cases
    )

select case_id, county_code, milestone, happened_at
from events
where happened_at is not null
