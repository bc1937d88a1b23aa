-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["town_code", "issued_at", "valid_at"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('rain_forecasts') }}",
            "{{ note_staged_batches('rain_forecasts') }}",
        ],
    )
}}

{{ latest_versions("rain_forecasts", key=["town_code", "issued_at", "valid_at"]) }}
