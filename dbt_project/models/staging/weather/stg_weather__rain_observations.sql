-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["gauge_code", "observed_at"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('rain_observations') }}",
            "{{ note_staged_batches('rain_observations') }}",
        ],
    )
}}

{{ latest_versions("rain_observations", key=["gauge_code", "observed_at"]) }}
