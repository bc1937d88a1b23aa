{#-
    Records with the areas that held on a day of theirs: grid_code, community_code, town_code.

    What a record names counts only where it held on the day. The grid's community goes before the
    one named beside it, and the community's town before the town named: history decides.

    Args:
        records: relation with county_code, reported_grid_code, reported_community_code and
            reported_town_code, any of the three null.
        day: its column with the day.
-#}
{% macro with_areas_of_the_day(records, day) -%}
    (
        with
            area_versions as (select * from {{ ref("int_areas__versions") }}),

            grids_of_the_day as (
                select
                    named.*,
                    grids.area_code as grid_code,
                    coalesce(
                        grids.parent_code, named.reported_community_code
                    ) as candidate_community_code
                from {{ records }} as named
                left join
                    area_versions as grids
                    on grids.area_level = 'grid'
                    and grids.county_code = named.county_code
                    and grids.area_code = named.reported_grid_code
                    and {{ holds_on("grids", "named." ~ day) }}
            ),

            communities_of_the_day as (
                select
                    grids_of_the_day.*,
                    communities.area_code as community_code,
                    coalesce(
                        communities.parent_code, grids_of_the_day.reported_town_code
                    ) as candidate_town_code
                from grids_of_the_day
                left join
                    area_versions as communities
                    on communities.area_level = 'community'
                    and communities.county_code = grids_of_the_day.county_code
                    and communities.area_code = grids_of_the_day.candidate_community_code
                    and {{ holds_on("communities", "grids_of_the_day." ~ day) }}
            )

        select communities_of_the_day.*, towns.area_code as town_code
        from communities_of_the_day
        left join
            area_versions as towns
            on towns.area_level = 'town'
            and towns.county_code = communities_of_the_day.county_code
            and towns.area_code = communities_of_the_day.candidate_town_code
            and {{ holds_on("towns", "communities_of_the_day." ~ day) }}
    )
{%- endmacro %}
