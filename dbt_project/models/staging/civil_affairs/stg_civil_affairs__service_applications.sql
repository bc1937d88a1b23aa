-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["application_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('service_applications') }}",
            "{{ note_staged_batches('service_applications') }}",
        ],
    )
}}

{{ latest_versions("service_applications", key=["application_number"]) }}
