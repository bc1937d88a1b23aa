with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    residences as (select * from {{ ref("int_people__residences") }}),

    covered_spells as (select * from {{ ref("int_health__covered_spells") }}),

    covered_residences as (
        select
            residences.county_code,
            residences.town_code,
            residences.community_code,
            greatest(residences.valid_from_date, covered_spells.valid_from_date) as valid_from_date,
            least(residences.valid_to_date, covered_spells.valid_to_date) as valid_to_date
        from residences
        inner join
            covered_spells
            on covered_spells.county_code = residences.county_code
            and covered_spells.person_key = residences.person_key
            and {{ share_a_day("covered_spells", "residences") }}
    ),

    comings_and_goings as (
        select
            county_code,
            town_code,
            community_code,
            valid_from_date as changed_date,
            1 as resident_change,
            0 as covered_change
        from residences
        union all
        select
            county_code,
            town_code,
            community_code,
            valid_to_date as changed_date,
            -1 as resident_change,
            0 as covered_change
        from residences
        where valid_to_date is not null
        union all
        select
            county_code,
            town_code,
            community_code,
            valid_from_date as changed_date,
            0 as resident_change,
            1 as covered_change
        from covered_residences
        union all
        select
            county_code,
            town_code,
            community_code,
            valid_to_date as changed_date,
            0 as resident_change,
            -1 as covered_change
        from covered_residences
        where valid_to_date is not null
    ),

    -- Registers reach back to births; five years are enough for any comparison. What changed
    -- before them stands in the first month.
    counties_with_first_month as (
        select
            county_code,
            as_of_date,
            {{ add_months("cast(date_trunc('month', as_of_date) as date)", -59) }}
            as first_month_date
        from counties
    ),

    -- Who comes in a month is there on its last day, who goes in it is not.
    changes_of_months as (
        select
            comings_and_goings.county_code,
            comings_and_goings.town_code,
            comings_and_goings.community_code,
            greatest(
                cast(date_trunc('month', comings_and_goings.changed_date) as date),
                counties_with_first_month.first_month_date
            ) as month_start_date,
            sum(comings_and_goings.resident_change) as resident_change,
            sum(comings_and_goings.covered_change) as covered_change
        from comings_and_goings
        inner join
            counties_with_first_month
            on counties_with_first_month.county_code = comings_and_goings.county_code
        group by all
    ),

    communities as (select distinct county_code, town_code, community_code from changes_of_months),

    month_numbers as (
        select county_code, as_of_date, first_month_date, {{ each_number_to(59) }} as month_number
        from counties_with_first_month
    ),

    communities_in_months as (
        select
            communities.county_code,
            communities.town_code,
            communities.community_code,
            {{ add_months("month_numbers.first_month_date", "month_numbers.month_number") }}
            as month_start_date
        from communities
        inner join month_numbers on month_numbers.county_code = communities.county_code
    ),

    changes_of_every_month as (
        select
            county_code,
            town_code,
            community_code,
            month_start_date,
            resident_change,
            covered_change
        from changes_of_months
        union all
        select
            county_code,
            town_code,
            community_code,
            month_start_date,
            0 as resident_change,
            0 as covered_change
        from communities_in_months
    ),

    sums_of_months as (
        select
            county_code,
            town_code,
            community_code,
            month_start_date,
            sum(resident_change) as resident_change,
            sum(covered_change) as covered_change
        from changes_of_every_month
        group by county_code, town_code, community_code, month_start_date
    ),

    counts_by_month as (
        select
            county_code,
            town_code,
            community_code,
            month_start_date,
            sum(resident_change) over (
                partition by county_code, town_code, community_code
                order by month_start_date
                rows between unbounded preceding and current row
            ) as resident_count,
            sum(covered_change) over (
                partition by county_code, town_code, community_code
                order by month_start_date
                rows between unbounded preceding and current row
            ) as covered_count
        from sums_of_months
    )

select
    counts_by_month.county_code,
    counts_by_month.month_start_date,
    least(
        {{ add_days(add_months("counts_by_month.month_start_date", 1), -1) }}, counties.as_of_date
    ) as counted_date,
    counts_by_month.town_code,
    counts_by_month.community_code,
    cast(counts_by_month.resident_count as bigint) as resident_count,
    cast(counts_by_month.covered_count as bigint) as covered_count
from counts_by_month
inner join counties on counties.county_code = counts_by_month.county_code
where counts_by_month.resident_count > 0
