-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["application_number", "step_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('service_approval_steps') }}",
            "{{ note_staged_batches('service_approval_steps') }}",
        ],
    )
}}

{{ latest_versions("service_approval_steps", key=["application_number", "step_number"]) }}
