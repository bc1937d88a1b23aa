{#- Whether the model has exactly the records of landing: one row when the numbers differ. -#}
{% test every_landed_record_is_here(model, dataset, columns) %}
    {%- if execute %}
        {%- set paths = all_files(dataset) %}
        with

            landed as (
                select
                    {%- for column in columns %}
                        {{
                            (
                                first_day_of_validity() ~ " as " ~ column
                                if column == "valid_from_date"
                                else column
                            )
                        }}{{ "," if not loop.last }}
                    {%- endfor %}
                {%- if paths %} from {{ read_files(paths) }}
                {%- else %} from {{ model }} where false
                {%- endif %}
            ),

            landed_records as (select distinct {{ columns | join(", ") }} from landed),

            counts as (
                select
                    (select count(*) from landed_records) as landed_count,
                    (select count(*) from {{ model }}) as staged_count
            )

        select landed_count, staged_count
        from counts
        where landed_count <> staged_count
    {%- else %} select 1 as not_yet_known
    {%- endif %}
{% endtest %}
