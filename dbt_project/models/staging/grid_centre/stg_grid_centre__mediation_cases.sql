-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["mediation_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('mediation_cases') }}",
            "{{ note_staged_batches('mediation_cases') }}",
        ],
    )
}}

{{ latest_versions("mediation_cases", key=["mediation_number"]) }}
