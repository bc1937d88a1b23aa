"""Follow-up calls, and what residents said of cases, disputes and applications, from landing."""

import polars as pl

from tests.support.recomputed.areas import LEVELS
from tests.support.recomputed.landed import Landed, edition, seed


def followups(
    landed: Landed, cases: pl.DataFrame, disputes: pl.DataFrame, applications: pl.DataFrame
) -> pl.DataFrame:
    """One row per call, with the department and place of what was asked about.

    `weight` is what the judgement counts, null without one; answers not given are null.
    """
    about = [
        cases.select("department_code", *LEVELS, dataset="dataset", number="case_number"),
        disputes.select(
            *LEVELS,
            department_code=pl.lit("grid_centre"),
            dataset=pl.lit("mediation_cases"),
            number="mediation_number",
        ),
        applications.select(
            "department_code",
            *LEVELS,
            dataset=pl.lit("service_applications"),
            number="application_number",
        ),
    ]
    calls = landed.records("followups", "called_at").with_columns(day=pl.col("called_at").dt.date())
    weights = seed("satisfaction_weights")
    return edition(
        calls.join(
            pl.concat(about, how="diagonal"),
            left_on=["subject_dataset", "subject_number"],
            right_on=["dataset", "number"],
            how="left",
            validate="m:1",
        ),
        weights,
        on="satisfaction_code",
        day="day",
        take=["satisfaction_weight"],
    ).with_columns(weight=pl.col("satisfaction_weight").cast(pl.Float64))
