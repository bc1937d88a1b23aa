{#-
    Condition for `qualify` that leaves a record one of the parents its number joined it to: its own
    source's, else the one of the source that comes first. Records come by another source than what
    they belong to, so the number in the county joins them, and two sources may use one number.

    Args:
        record: relation of the records.
        keys: its columns that name a record.
        parent: relation of what they belong to, with its source_id.
-#}
{% macro is_of_first_parent(record, keys, parent) -%}
    row_number() over (
        partition by
            {%- for key in keys %} {{ record }}.{{ key }}{{ "," if not loop.last }} {%- endfor %}
        order by
            case when {{ parent }}.source_id = {{ record }}.source_id then 0 else 1 end,
            {{ parent }}.source_id
    )
    = 1
{%- endmacro %}
