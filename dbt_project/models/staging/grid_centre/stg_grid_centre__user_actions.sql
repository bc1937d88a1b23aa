-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["action_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('user_actions') }}",
            "{{ note_staged_batches('user_actions') }}",
        ],
    )
}}

{{ latest_versions("user_actions", key=["action_number"]) }}
