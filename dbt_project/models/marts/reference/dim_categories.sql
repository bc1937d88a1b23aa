with

    named_categories as (select * from {{ ref("categories") }}),

    cases as (select * from {{ ref("fct_cases") }}),

    categories_seen as (
        select county_code, category_code, max(major_category_code) as major_category_code
        from cases
        group by county_code, category_code
    )

-- A code that nobody has named is called by itself, so that no case drops out of a list.
select
    coalesce(named_categories.county_code, categories_seen.county_code) as county_code,
    coalesce(named_categories.category_code, categories_seen.category_code) as category_code,
    coalesce(named_categories.category_name, categories_seen.category_code) as category_name,
    coalesce(named_categories.category_name_en, categories_seen.category_code) as category_name_en,
    coalesce(
        named_categories.major_category_code, categories_seen.major_category_code
    ) as major_category_code,
    coalesce(
        named_categories.major_category_name, categories_seen.major_category_code
    ) as major_category_name,
    coalesce(
        named_categories.major_category_name_en, categories_seen.major_category_code
    ) as major_category_name_en,
    named_categories.category_family,
    named_categories.category_code is not null as is_named
from named_categories
full outer join
    categories_seen
    on categories_seen.county_code = named_categories.county_code
    and categories_seen.category_code = named_categories.category_code
