-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["case_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('police_incidents') }}",
            "{{ note_staged_batches('police_incidents') }}",
        ],
    )
}}

{{ latest_versions("police_incidents", key=["case_number"]) }}
