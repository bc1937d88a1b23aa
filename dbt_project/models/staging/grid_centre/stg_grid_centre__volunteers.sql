-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["volunteer_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('volunteers') }}",
            "{{ note_staged_batches('volunteers') }}",
        ],
    )
}}

{{ latest_versions("volunteers", key=["volunteer_number"]) }}
