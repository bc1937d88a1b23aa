with

    current_versions as (
        select * from {{ ref("int_divisions__versions") }} where valid_to_date is null
    )

select
    one_list.county_code,
    one_list.place_id,
    one_list.division_name,
    one_list.source_id,
    one_list.division_code,
    other_list.source_id as other_source_id,
    other_list.division_code as other_division_code,
    coalesce(
        same_code_in_other_list.place_id <> one_list.place_id, false
    ) as is_another_place_in_other_list,
    same_code_in_other_list.division_name as name_in_other_list
from current_versions as one_list
inner join
    current_versions as other_list
    on other_list.county_code = one_list.county_code
    and other_list.place_id = one_list.place_id
    and other_list.source_id <> one_list.source_id
    and other_list.division_code <> one_list.division_code
left join
    current_versions as same_code_in_other_list
    on same_code_in_other_list.county_code = one_list.county_code
    and same_code_in_other_list.source_id = other_list.source_id
    and same_code_in_other_list.division_code = one_list.division_code
