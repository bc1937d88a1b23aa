{#- Area versions that hold on a day on which the one before still does. -#}
{% test versions_do_not_overlap(model) %}
    select county_code, area_level, area_code, valid_from_date
    from {{ model }}
    qualify
        valid_from_date < lag(coalesce(valid_to_date, date '9999-12-31')) over (
            partition by county_code, area_level, area_code order by valid_from_date
        )
{% endtest %}
