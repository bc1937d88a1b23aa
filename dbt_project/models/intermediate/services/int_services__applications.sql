{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    items as (select * from {{ ref("service_items") }}),

    records as (
        select *
        from
            {{
                sound_records(
                    "service_applications", ref("stg_civil_affairs__service_applications")
                )
            }}
    ),

    -- An application submitted after the as-of time does not exist yet, and of one that does, what
    -- is said to have happened later has not.
    applications_as_of as (
        select
            records.source_id || ':' || records.application_number as application_id,
            records.application_number,
            records.source_id,
            records.county_code,
            records.item_code,
            records.person_key,
            records.birth_month_date,
            records.applicant_kind_code,
            records.channel_code,
            records.grid_code as reported_grid_code,
            records.community_code as reported_community_code,
            records.town_code as reported_town_code,
            records.document_count as delivered_document_count,
            records.is_complete_first_time,
            records.visit_count,
            records.submitted_at,
            {{ happened("accepted_at") }},
            {{ happened("decided_at") }},
            {{ happened("paid_at") }},
            records.due_at as delivered_due_at,
            case
                when records.decided_at <= counties.as_of_at then records.decision_code
            end as decision_code,
            records.batch_id,
            records.source_file_id,
            records.source_row_number,
            counties.time_zone,
            counties.as_of_at,
            {{ local_date("records.submitted_at", "counties.time_zone") }} as submitted_date
        from records
        inner join counties on counties.county_code = records.county_code
        where records.submitted_at <= counties.as_of_at
    ),

    applications_in_areas as (
        select *, {{ local_date("accepted_at", "time_zone") }} as accepted_date
        from {{ with_areas_of_the_day("applications_as_of", "submitted_date") }} as located
    )

-- The limit and the documents are those of the edition in which the application was accepted.
select
    applications_in_areas.application_id,
    applications_in_areas.application_number,
    applications_in_areas.source_id,
    applications_in_areas.county_code,
    applications_in_areas.item_code,
    items.lead_department_code,
    applications_in_areas.person_key,
    applications_in_areas.birth_month_date,
    applications_in_areas.applicant_kind_code,
    applications_in_areas.channel_code,
    applications_in_areas.grid_code,
    applications_in_areas.community_code,
    applications_in_areas.town_code,
    coalesce(
        applications_in_areas.delivered_document_count, items.document_count
    ) as document_count,
    applications_in_areas.is_complete_first_time,
    applications_in_areas.visit_count,
    applications_in_areas.submitted_at,
    applications_in_areas.accepted_at,
    applications_in_areas.decided_at,
    applications_in_areas.paid_at,
    applications_in_areas.decision_code,
    applications_in_areas.delivered_due_at,
    items.limit_value,
    items.limit_unit,
    applications_in_areas.submitted_date,
    applications_in_areas.accepted_date,
    applications_in_areas.time_zone,
    applications_in_areas.as_of_at,
    applications_in_areas.batch_id,
    applications_in_areas.source_file_id,
    applications_in_areas.source_row_number
from applications_in_areas
left join
    items
    on items.item_code = applications_in_areas.item_code
    and coalesce(applications_in_areas.accepted_date, applications_in_areas.submitted_date)
    >= items.valid_from_date
    and (
        items.valid_to_date is null
        or coalesce(applications_in_areas.accepted_date, applications_in_areas.submitted_date)
        < items.valid_to_date
    )
