{#- Statements in pieces, which the formatter takes for broken ones: it is off here. -#}
-- fmt: off
{#-
    Reading landing. Which files exist stands in control.landing_files, written before dbt starts;
    which of them the staging tables hold already stands in control.staged_batches, written by
    each model in the transaction that merges them, so that a kill never parts the two.
-#}

{#- Columns of a dataset as its contract gives them: [{name, data_type}, …]. -#}
{% macro landing_columns(dataset) -%}
    {%- set node = graph.sources.values() | selectattr("source_name", "equalto", "landing") | selectattr("name", "equalto", dataset) | first -%}
    {{ return(node.columns.values() | list) }}
{%- endmacro %}

{#- Paths of the files of a dataset that the model has not read yet; all of them on a rebuild. -#}
{% macro files_to_read(dataset) -%}
    {%- set query -%}
        select files.path
        from {{ source("control", "landing_files") }} as files
        where
            files.dataset = '{{ dataset }}'
            {%- if is_incremental() %}
            and files.batch_id not in (
                select staged.batch_id
                from {{ source("control", "staged_batches") }} as staged
                where staged.dataset = '{{ dataset }}'
            )
            {%- endif %}
        order by files.batch_id
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{#- Paths of all files of a dataset. -#}
{% macro all_files(dataset) -%}
    {%- set query -%}
        select files.path
        from {{ source("control", "landing_files") }} as files
        where files.dataset = '{{ dataset }}'
        order by files.batch_id
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{#- Rows of a dataset not read yet, every column of the contract with its type. -#}
{% macro landed_rows(dataset) -%}
    {%- set columns = landing_columns(dataset) -%}
    {%- set paths = files_to_read(dataset) -%}
    select
        {%- for column in columns %}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
        {%- endfor %}
    from (
        select
            {%- for column in columns %}
            cast(null as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
            {%- endfor %}
        where false
        {%- if paths %}
        union all by name
        select * from {{ read_files(paths) }}
        {%- endif %}
    ) as landed
{%- endmacro %}

{#-
    The latest version of each record of a dataset: of the rows not read yet and of what the model
    holds of the same keys, the one changed last at its source, then received last. An older
    version that arrives late meets the newer one here and loses.

    Args:
        dataset: name of the source table.
        key: columns of the record's key besides source_id, never null after `replace`.
        replace: {column: expression} for columns that are cleaned on the way.
-#}
{% macro latest_versions(dataset, key, replace={}) -%}
{#- Naming the sources here is what puts them before the model. -#}
{%- set landing = source("landing", dataset) -%}
{%- set files = source("control", "landing_files") -%}
{%- set staged = source("control", "staged_batches") -%}
{%- if execute -%}
{%- set names = landing_columns(dataset) | map(attribute="name") | list -%}
with

landed as (
    {{ landed_rows(dataset) }}
),

cleaned as (
    select
        {%- for name in names %}
        {{ replace[name] ~ " as " ~ name if name in replace else name }}{{ "," if not loop.last }}
        {%- endfor %}
    from landed
),

{% if is_incremental() -%}
versions as (
    select {{ names | join(", ") }}
    from cleaned
    union all
    select {{ names | join(", ") }}
    from {{ this }}
    where ({{ (["source_id"] + key) | join(", ") }}) in (
        select ({{ (["source_id"] + key) | join(", ") }}) from cleaned
    )
)
{%- else -%}
versions as (
    select * from cleaned
)
{%- endif %}

select {{ names | join(", ") }}
from versions
qualify row_number() over (
    partition by {{ (["source_id"] + key) | join(", ") }}
    order by updated_at desc nulls last, batch_id desc, source_row_number desc
) = 1
{%- else -%}
select 1 as not_yet_known
{%- endif -%}
{%- endmacro %}

{#-
    Every version of each record of a dataset, told apart by when the source last changed it; of
    one delivered twice the delivery received last. All of landing is read anew: what a version
    replaces cannot be told from the new rows alone.

    Args:
        dataset: name of the source table.
        key: columns of the record's key besides source_id.
-#}
{% macro every_version(dataset, key) -%}
{%- set landing = source("landing", dataset) -%}
{%- set files = source("control", "landing_files") -%}
{%- if execute -%}
select {{ landing_columns(dataset) | map(attribute="name") | join(", ") }}
from (
    {{ landed_rows(dataset) }}
) as landed
qualify row_number() over (
    partition by {{ (["source_id"] + key) | join(", ") }}, updated_at
    order by batch_id desc, source_row_number desc
) = 1
{%- else -%}
select 1 as not_yet_known
{%- endif -%}
{%- endmacro %}

{#- Post-hooks: note that the model holds every batch there was when it ran. -#}
{% macro forget_staged_batches(dataset) -%}
    delete from {{ source("control", "staged_batches") }} where dataset = '{{ dataset }}'
{%- endmacro %}

{% macro note_staged_batches(dataset) -%}
    insert into {{ source("control", "staged_batches") }}
    select dataset, batch_id
    from {{ source("control", "landing_files") }}
    where dataset = '{{ dataset }}'
{%- endmacro %}
