{{ config(materialized="table") }}

with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    versions as (select * from {{ ref("int_areas__versions") }}),

    records as (
        select * from {{ sound_records("grid_workers", ref("stg_grid_centre__grid_workers")) }}
    ),

    -- Two sources may deliver the same assignment.
    one_row_per_assignment as (
        select *
        from records
        qualify
            row_number() over (
                partition by county_code, worker_code, grid_code, assigned_from_date
                order by updated_at desc nulls last, batch_id desc, source_row_number desc
            )
            = 1
    ),

    -- An assignment ends where the worker's next one to the same grid starts, even where its own
    -- last day is missing or later.
    closed_assignments as (
        select
            one_row_per_assignment.*,
            counties.as_of_date,
            least(
                {{ add_days("one_row_per_assignment.assigned_to_date", 1) }},
                lead(one_row_per_assignment.assigned_from_date) over (
                    partition by
                        one_row_per_assignment.county_code,
                        one_row_per_assignment.worker_code,
                        one_row_per_assignment.grid_code
                    order by one_row_per_assignment.assigned_from_date
                )
            ) as assigned_until_date
        from one_row_per_assignment
        inner join counties on counties.county_code = one_row_per_assignment.county_code
    ),

    -- A grid that was split or dropped ends the assignments to it; one of which no day is known
    -- stands by itself.
    assignments_to_versions as (
        select
            closed_assignments.county_code,
            closed_assignments.worker_code,
            closed_assignments.grid_code,
            closed_assignments.role_code,
            coalesce(closed_assignments.is_party_member, false) as is_party_member,
            closed_assignments.is_party_member is null as is_party_member_unknown,
            versions.parent_code as community_code,
            versions.area_code is null as is_grid_unknown,
            closed_assignments.as_of_date,
            greatest(
                closed_assignments.assigned_from_date,
                coalesce(versions.valid_from_date, closed_assignments.assigned_from_date)
            ) as valid_from_date,
            least(closed_assignments.assigned_until_date, versions.valid_to_date) as valid_to_date,
            closed_assignments.source_id,
            closed_assignments.batch_id,
            closed_assignments.source_file_id,
            closed_assignments.source_row_number
        from closed_assignments
        left join
            versions
            on versions.area_level = 'grid'
            and versions.county_code = closed_assignments.county_code
            and versions.area_code = closed_assignments.grid_code
            and (
                versions.valid_to_date is null
                or closed_assignments.assigned_from_date < versions.valid_to_date
            )
            and (
                closed_assignments.assigned_until_date is null
                or versions.valid_from_date < closed_assignments.assigned_until_date
            )
    )

select
    assignments_to_versions.*,
    towns.parent_code as town_code,
    {{ holds_on("assignments_to_versions", "assignments_to_versions.as_of_date") }} as is_current
from assignments_to_versions
left join
    versions as towns
    on towns.area_level = 'community'
    and towns.county_code = assignments_to_versions.county_code
    and towns.area_code = assignments_to_versions.community_code
    and {{ holds_on("towns", "assignments_to_versions.valid_from_date") }}
where
    assignments_to_versions.valid_to_date is null
    or assignments_to_versions.valid_from_date < assignments_to_versions.valid_to_date
