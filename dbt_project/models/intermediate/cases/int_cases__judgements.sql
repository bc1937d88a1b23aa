{{ config(materialized="table") }}

with

    followups as (select * from {{ ref("int_cases__followups") }}),

    cases as (select * from {{ ref("int_cases__unified") }}),

    -- Where two sources use one number, a call is about one case only: its own source's first.
    followups_of_cases as (
        select
            cases.case_id, followups.followup_id, followups.called_at, followups.satisfaction_code
        from followups
        inner join
            cases
            on cases.county_code = followups.county_code
            and cases.dataset = followups.subject_dataset
            and cases.case_number = followups.subject_number
        where followups.is_valid
        qualify {{ is_of_first_parent("followups", ["followup_id"], "cases") }}
    )

-- The last valid call counts.
select case_id, satisfaction_code
from followups_of_cases
qualify row_number() over (partition by case_id order by called_at desc, followup_id desc) = 1
