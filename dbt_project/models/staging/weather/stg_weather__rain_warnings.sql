-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["warning_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('rain_warnings') }}",
            "{{ note_staged_batches('rain_warnings') }}",
        ],
    )
}}

{{ latest_versions("rain_warnings", key=["warning_number"]) }}
