-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["person_key", "group_code", "roll_from_date"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('special_group_roll') }}",
            "{{ note_staged_batches('special_group_roll') }}",
        ],
    )
}}

{{ latest_versions("special_group_roll", key=["person_key", "group_code", "roll_from_date"]) }}
