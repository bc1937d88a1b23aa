with

    versions as (select * from {{ ref("int_areas__versions") }}),

    geometry as (select * from {{ ref("stg_geo__area_geometry") }}),

    -- The parts of an area are counted as they were on the last day the version held.
    versions_with_a_day as (
        select
            *,
            greatest(
                valid_from_date,
                least(coalesce({{ add_days("valid_to_date", -1) }}, as_of_date), as_of_date)
            ) as counting_date
        from versions
    ),

    {% set levels = ["grid", "community", "town", "county"] -%}
    {%- for level in levels %}
        {{ level }}_versions as (
            {%- if loop.first %}select * from versions_with_a_day where area_level = '{{ level }}'
            {%- else %}
                {%- set below = loop.previtem ~ "_versions" %}
                select
                    versions_with_a_day.county_code,
                    versions_with_a_day.area_level,
                    versions_with_a_day.area_code,
                    versions_with_a_day.area_name,
                    versions_with_a_day.parent_code,
                    coalesce(
                        max(versions_with_a_day.population),
                        cast(sum({{ below }}.population) as bigint)
                    ) as population,
                    versions_with_a_day.valid_from_date,
                    versions_with_a_day.valid_to_date,
                    versions_with_a_day.as_of_date,
                    versions_with_a_day.is_sample,
                    versions_with_a_day.counting_date
                from versions_with_a_day
                left join
                    {{ below }} on {{ below }}.county_code = versions_with_a_day.county_code
                    {%- if level != "county" %}
                        and {{ below }}.parent_code = versions_with_a_day.area_code
                    {%- endif %} and {{ holds_on(below, "versions_with_a_day.counting_date") }}
                where versions_with_a_day.area_level = '{{ level }}'
                group by all
            {%- endif %}
        ),
    {% endfor %}
    versions_of_every_level as (
        {%- for level in levels %}
            select *
            from {{ level }}_versions
            union all
        {%- endfor %}
        select *
        from versions_with_a_day
        where area_level not in ('grid', 'community', 'town', 'county')
    ),

    -- The community a grid lies in tells its town.
    versions_with_ancestors as (
        select
            versions_of_every_level.*,
            case
                versions_of_every_level.area_level
                when 'grid'
                then community_versions.parent_code
                when 'community'
                then versions_of_every_level.parent_code
                when 'town'
                then versions_of_every_level.area_code
            end as town_code,
            case
                versions_of_every_level.area_level
                when 'grid'
                then versions_of_every_level.parent_code
                when 'community'
                then versions_of_every_level.area_code
            end as community_code
        from versions_of_every_level
        left join
            community_versions
            on versions_of_every_level.area_level = 'grid'
            and community_versions.county_code = versions_of_every_level.county_code
            and community_versions.area_code = versions_of_every_level.parent_code
            and {{ holds_on("community_versions", "versions_of_every_level.counting_date") }}
    )

select
    versions_with_ancestors.county_code,
    versions_with_ancestors.area_level,
    versions_with_ancestors.area_code,
    versions_with_ancestors.area_name,
    versions_with_ancestors.parent_code,
    versions_with_ancestors.town_code,
    versions_with_ancestors.community_code,
    versions_with_ancestors.population,
    versions_with_ancestors.valid_from_date,
    versions_with_ancestors.valid_to_date,
    {{ holds_on("versions_with_ancestors", "versions_with_ancestors.as_of_date") }} as is_current,
    row_number() over (
        partition by versions_with_ancestors.county_code, versions_with_ancestors.area_level
        order by versions_with_ancestors.area_code, versions_with_ancestors.valid_from_date
    ) as feature_id,
    geometry.longitude,
    geometry.latitude,
    geometry.west,
    geometry.south,
    geometry.east,
    geometry.north,
    geometry.area_km2,
    versions_with_ancestors.is_sample as is_synthetic
from versions_with_ancestors
left join
    geometry
    on geometry.county_code = versions_with_ancestors.county_code
    and geometry.area_level = versions_with_ancestors.area_level
    and geometry.area_code = versions_with_ancestors.area_code
    and geometry.valid_from_date = versions_with_ancestors.valid_from_date
