with

    named_departments as (select * from {{ ref("departments") }}),

    cases as (select * from {{ ref("fct_cases") }}),

    departments_seen as (
        select distinct county_code, department_code from cases where department_code is not null
    )

-- A code that nobody has named is called by itself, so that no case drops out of a list.
select
    coalesce(named_departments.county_code, departments_seen.county_code) as county_code,
    coalesce(
        named_departments.department_code, departments_seen.department_code
    ) as department_code,
    coalesce(
        named_departments.department_name, departments_seen.department_code
    ) as department_name,
    coalesce(
        named_departments.department_name_en, departments_seen.department_code
    ) as department_name_en,
    named_departments.department_code is not null as is_named
from named_departments
full outer join
    departments_seen
    on departments_seen.county_code = named_departments.county_code
    and departments_seen.department_code = named_departments.department_code
