-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["warning_number", "household_key"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('warning_actions') }}",
            "{{ note_staged_batches('warning_actions') }}",
        ],
    )
}}

{{ latest_versions("warning_actions", key=["warning_number", "household_key"]) }}
