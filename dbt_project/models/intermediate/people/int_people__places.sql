{{ config(materialized="table") }}

with

    area_versions as (select * from {{ ref("int_areas__versions") }}),

    {% set holders = {
        "residents": ref("stg_public_security__residents"),
        "special_group_roll": ref("stg_civil_affairs__special_group_roll"),
        "households": ref("stg_weather__households"),
    } -%}
    named_places as (
        {%- for dataset, relation in holders.items() %}
            select distinct
                records.county_code,
                {{ place_key("records") }} as place_key,
                records.grid_code as reported_grid_code,
                records.community_code as reported_community_code,
                records.town_code as reported_town_code
            from {{ relation }} as records {{ "union" if not loop.last }}
        {%- endfor %}
    ),

    communities_of_places as (
        select county_code, place_key, reported_community_code as area_code
        from named_places
        union
        select named_places.county_code, named_places.place_key, grids.parent_code as area_code
        from named_places
        inner join
            area_versions as grids
            on grids.area_level = 'grid'
            and grids.county_code = named_places.county_code
            and grids.area_code = named_places.reported_grid_code
    ),

    areas_of_places as (
        select county_code, place_key, 'grid' as area_level, reported_grid_code as area_code
        from named_places
        union
        select county_code, place_key, 'community' as area_level, area_code
        from communities_of_places
        union
        select county_code, place_key, 'town' as area_level, reported_town_code as area_code
        from named_places
        union
        select
            communities_of_places.county_code,
            communities_of_places.place_key,
            'town' as area_level,
            communities.parent_code as area_code
        from communities_of_places
        inner join
            area_versions as communities
            on communities.area_level = 'community'
            and communities.county_code = communities_of_places.county_code
            and communities.area_code = communities_of_places.area_code
    ),

    versions_of_places as (
        select
            areas_of_places.county_code,
            areas_of_places.place_key,
            area_versions.valid_from_date,
            area_versions.valid_to_date
        from areas_of_places
        inner join
            area_versions
            on area_versions.county_code = areas_of_places.county_code
            and area_versions.area_level = areas_of_places.area_level
            and area_versions.area_code = areas_of_places.area_code
    ),

    days_of_change as (
        select county_code, place_key, date '1900-01-01' as changed_date
        from named_places
        union
        select county_code, place_key, valid_from_date as changed_date
        from versions_of_places
        union
        select county_code, place_key, valid_to_date as changed_date
        from versions_of_places
        where valid_to_date is not null
    ),

    places_on_days_of_change as (
        select
            named_places.county_code,
            named_places.place_key,
            named_places.reported_grid_code,
            named_places.reported_community_code,
            named_places.reported_town_code,
            days_of_change.changed_date
        from named_places
        inner join
            days_of_change
            on days_of_change.county_code = named_places.county_code
            and days_of_change.place_key = named_places.place_key
    ),

    placed as (
        select *
        from {{ with_areas_of_the_day("places_on_days_of_change", "changed_date") }} as areas_held
    ),

    -- Many a new version of an area changes nothing about where a place lies.
    changes as (
        select *
        from placed
        qualify
            lag(changed_date) over (partition by county_code, place_key order by changed_date)
            is null
            or grid_code is distinct from lag(grid_code) over (
                partition by county_code, place_key order by changed_date
            )
            or community_code is distinct from lag(community_code) over (
                partition by county_code, place_key order by changed_date
            )
            or town_code is distinct from lag(town_code) over (
                partition by county_code, place_key order by changed_date
            )
    )

select
    county_code,
    place_key,
    grid_code,
    community_code,
    town_code,
    changed_date as valid_from_date,
    lead(changed_date) over (
        partition by county_code, place_key order by changed_date
    ) as valid_to_date
from changes
