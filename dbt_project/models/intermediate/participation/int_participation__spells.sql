with

    volunteers as (select * from {{ ref("int_participation__volunteers") }}),

    services as (select * from {{ ref("int_participation__services") }}),

    service_days as (
        select distinct volunteer_id, started_date from services where not is_redemption
    ),

    -- A service counts on its day and the days after it: what begins by the day on which the last
    -- one ceases to count goes on with it.
    service_days_in_order as (
        select
            *,
            lag(started_date) over (partition by volunteer_id order by started_date) as earlier_date
        from service_days
    ),

    numbered_service_days as (
        select
            *,
            sum(
                case
                    when
                        started_date <= {{ add_days("earlier_date", var("volunteer_active_days")) }}
                    then 0
                    else 1
                end
            ) over (
                partition by volunteer_id
                order by started_date
                rows between unbounded preceding and current row
            ) as active_number
        from service_days_in_order
    ),

    active_spells as (
        select
            volunteer_id,
            active_number,
            min(started_date) as first_date,
            {{ add_days("max(started_date)", var("volunteer_active_days")) }} as ceased_date
        from numbered_service_days
        group by volunteer_id, active_number
    ),

    -- Days on which somebody registered, became active or ceased to be.
    changes as (
        select volunteer_id, registered_date as changed_date, false as is_active
        from volunteers
        union all
        select
            volunteers.volunteer_id,
            greatest(volunteers.registered_date, active_spells.first_date) as changed_date,
            true as is_active
        from volunteers
        inner join
            active_spells
            on active_spells.volunteer_id = volunteers.volunteer_id
            and active_spells.ceased_date > volunteers.registered_date
        union all
        select
            volunteers.volunteer_id, active_spells.ceased_date as changed_date, false as is_active
        from volunteers
        inner join
            active_spells
            on active_spells.volunteer_id = volunteers.volunteer_id
            and active_spells.ceased_date > volunteers.registered_date
    ),

    -- Who registers in the days after a service is active from the first day.
    changes_by_day as (
        select volunteer_id, changed_date, max(is_active) as is_active
        from changes
        group by volunteer_id, changed_date
    ),

    changes_as_of as (
        select changes_by_day.*, volunteers.left_date
        from changes_by_day
        inner join volunteers on volunteers.volunteer_id = changes_by_day.volunteer_id
        where
            changes_by_day.changed_date <= volunteers.as_of_date
            and (volunteers.left_date is null or changes_by_day.changed_date < volunteers.left_date)
    )

select
    volunteer_id,
    changed_date as valid_from_date,
    coalesce(
        lead(changed_date) over (partition by volunteer_id order by changed_date), left_date
    ) as valid_to_date,
    is_active
from changes_as_of
