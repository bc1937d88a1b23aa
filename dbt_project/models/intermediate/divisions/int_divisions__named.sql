{{ config(materialized="table") }}

with

    divisions as (select * from {{ ref("stg_grid_centre__divisions") }}),

    levelled as (
        select
            county_code,
            source_id,
            edition_date,
            division_code,
            division_name,
            {{ division_stem("division_name") }} as stem,
            case
                when division_level is not null
                then division_level
                when division_code like '%000000'
                then 'county'
                when division_code like '%000'
                then 'town'
                else 'community'
            end as division_level,
            case
                when parent_code is not null
                then parent_code
                when division_code like '%000000'
                then null
                when division_code like '%000'
                then concat(substr(division_code, 1, 6), '000000')
                else concat(substr(division_code, 1, 9), '000')
            end as parent_code,
            standard_ref
        from divisions
    ),

    -- Two villages of one town may differ in nothing but the word for their kind (城西社区, 城西村):
    -- then the whole name tells them apart, in every edition of every list.
    towns as (select * from levelled where division_level = 'town'),

    stems_of_towns_that_are_not_enough as (
        select distinct county_code, stem
        from towns
        group by county_code, source_id, edition_date, stem
        having count(*) > 1
    ),

    town_places as (
        select
            towns.county_code,
            towns.source_id,
            towns.edition_date,
            towns.division_code,
            case
                when stems_of_towns_that_are_not_enough.stem is null
                then towns.stem
                else towns.division_name
            end as place_name
        from towns
        left join
            stems_of_towns_that_are_not_enough
            on stems_of_towns_that_are_not_enough.county_code = towns.county_code
            and stems_of_towns_that_are_not_enough.stem = towns.stem
    ),

    -- A community is one of its town, whatever the town's code; without the town in the list, one
    -- of the town's code.
    communities as (
        select levelled.*, coalesce(town_places.place_name, levelled.parent_code) as town_place_name
        from levelled
        left join
            town_places
            on town_places.county_code = levelled.county_code
            and town_places.source_id = levelled.source_id
            and town_places.edition_date = levelled.edition_date
            and town_places.division_code = levelled.parent_code
        where levelled.division_level = 'community'
    ),

    stems_of_communities_that_are_not_enough as (
        select distinct county_code, town_place_name, stem
        from communities
        group by county_code, source_id, edition_date, town_place_name, stem
        having count(*) > 1
    ),

    community_places as (
        select
            communities.county_code,
            communities.source_id,
            communities.edition_date,
            communities.division_code,
            concat(
                communities.town_place_name,
                '/',
                case
                    when stems_of_communities_that_are_not_enough.stem is null
                    then communities.stem
                    else communities.division_name
                end
            ) as place_name
        from communities
        left join
            stems_of_communities_that_are_not_enough
            on stems_of_communities_that_are_not_enough.county_code = communities.county_code
            and stems_of_communities_that_are_not_enough.town_place_name
            = communities.town_place_name
            and stems_of_communities_that_are_not_enough.stem = communities.stem
    ),

    places as (
        select *
        from town_places
        union all
        select *
        from community_places
    ),

    placed as (
        select
            levelled.*,
            coalesce(places.place_name, levelled.stem) as place_name,
            count(*) over (
                partition by
                    levelled.county_code,
                    levelled.source_id,
                    levelled.edition_date,
                    levelled.division_level,
                    coalesce(places.place_name, levelled.stem)
            ) as same_place_count
        from levelled
        left join
            places
            on places.county_code = levelled.county_code
            and places.source_id = levelled.source_id
            and places.edition_date = levelled.edition_date
            and places.division_code = levelled.division_code
    )

-- One name twice in an edition, under one town: only the code is left to tell the two apart.
select
    county_code,
    source_id,
    edition_date,
    division_code,
    division_name,
    division_level,
    parent_code,
    standard_ref,
    concat(
        county_code,
        ':',
        division_level,
        ':',
        place_name,
        case when same_place_count > 1 then concat(' ', division_code) else '' end
    ) as place_id
from placed
