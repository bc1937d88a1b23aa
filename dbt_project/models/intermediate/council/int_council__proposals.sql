{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    procedure_limits as (select * from {{ ref("procedure_limits") }}),

    records as (
        select *
        from {{ sound_records("council_proposals", ref("stg_grid_centre__council_proposals")) }}
    ),

    -- A decision happened when the voting ended; one without a vote, a withdrawal, has no time of
    -- its own and is taken as said.
    proposals_as_of as (
        select
            records.source_id || ':' || records.proposal_number as proposal_id,
            records.proposal_number,
            records.source_id,
            records.county_code,
            records.topic_code,
            records.title,
            coalesce(records.is_online, false) as is_online,
            records.vote_mode_code,
            records.entitled_count,
            cast(null as varchar) as reported_grid_code,
            records.community_code as reported_community_code,
            cast(null as varchar) as reported_town_code,
            records.proposed_at,
            {{ happened("deliberated_at") }},
            {{ happened("voted_at") }},
            case
                when coalesce(records.voted_at, records.proposed_at) <= counties.as_of_at
                then records.decision_code
            end as decision_code,
            {{ happened("publicised_at") }},
            records.due_date,
            case
                when records.completed_date <= counties.as_of_date then records.completed_date
            end as completed_date,
            records.batch_id,
            records.source_file_id,
            records.source_row_number,
            counties.time_zone,
            counties.as_of_at,
            counties.as_of_date,
            {{ local_date("records.proposed_at", "counties.time_zone") }} as proposed_date
        from records
        inner join counties on counties.county_code = records.county_code
        where records.proposed_at <= counties.as_of_at
    ),

    proposals_in_areas as (
        select *, {{ local_date("voted_at", "time_zone") }} as voted_date
        from {{ with_areas_of_the_day("proposals_as_of", "proposed_date") }} as located
    ),

    limited_proposals as (
        select
            proposals_in_areas.proposal_id,
            proposals_in_areas.county_code,
            proposals_in_areas.voted_at,
            proposals_in_areas.voted_date,
            procedure_limits.limit_value,
            procedure_limits.limit_unit
        from proposals_in_areas
        inner join
            procedure_limits
            on procedure_limits.procedure_code = 'council_publicity'
            and {{ holds_on("procedure_limits", "proposals_in_areas.voted_date") }}
        where proposals_in_areas.decision_code in ('adopted', 'rejected')
    ),

    limits as (
        select *
        from
            {{ limit_deadlines("limited_proposals", ["proposal_id"], "voted_at", "voted_date") }}
            as limit_deadlines
    )

select
    proposals_in_areas.proposal_id,
    proposals_in_areas.proposal_number,
    proposals_in_areas.source_id,
    proposals_in_areas.county_code,
    proposals_in_areas.topic_code,
    proposals_in_areas.title,
    proposals_in_areas.is_online,
    proposals_in_areas.vote_mode_code,
    proposals_in_areas.entitled_count,
    proposals_in_areas.community_code,
    proposals_in_areas.town_code,
    proposals_in_areas.proposed_at,
    proposals_in_areas.deliberated_at,
    proposals_in_areas.voted_at,
    proposals_in_areas.decision_code,
    proposals_in_areas.publicised_at,
    limits.limit_due_at as publicity_due_at,
    proposals_in_areas.due_date,
    proposals_in_areas.completed_date,
    proposals_in_areas.proposed_date,
    proposals_in_areas.voted_date,
    proposals_in_areas.time_zone,
    proposals_in_areas.as_of_at,
    proposals_in_areas.as_of_date,
    proposals_in_areas.batch_id,
    proposals_in_areas.source_file_id,
    proposals_in_areas.source_row_number
from proposals_in_areas
left join limits on limits.proposal_id = proposals_in_areas.proposal_id
