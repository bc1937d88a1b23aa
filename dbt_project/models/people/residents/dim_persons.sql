with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    persons as (select * from {{ ref("int_people__persons") }}),

    age_spans as (select * from {{ ref("int_people__age_spans") }}),

    deaths as (select * from {{ ref("int_people__deaths") }}),

    residences as (select * from {{ ref("int_people__residences") }}),

    roll as (select * from {{ ref("int_visits__roll") }}),

    persons_on_the_roll as (
        select county_code, person_key, count(distinct group_code) as group_count
        from roll
        where valid_to_date is null
        group by county_code, person_key
    )

select
    persons.county_code,
    persons.person_key,
    persons.sex_code,
    age_spans.age_band_code,
    residences.grid_code,
    residences.community_code,
    residences.town_code,
    persons.dataset_count,
    coalesce(persons_on_the_roll.group_count, 0) as group_count,
    residences.person_key is not null as is_resident,
    persons_on_the_roll.person_key is not null as is_on_roll,
    deaths.person_key is not null as is_deceased,
    persons.dataset_count > 1 as is_linked,
    persons.is_in_residents,
    persons.is_in_special_group_roll,
    persons.is_in_special_group_visits,
    persons.is_in_service_applications,
    persons.is_in_health_followups,
    persons.is_in_service_coverage,
    persons.is_in_wristband_alerts,
    persons.is_in_volunteers,
    persons.is_in_mediation_cases
from persons
inner join counties on counties.county_code = persons.county_code
left join
    age_spans
    on age_spans.birth_month_date = persons.birth_month_date
    and {{ holds_on("age_spans", "counties.as_of_date") }}
left join
    deaths on deaths.county_code = persons.county_code and deaths.person_key = persons.person_key
left join
    residences
    on residences.county_code = persons.county_code
    and residences.person_key = persons.person_key
    and residences.valid_to_date is null
left join
    persons_on_the_roll
    on persons_on_the_roll.county_code = persons.county_code
    and persons_on_the_roll.person_key = persons.person_key
