{#- Cases in a grid, community or town that is none on the day they were reported. -#}
{% test area_holds_on_the_reported_day(model) %}
    {%- for level in ["grid", "community", "town"] %}
        select cases.case_id, '{{ level }}' as area_level, cases.{{ level }}_code as area_code
        from {{ model }} as cases
        left join
            {{ ref("dim_areas") }} as areas
            on areas.county_code = cases.county_code
            and areas.area_level = '{{ level }}'
            and areas.area_code = cases.{{ level }}_code
            and {{ holds_on("areas", "cases.reported_date") }}
        where
            cases.{{ level }}_code is not null and areas.area_code is null
            {{ "union all" if not loop.last }}
    {%- endfor %}
{% endtest %}
