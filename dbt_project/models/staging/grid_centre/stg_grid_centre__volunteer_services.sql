-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["service_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('volunteer_services') }}",
            "{{ note_staged_batches('volunteer_services') }}",
        ],
    )
}}

{{ latest_versions("volunteer_services", key=["service_number"]) }}
