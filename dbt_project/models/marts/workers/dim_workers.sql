with

    assignments as (select * from {{ ref("int_workers__assignments") }}),

    -- What a worker is, is what the newest assignment that has begun says; a planned one says it
    -- where there is no other.
    newest_assignments as (
        select *
        from assignments
        qualify
            row_number() over (
                partition by county_code, worker_code
                order by
                    case when valid_from_date <= as_of_date then 0 else 1 end,
                    valid_from_date desc,
                    grid_code
            )
            = 1
    ),

    spans as (
        select
            county_code,
            worker_code,
            min(valid_from_date) as valid_from_date,
            case when count(*) = count(valid_to_date) then max(valid_to_date) end as valid_to_date,
            count(distinct case when is_current then grid_code end) as grid_count
        from assignments
        group by county_code, worker_code
    )

select
    spans.county_code,
    spans.worker_code,
    newest_assignments.role_code,
    newest_assignments.is_party_member,
    newest_assignments.is_party_member_unknown,
    newest_assignments.community_code,
    newest_assignments.town_code,
    spans.grid_count,
    spans.grid_count > 0 as is_active,
    spans.valid_from_date,
    spans.valid_to_date
from spans
inner join
    newest_assignments
    on newest_assignments.county_code = spans.county_code
    and newest_assignments.worker_code = spans.worker_code
