"""The catalogue as tables, for publication in the schema `kpi`."""

import polars as pl

from warehouse.catalogue.load import load_catalogue
from warehouse.catalogue.model import Kpi

KPI_SCHEMA: dict[str, pl.DataType] = {
    "kpi_id": pl.String(),
    "kpi_name": pl.String(),
    "kpi_name_en": pl.String(),
    "question": pl.String(),
    "question_en": pl.String(),
    "formula": pl.String(),
    "formula_en": pl.String(),
    "fact": pl.String(),
    "kind": pl.String(),
    "numerator": pl.String(),
    "numerator_fact": pl.String(),
    "numerator_date": pl.String(),
    "denominator": pl.String(),
    "denominator_table": pl.String(),
    "per": pl.Int64(),
    "measure": pl.String(),
    "observed": pl.String(),
    "quantile": pl.Float64(),
    "whole": pl.String(),
    "counted": pl.String(),
    "leaves": pl.List(pl.String()),
    "part_value": pl.String(),
    "excluded": pl.List(pl.String()),
    "not_yet_due": pl.String(),
    "due_passed": pl.String(),
    "date_basis": pl.String(),
    "is_personal": pl.Boolean(),
    "unit": pl.String(),
    "better": pl.String(),
    "reference": pl.String(),
    "reference_en": pl.String(),
    "caveats": pl.List(pl.String()),
    "owner": pl.String(),
    "owner_en": pl.String(),
    "baseline": pl.Float64(),
    "baseline_county_code": pl.String(),
    "reviewed_date": pl.Date(),
    "next_review_date": pl.Date(),
}

TARGET_SCHEMA: dict[str, pl.DataType] = {
    "kpi_id": pl.String(),
    "county_code": pl.String(),
    "valid_from_date": pl.Date(),
    "target": pl.Float64(),
    "reference": pl.String(),
    "reference_en": pl.String(),
}

PART_SCHEMA: dict[str, pl.DataType] = {
    "kpi_id": pl.String(),
    "valid_from_date": pl.Date(),
    "part_kpi_id": pl.String(),
    "weight": pl.Float64(),
    "reference": pl.String(),
    "reference_en": pl.String(),
}


def catalogue_frames() -> dict[str, pl.DataFrame]:
    """One row per KPI, per target and per part of a score.

    `dim_kpis`; `dim_kpi_targets` by KPI, county and first day, where a null `county_code` holds for
    every county; `dim_kpi_parts` by score, first day and part.
    """
    kpis = load_catalogue().values()
    targets = [
        (
            kpi.kpi_id,
            target.county,
            target.valid_from,
            target.value,
            target.reference.zh,
            target.reference.en,
        )
        for kpi in kpis
        for target in kpi.targets
    ]
    parts = [
        (
            kpi.kpi_id,
            made.valid_from,
            part,
            weight,
            made.reference.zh,
            made.reference.en,
        )
        for kpi in kpis
        for made in kpi.parts
        for part, weight in made.weights.items()
    ]
    return {
        "dim_kpis": pl.DataFrame([_row(kpi) for kpi in kpis], schema=KPI_SCHEMA, orient="row"),
        "dim_kpi_targets": pl.DataFrame(targets, schema=TARGET_SCHEMA, orient="row"),
        "dim_kpi_parts": pl.DataFrame(parts, schema=PART_SCHEMA, orient="row"),
    }


def _row(kpi: Kpi) -> tuple[object, ...]:
    return (
        kpi.kpi_id,
        kpi.name.zh,
        kpi.name.en,
        kpi.question.zh,
        kpi.question.en,
        kpi.formula.zh,
        kpi.formula.en,
        kpi.fact,
        kpi.kind,
        kpi.numerator,
        kpi.numerator_fact,
        kpi.numerator_date,
        kpi.denominator,
        kpi.denominator_table,
        kpi.per,
        kpi.measure,
        kpi.observed,
        kpi.quantile,
        kpi.whole,
        kpi.counted,
        list(kpi.leaves),
        kpi.part_value,
        list(kpi.left_out),
        kpi.not_yet_due,
        kpi.due_passed,
        kpi.date,
        kpi.is_personal,
        kpi.unit,
        kpi.better,
        kpi.reference.zh,
        kpi.reference.en,
        list(kpi.caveats),
        kpi.owner.zh,
        kpi.owner.en,
        kpi.baseline.value if kpi.baseline else None,
        kpi.baseline.county if kpi.baseline else None,
        kpi.reviewed,
        kpi.next_review,
    )
