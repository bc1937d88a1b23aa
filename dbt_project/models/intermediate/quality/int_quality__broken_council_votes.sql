-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

council_proposals as (select * from {{ ref("stg_grid_centre__council_proposals") }}),

records as (
    select records.*, concat(cast(records.vote_number as varchar)) as record_key
    from {{ ref("stg_grid_centre__council_votes") }} as records
),

second_vote_of_the_household as (
    select records.*
    from records
    where records.proposal_number is not null
        and records.household_key is not null
    qualify row_number() over (
        partition by records.county_code, records.proposal_number, records.household_key
        order by records.voted_at, records.batch_id, records.source_row_number
    ) > 1
),

second_vote_of_the_delegate as (
    select records.*
    from records
    where records.proposal_number is not null
        and records.delegate_code is not null
    qualify row_number() over (
        partition by records.county_code, records.proposal_number, records.delegate_code
        order by records.voted_at, records.batch_id, records.source_row_number
    ) > 1
),

unknown_proposal as (
    select records.*
    from records
    where records.proposal_number is not null
        and not exists (
            select 1
            from council_proposals
            where council_proposals.county_code = records.county_code
                and council_proposals.proposal_number = records.proposal_number
        )
)

select
    'council_votes' as dataset,
    'second_vote_of_the_household' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from second_vote_of_the_household
union all
select
    'council_votes' as dataset,
    'second_vote_of_the_delegate' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from second_vote_of_the_delegate
union all
select
    'council_votes' as dataset,
    'unknown_proposal' as rule,
    'error' as severity,
    county_code,
    source_id,
    record_key,
    batch_id,
    source_row_number
from unknown_proposal
