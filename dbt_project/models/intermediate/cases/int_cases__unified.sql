{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    batches as (select * from {{ ref("stg_ops__batches") }}),

    grid_events as (select * from {{ ref("stg_grid_centre__grid_events") }}),

    city_cases as (select * from {{ ref("stg_urban_management__city_cases") }}),

    records as (
        select
            'grid_events' as dataset,
            case_number,
            category_code,
            major_category_code,
            department_code,
            channel_code,
            grid_code,
            community_code,
            town_code,
            longitude,
            latitude,
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
            voided_at,
            suspended_at,
            resumed_at,
            deferred_at,
            duplicate_of_number,
            severity_code,
            rework_count,
            dispatch_count,
            extension_count,
            updated_at,
            is_fallback_point,
            source_id,
            county_code,
            batch_id,
            source_file_id,
            source_row_number,
            received_at
        from grid_events
        union all
        select
            'city_cases' as dataset,
            case_number,
            category_code,
            major_category_code,
            department_code,
            channel_code,
            grid_code,
            community_code,
            town_code,
            longitude,
            latitude,
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
            voided_at,
            suspended_at,
            resumed_at,
            deferred_at,
            duplicate_of_number,
            severity_code,
            rework_count,
            dispatch_count,
            extension_count,
            updated_at,
            is_fallback_point,
            source_id,
            county_code,
            batch_id,
            source_file_id,
            source_row_number,
            received_at
        from city_cases
    ),

    -- A case reported after the as-of time does not exist yet, and of one that does, what is said
    -- to
    -- have happened later has not.
    records_as_of as (
        select
            records.source_id || ':' || records.case_number as case_id,
            records.dataset,
            records.source_id,
            records.county_code,
            records.department_code,
            records.category_code,
            records.major_category_code,
            records.channel_code,
            records.grid_code as reported_grid_code,
            records.community_code as reported_community_code,
            records.town_code as reported_town_code,
            records.longitude,
            records.latitude,
            coalesce(records.is_fallback_point, false) as is_fallback_point,
            records.reported_at,
            {{ happened("accepted_at") }},
            {{ happened("filed_at") }},
            {{ happened("dispatched_at") }},
            {{ happened("first_response_at") }},
            {{ happened("handled_at") }},
            {{ happened("checked_at") }},
            {{ happened("closed_at") }},
            {{ happened("voided_at") }},
            {{ happened("suspended_at") }},
            {{ happened("resumed_at") }},
            {{ happened("deferred_at") }},
            records.due_at as delivered_due_at,
            records.response_due_at as delivered_response_due_at,
            records.duplicate_of_number is not null as is_duplicate,
            records.severity_code,
            records.rework_count,
            records.dispatch_count,
            records.extension_count,
            not coalesce(batches.has_first_response, false) as is_response_unknown,
            not coalesce(batches.has_filed, false) as is_filing_unknown,
            not coalesce(batches.has_closed, false) as is_closing_unknown,
            records.batch_id,
            records.source_file_id,
            records.source_row_number,
            counties.time_zone,
            counties.as_of_at,
            {{ local_time("records.reported_at", "counties.time_zone") }} as reported_local_at
        from records
        inner join counties on counties.county_code = records.county_code
        left join
            batches on batches.dataset = records.dataset and batches.batch_id = records.batch_id
        where records.reported_at <= counties.as_of_at
    )

select *, cast(reported_local_at as date) as reported_date
from records_as_of
