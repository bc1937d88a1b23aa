-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["worker_code", "grid_code", "assigned_from_date"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('grid_workers') }}",
            "{{ note_staged_batches('grid_workers') }}",
        ],
    )
}}

{{ latest_versions("grid_workers", key=["worker_code", "grid_code", "assigned_from_date"]) }}
