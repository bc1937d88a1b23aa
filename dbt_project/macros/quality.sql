{#-
    The staging relation of a dataset without the records that break a build-time rule of severity
    error. In a unit test it is the relation as given.

    Args:
        dataset: name of the dataset, as in its contract.
        relation: ref() of its staging model.
-#}
{% macro sound_records(dataset, relation) -%}
    {%- if dataset in datasets_with_error_rules() and model.resource_type != "unit_test" -%}
        (
            select records.*
            from {{ relation }} as records
            where
                not exists (
                    select 1
                    from {{ ref("int_quality__broken_" ~ dataset) }} as broken
                    where
                        broken.severity = 'error'
                        and broken.batch_id = records.batch_id
                        and broken.source_row_number = records.source_row_number
                )
        )
    {%- else -%} {{ relation }}
    {%- endif -%}
{%- endmacro %}
