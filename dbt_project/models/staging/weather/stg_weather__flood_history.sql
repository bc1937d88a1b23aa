-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["flood_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('flood_history') }}",
            "{{ note_staged_batches('flood_history') }}",
        ],
    )
}}

{{ latest_versions("flood_history", key=["flood_number"]) }}
