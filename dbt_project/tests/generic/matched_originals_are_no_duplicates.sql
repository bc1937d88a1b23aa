{#- Matches whose original is a duplicate itself, lies too far off or belongs to the same dataset. -#}
{% test matched_originals_are_no_duplicates(model) %}
    select links.case_id, links.original_case_id
    from {{ model }} as links
    left join {{ model }} as chained on chained.case_id = links.original_case_id
    left join {{ ref("fct_cases") }} as cases on cases.case_id = links.case_id
    left join {{ ref("fct_cases") }} as originals on originals.case_id = links.original_case_id
    where
        links.match_rule = 'same_place_time_family'
        and (
            chained.case_id is not null
            or originals.case_id is null
            or originals.dataset = cases.dataset
            or originals.county_code <> cases.county_code
            or originals.is_void
            or links.distance_m > 100.0
            or links.minutes_apart not between 0.0
            and 1440.0
        )
{% endtest %}
