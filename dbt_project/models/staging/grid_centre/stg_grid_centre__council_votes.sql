-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["vote_number"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('council_votes') }}",
            "{{ note_staged_batches('council_votes') }}",
        ],
    )
}}

{{ latest_versions("council_votes", key=["vote_number"]) }}
