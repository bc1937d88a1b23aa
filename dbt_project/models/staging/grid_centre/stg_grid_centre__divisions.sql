-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["edition_date", "division_code"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('divisions') }}",
            "{{ note_staged_batches('divisions') }}",
        ],
    )
}}

{{ latest_versions("divisions", key=["edition_date", "division_code"]) }}
