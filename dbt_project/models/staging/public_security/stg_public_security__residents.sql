-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["person_key", "resident_from_date"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('residents') }}",
            "{{ note_staged_batches('residents') }}",
        ],
    )
}}

{{ latest_versions("residents", key=["person_key", "resident_from_date"]) }}
