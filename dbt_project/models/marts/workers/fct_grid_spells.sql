with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    grids as (select * from {{ ref("dim_grids") }}),

    assignments as (select * from {{ ref("int_workers__assignments") }}),

    first_assignments as (
        select county_code, min(valid_from_date) as first_date from assignments group by county_code
    ),

    -- Before the first assignment that was delivered nobody knows who worked where.
    known_grids as (
        select
            grids.county_code,
            grids.grid_code,
            grids.community_code,
            grids.town_code,
            counties.as_of_date,
            greatest(grids.valid_from_date, first_assignments.first_date) as valid_from_date,
            grids.valid_to_date
        from grids
        inner join counties on counties.county_code = grids.county_code
        inner join first_assignments on first_assignments.county_code = grids.county_code
        where
            (grids.valid_to_date is null or first_assignments.first_date < grids.valid_to_date)
            and greatest(grids.valid_from_date, first_assignments.first_date) <= counties.as_of_date
    ),

    assignments_of_grids as (
        select
            known_grids.county_code,
            known_grids.grid_code,
            known_grids.valid_from_date as grid_from_date,
            assignments.valid_from_date,
            assignments.valid_to_date,
            assignments.worker_code,
            assignments.role_code,
            assignments.is_party_member,
            assignments.is_party_member_unknown,
            assignments.source_id,
            assignments.batch_id,
            assignments.source_file_id,
            assignments.source_row_number
        from known_grids
        inner join
            assignments
            on assignments.county_code = known_grids.county_code
            and assignments.grid_code = known_grids.grid_code
            and {{ share_a_day("assignments", "known_grids") }}
    ),

    days_of_change as (
        select county_code, grid_code, valid_from_date as grid_from_date, valid_from_date
        from known_grids
        union
        select
            county_code,
            grid_code,
            grid_from_date,
            greatest(valid_from_date, grid_from_date) as valid_from_date
        from assignments_of_grids
        union
        select county_code, grid_code, grid_from_date, valid_to_date as valid_from_date
        from assignments_of_grids
        where valid_to_date is not null
    ),

    spans as (
        select
            known_grids.county_code,
            known_grids.grid_code,
            known_grids.community_code,
            known_grids.town_code,
            known_grids.valid_from_date as grid_from_date,
            known_grids.as_of_date,
            days_of_change.valid_from_date,
            coalesce(
                lead(days_of_change.valid_from_date) over (
                    partition by
                        days_of_change.county_code,
                        days_of_change.grid_code,
                        days_of_change.grid_from_date
                    order by days_of_change.valid_from_date
                ),
                known_grids.valid_to_date
            ) as valid_to_date
        from days_of_change
        inner join
            known_grids
            on known_grids.county_code = days_of_change.county_code
            and known_grids.grid_code = days_of_change.grid_code
            and known_grids.valid_from_date = days_of_change.grid_from_date
        where
            known_grids.valid_to_date is null
            or days_of_change.valid_from_date < known_grids.valid_to_date
    ),

    -- Of several workers a full-time one stands for the grid.
    spans_with_workers as (
        select
            spans.*,
            assignments_of_grids.worker_code,
            max(case when assignments_of_grids.is_party_member then 1 else 0 end) over (
                partition by spans.county_code, spans.grid_code, spans.valid_from_date
            ) as party_member,
            max(case when assignments_of_grids.is_party_member_unknown then 1 else 0 end) over (
                partition by spans.county_code, spans.grid_code, spans.valid_from_date
            ) as party_member_unknown,
            assignments_of_grids.source_id,
            assignments_of_grids.batch_id,
            assignments_of_grids.source_file_id,
            assignments_of_grids.source_row_number
        from spans
        left join
            assignments_of_grids
            on assignments_of_grids.county_code = spans.county_code
            and assignments_of_grids.grid_code = spans.grid_code
            and assignments_of_grids.grid_from_date = spans.grid_from_date
            and {{ holds_on("assignments_of_grids", "spans.valid_from_date") }}
        where spans.valid_from_date <= spans.as_of_date
        qualify
            row_number() over (
                partition by spans.county_code, spans.grid_code, spans.valid_from_date
                order by
                    case when assignments_of_grids.role_code = 'full_time' then 0 else 1 end,
                    assignments_of_grids.worker_code
            )
            = 1
    )

select
    county_code,
    'grid_centre' as department_code,
    grid_code,
    community_code,
    town_code,
    valid_from_date,
    case when valid_to_date <= as_of_date then valid_to_date end as valid_to_date,
    worker_code,
    true as is_active,
    worker_code is not null as has_worker,
    party_member = 1 as has_party_worker,
    party_member = 0 and party_member_unknown = 1 as is_party_member_unknown,
    source_id,
    batch_id,
    source_file_id,
    source_row_number
from spans_with_workers
