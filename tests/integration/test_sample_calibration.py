"""The county's published figures come out of the generated records, by plain Polars."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from tests.support.sample_records import AFTER, AS_OF, BEFORE, sound, town

SEEDS = (1, 2, 3)
IN_SCOPE = ("medical_insurance", "pension_insurance", "health_record", "family_doctor")


def within(column: str, days: tuple[date, date]) -> pl.Expr:
    return pl.col(column).dt.date().is_between(*days)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("days", "meant"), [(BEFORE, 0.75), (AFTER, 0.98)])
def test_disputes_are_resolved_in_thirty_days(
    seed: int, days: tuple[date, date], meant: float
) -> None:
    due = pl.coalesce("due_at", pl.col("accepted_at").dt.offset_by("30d"))
    cases = sound(seed, "mediation_cases").filter(
        within("reported_at", days) & pl.col("outcome_code").ne_missing("withdrawn")
    )
    to_resolve = cases.filter(pl.col("closed_at").is_not_null() | (due < AS_OF))
    in_time = (pl.col("outcome_code") == "settled") & (pl.col("closed_at") <= due)
    assert len(to_resolve) >= 150
    assert to_resolve.select(in_time.fill_null(value=False).mean()).item() == pytest.approx(
        meant, abs=0.01
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("basis", ["accepted_at", "decided_at"])
@pytest.mark.parametrize(("days", "meant"), [(BEFORE, 30.0), (AFTER, 7.0)])
def test_the_allowance_takes_days_on_the_clock(
    seed: int, basis: str, days: tuple[date, date], meant: float
) -> None:
    off_clock = (
        sound(seed, "service_approval_steps")
        .filter(pl.col("stage_code").is_in(["supplement", "publicity"]))
        .group_by("application_number")
        .agg(off=(pl.col("ended_at") - pl.col("started_at")).sum())
    )
    decided = sound(seed, "service_applications").filter(
        (pl.col("item_code") == "FW001")
        & pl.col("decision_code").is_in(["approved", "rejected"])
        & within(basis, days)
    )
    net = decided.join(off_clock, on="application_number", how="left").select(
        pl.col("decided_at") - pl.col("accepted_at") - pl.col("off").fill_null(timedelta())
    )
    assert len(net) >= 60
    assert net.to_series().dt.total_seconds().median() / 86400 == pytest.approx(meant, rel=0.05)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("days", "meant"), [(BEFORE, 0.30), (AFTER, 0.85)])
def test_drops_are_sorted(seed: int, days: tuple[date, date], meant: float) -> None:
    drops = sound(seed, "waste_inspections").filter(within("inspected_at", days))
    share = drops["correct_drop_count"].sum() / drops["inspected_drop_count"].sum()
    assert share == pytest.approx(meant, abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("days", "meant"),
    [
        ((date(2023, 11, 30), date(2024, 3, 31), date(2024, 10, 31)), 0.85),
        ((date(2025, 11, 30), date(2026, 5, 31), date(2026, 11, 15)), 1.0),
    ],
)
def test_services_reach_residents(seed: int, days: tuple[date, ...], meant: float) -> None:
    residents = town(seed)[1].residents
    cover = sound(seed, "service_coverage").filter(pl.col("service_code").is_in(IN_SCOPE))
    for day in days:
        living, covered = (
            frame.filter((pl.col(since) <= day) & (pl.col(to).is_null() | (pl.col(to) >= day)))[
                "id_number"
            ].unique()
            for frame, since, to in (
                (residents, "resident_from_date", "resident_to_date"),
                (cover, "covered_from_date", "covered_to_date"),
            )
        )
        share = living.is_in(covered.implode()).mean()
        assert share == pytest.approx(meant, abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dataset", ["mediation_cases", "service_applications"])
@pytest.mark.parametrize(("days", "meant"), [(BEFORE, 0.82), (AFTER, 0.96)])
def test_those_called_are_satisfied(
    seed: int, dataset: str, days: tuple[date, date], meant: float
) -> None:
    valid = sound(seed, "followups").filter(
        (pl.col("subject_dataset") == dataset) & pl.col("is_valid") & within("called_at", days)
    )
    weight = pl.col("satisfaction_code").replace_strict(
        {"satisfied": 1.0, "basically_satisfied": 0.9, "dissatisfied": 0.0}
    )
    # A town's calls of a year about one dataset are some dozens.
    assert valid.select(weight.mean()).item() == pytest.approx(meant, abs=0.025)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_change_comes_with_the_programme_and_not_before_it(seed: int) -> None:
    start = datetime(2024, 11, 1)  # noqa: DTZ001 - local, as departments write times
    drops = sound(seed, "waste_inspections").filter(pl.col("inspected_at") < start)
    half = drops.with_columns(late=pl.col("inspected_at") >= datetime(2024, 5, 1))  # noqa: DTZ001
    shares = half.group_by("late").agg(
        pl.col("correct_drop_count").sum() / pl.col("inspected_drop_count").sum()
    )
    assert shares["correct_drop_count"].is_between(0.27, 0.33).all()
