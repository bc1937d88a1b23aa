{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    procedure_limits as (select * from {{ ref("procedure_limits") }}),

    records as (
        select *
        from {{ sound_records("mediation_cases", ref("stg_grid_centre__mediation_cases")) }}
    ),

    -- A dispute reported after the as-of time does not exist yet, and of one that does, what is
    -- said to have happened later has not.
    disputes_as_of as (
        select
            records.source_id || ':' || records.mediation_number as mediation_id,
            records.mediation_number,
            records.source_id,
            records.county_code,
            records.dispute_category_code,
            records.source_code,
            records.grid_code as reported_grid_code,
            records.community_code as reported_community_code,
            records.town_code as reported_town_code,
            records.party_a_person_key,
            records.party_b_person_key,
            records.reported_at,
            {{ happened("accepted_at") }},
            {{ happened("mediated_at") }},
            {{ happened("closed_at") }},
            records.due_at as delivered_due_at,
            case
                when records.closed_at <= counties.as_of_at then records.outcome_code
            end as outcome_code,
            case
                when records.closed_at <= counties.as_of_at then records.agreement_kind_code
            end as agreement_kind_code,
            case
                when records.closed_at <= counties.as_of_at then records.agreement_due_date
            end as agreement_due_date,
            records.is_agreement_kept,
            records.has_psychologist,
            records.has_lawyer,
            records.batch_id,
            records.source_file_id,
            records.source_row_number,
            counties.time_zone,
            counties.as_of_at,
            counties.as_of_date,
            {{ local_date("records.reported_at", "counties.time_zone") }} as reported_date
        from records
        inner join counties on counties.county_code = records.county_code
        where records.reported_at <= counties.as_of_at
    ),

    disputes_in_areas as (
        select
            *,
            coalesce(accepted_at, reported_at) as clock_start_at,
            {{ local_date("coalesce(accepted_at, reported_at)", "time_zone") }} as clock_start_date
        from {{ with_areas_of_the_day("disputes_as_of", "reported_date") }} as located
    ),

    -- The time runs from acceptance; a dispute that nobody accepted cannot hide behind that and
    -- has its time from the report.
    limited_disputes as (
        select
            disputes_in_areas.mediation_id,
            disputes_in_areas.county_code,
            disputes_in_areas.clock_start_at,
            disputes_in_areas.clock_start_date,
            procedure_limits.limit_value,
            procedure_limits.limit_unit
        from disputes_in_areas
        inner join
            procedure_limits
            on procedure_limits.procedure_code = 'mediation'
            and {{ holds_on("procedure_limits", "disputes_in_areas.clock_start_date") }}
        where disputes_in_areas.delivered_due_at is null
    ),

    limits as (
        select *
        from
            {{
                limit_deadlines(
                    "limited_disputes", ["mediation_id"], "clock_start_at", "clock_start_date"
                )
            }} as limit_deadlines
    )

select
    disputes_in_areas.mediation_id,
    disputes_in_areas.mediation_number,
    disputes_in_areas.source_id,
    disputes_in_areas.county_code,
    disputes_in_areas.dispute_category_code,
    disputes_in_areas.source_code,
    disputes_in_areas.grid_code,
    disputes_in_areas.community_code,
    disputes_in_areas.town_code,
    disputes_in_areas.party_a_person_key,
    disputes_in_areas.party_b_person_key,
    disputes_in_areas.reported_at,
    disputes_in_areas.accepted_at,
    disputes_in_areas.mediated_at,
    disputes_in_areas.closed_at,
    coalesce(disputes_in_areas.delivered_due_at, limits.limit_due_at) as due_at,
    disputes_in_areas.outcome_code,
    disputes_in_areas.agreement_kind_code,
    disputes_in_areas.agreement_due_date,
    disputes_in_areas.is_agreement_kept,
    disputes_in_areas.has_psychologist,
    disputes_in_areas.has_lawyer,
    disputes_in_areas.reported_date,
    disputes_in_areas.time_zone,
    disputes_in_areas.as_of_at,
    disputes_in_areas.as_of_date,
    disputes_in_areas.batch_id,
    disputes_in_areas.source_file_id,
    disputes_in_areas.source_row_number
from disputes_in_areas
left join limits on limits.mediation_id = disputes_in_areas.mediation_id
