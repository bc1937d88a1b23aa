-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["case_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('city_cases') }}",
            "{{ note_staged_batches('city_cases') }}",
        ],
    )
}}

{{ latest_versions("city_cases", key=["case_number"]) }}
