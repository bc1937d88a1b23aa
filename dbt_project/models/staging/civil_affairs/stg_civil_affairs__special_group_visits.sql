-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["visit_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('special_group_visits') }}",
            "{{ note_staged_batches('special_group_visits') }}",
        ],
    )
}}

{{ latest_versions("special_group_visits", key=["visit_number"]) }}
