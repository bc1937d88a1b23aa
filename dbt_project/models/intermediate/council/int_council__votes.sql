{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    proposals as (select * from {{ ref("int_council__proposals") }}),

    records as (
        select * from {{ sound_records("council_votes", ref("stg_grid_centre__council_votes")) }}
    ),

    -- Votes come by another source than their proposal, so the number in the county joins them.
    -- Where two sources use one number, a vote is on one proposal only: its own source's first.
    votes_as_of as (
        select
            records.source_id || ':' || records.vote_number as vote_id,
            proposals.proposal_id,
            records.source_id,
            records.county_code,
            records.household_key,
            records.delegate_code,
            records.choice_code,
            records.voted_at,
            proposals.vote_mode_code,
            proposals.community_code,
            proposals.town_code,
            proposals.voted_at as voting_ended_at,
            proposals.time_zone,
            records.batch_id,
            records.source_file_id,
            records.source_row_number
        from records
        inner join counties on counties.county_code = records.county_code
        inner join
            proposals
            on proposals.county_code = records.county_code
            and proposals.proposal_number = records.proposal_number
        where records.voted_at <= counties.as_of_at
        qualify {{ is_of_first_parent("records", ["source_id", "vote_number"], "proposals") }}
    ),

    -- A vote counts when it was cast before the voting ended, by one who is entitled in the
    -- proposal's mode: a household, or a delegate.
    judged_votes as (
        select
            *,
            coalesce(voted_at > voting_ended_at, false) as is_late,
            case
                vote_mode_code
                when 'household'
                then household_key is null
                when 'delegate'
                then delegate_code is null
                else household_key is null and delegate_code is null
            end as is_without_voter
        from votes_as_of
    )

select *, not is_late and not is_without_voter as is_counted
from judged_votes
