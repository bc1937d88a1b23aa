"""The catalogue as tables, for publication as `kpi.dim_kpis` and `kpi.dim_kpi_targets`."""

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
    "denominator": pl.String(),
    "measure": pl.String(),
    "quantile": pl.Float64(),
    "excluded": pl.List(pl.String()),
    "not_yet_due": pl.String(),
    "date_basis": pl.String(),
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


def catalogue_frames() -> dict[str, pl.DataFrame]:
    """`dim_kpis` (one row per KPI) and `dim_kpi_targets` (one row per KPI, county and first day).

    A target's null `county_code` holds for every county.
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
    return {
        "dim_kpis": pl.DataFrame([_row(kpi) for kpi in kpis], schema=KPI_SCHEMA, orient="row"),
        "dim_kpi_targets": pl.DataFrame(targets, schema=TARGET_SCHEMA, orient="row"),
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
        kpi.denominator,
        kpi.measure,
        kpi.quantile,
        list(kpi.left_out),
        kpi.not_yet_due,
        kpi.date,
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
