-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

{{ every_version("rain_observations", key=["gauge_code", "observed_at"]) }}
