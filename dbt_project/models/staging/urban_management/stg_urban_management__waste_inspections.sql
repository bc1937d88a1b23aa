-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["inspection_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('waste_inspections') }}",
            "{{ note_staged_batches('waste_inspections') }}",
        ],
    )
}}

{{ latest_versions("waste_inspections", key=["inspection_number"]) }}
