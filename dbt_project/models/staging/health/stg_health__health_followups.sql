-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["followup_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('health_followups') }}",
            "{{ note_staged_batches('health_followups') }}",
        ],
    )
}}

{{ latest_versions("health_followups", key=["followup_number"]) }}
