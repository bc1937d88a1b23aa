-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + ["grid_code", "valid_from_date"],
        on_schema_change="append_new_columns",
        post_hook=[
            "{{ forget_staged_batches('grids') }}",
            "{{ note_staged_batches('grids') }}",
        ],
    )
}}

{{ latest_versions("grids", key=["grid_code", "valid_from_date"],
    replace={"valid_from_date": first_day_of_validity()}) }}
