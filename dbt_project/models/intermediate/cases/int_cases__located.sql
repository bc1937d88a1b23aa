{{ config(materialized="table") }}

with

    cases as (select * from {{ ref("int_cases__unified") }}),

    versions as (select * from {{ ref("int_areas__versions") }}),

    editions as (select * from {{ ref("stg_geo__boundary_editions") }}),

    points as (select * from {{ ref("stg_geo__located_points") }}),

    grids as (select * from versions where area_level = 'grid'),

    communities as (select * from versions where area_level = 'community'),

    towns as (select * from versions where area_level = 'town'),

    areas_of_each_point as (
        select
            points.county_code,
            points.longitude,
            points.latitude,
            points.town_code,
            points.community_code,
            points.grid_code,
            editions.valid_from_date,
            editions.valid_to_date
        from points
        inner join
            editions
            on editions.county_code = points.county_code
            and editions.valid_from_date = points.valid_on
        where
            points.town_code is not null
            or points.community_code is not null
            or points.grid_code is not null
    ),

    -- What was reported counts where it names an area that held on the reported day.
    cases_with_candidates as (
        select
            cases.*,
            grids.area_code as known_grid_code,
            grids.parent_code as community_of_grid_code,
            communities.area_code as known_community_code,
            towns.area_code as known_town_code,
            areas_of_each_point.grid_code as point_grid_code,
            areas_of_each_point.community_code as point_community_code,
            areas_of_each_point.town_code as point_town_code,
            areas_of_each_point.county_code is not null as is_point_in_an_area
        from cases
        left join
            grids
            on grids.county_code = cases.county_code
            and grids.area_code = cases.reported_grid_code
            and {{ holds_on("grids", "cases.reported_date") }}
        left join
            communities
            on communities.county_code = cases.county_code
            and communities.area_code = cases.reported_community_code
            and {{ holds_on("communities", "cases.reported_date") }}
        left join
            towns
            on towns.county_code = cases.county_code
            and towns.area_code = cases.reported_town_code
            and {{ holds_on("towns", "cases.reported_date") }}
        left join
            areas_of_each_point
            on areas_of_each_point.county_code = cases.county_code
            and areas_of_each_point.longitude = cases.longitude
            and areas_of_each_point.latitude = cases.latitude
            and {{ holds_on("areas_of_each_point", "cases.reported_date") }}
    ),

    cases_with_method as (
        select
            *,
            case
                when known_grid_code is not null
                then 'reported'
                when is_fallback_point
                then 'fallback_point'
                when is_point_in_an_area
                then 'point_in_grid'
                when known_community_code is not null or known_town_code is not null
                then 'community_only'
                else 'none'
            end as location_method
        from cases_with_candidates
    ),

    cases_with_areas as (
        select
            *,
            case
                location_method
                when 'reported'
                then known_grid_code
                when 'point_in_grid'
                then point_grid_code
            end as grid_code,
            case
                location_method
                when 'reported'
                then community_of_grid_code
                when 'point_in_grid'
                then point_community_code
                when 'community_only'
                then known_community_code
            end as community_code,
            case
                location_method
                when 'reported'
                then known_town_code
                when 'point_in_grid'
                then point_town_code
                when 'community_only'
                then known_town_code
            end as town_code_beside
        from cases_with_method
    )

-- The town is the one the community belonged to on the day, else the one that stands beside it.
select
    cases_with_areas.*,
    coalesce(communities.parent_code, cases_with_areas.town_code_beside) as town_code
from cases_with_areas
left join
    communities
    on communities.county_code = cases_with_areas.county_code
    and communities.area_code = cases_with_areas.community_code
    and {{ holds_on("communities", "cases_with_areas.reported_date") }}
