-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["mediation_number", "step_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('mediation_steps') }}",
            "{{ note_staged_batches('mediation_steps') }}",
        ],
    )
}}

{{ latest_versions("mediation_steps", key=["mediation_number", "step_number"]) }}
