"""The county's published figures come out of the published marts of the sample, by plain SQL.

The published town has the usual seed; three others run with `make soak`.
"""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_series_equal

from etl.load import load_files
from etl.sample.generate import MANIFEST, generate_sample
from tests.support.recomputed.county import published_sample
from warehouse.build import build
from warehouse.catalogue import get_kpi, load_catalogue
from warehouse.plain_sql import Asked, file_of, plain_sql
from warehouse.published import Published, PublishedStore
from warehouse.query import Question, answer
from warehouse.reference_kpis import SHOWN
from warehouse.settings import Settings

BEFORE = "between date '2023-11-01' and date '2024-10-31'"
AFTER = "between date '2025-11-16' and date '2026-11-15'"

RESPONSE = """
    select avg(response_minutes)
    from mart.fct_cases
    where not is_void and not is_duplicate and is_responded and reported_date {}
"""
SATISFACTION = """
    select
        count(*) filter (satisfaction_code = 'satisfied') / count(*)
        + 0.9 * count(*) filter (satisfaction_code = 'basically_satisfied') / count(*)
    from mart.fct_followups
    where is_valid and called_date {}
"""
RESOLUTION = """
    select count(*) filter (is_resolved_on_time) / count(*)
    from mart.fct_mediations
    where is_due_to_resolve and reported_date {}
"""
ALLOWANCE = """
    select median(approval_days)
    from mart.fct_applications
    where item_code = 'FW001' and is_decided and accepted_date {}
"""
WASTE = """
    select sum(correct_drop_count) / sum(inspected_drop_count)
    from mart.fct_waste_inspections
    where inspected_date {}
"""


@pytest.fixture(
    scope="module",
    params=[None, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (1, 2, 3))],
)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Published]:
    if request.param is None:
        county = published_sample(tmp_path_factory, scale="town")
        return county.files["sample_areas"][0].parent, county.published
    folder = tmp_path_factory.mktemp("calibration")
    settings = Settings(home=folder / "home")
    files = generate_sample(folder / "files", scale="town", seed=request.param)
    for source, paths in files.items():
        reports = load_files(source, paths, settings=settings)
        assert [report.error for report in reports] == [None] * len(paths)
    build(settings=settings)
    return folder / "files", PublishedStore(settings, with_people=True).current()


@pytest.mark.parametrize(
    ("query", "days", "meant", "tolerance"),
    [
        pytest.param(RESPONSE, BEFORE, 120, 0.05 * 120, id="response before"),
        pytest.param(RESPONSE, AFTER, 30, 0.05 * 30, id="response after"),
        pytest.param(SATISFACTION, BEFORE, 0.82, 0.01, id="satisfaction before"),
        pytest.param(SATISFACTION, AFTER, 0.96, 0.01, id="satisfaction after"),
        pytest.param(RESOLUTION, BEFORE, 0.75, 0.01, id="disputes before"),
        pytest.param(RESOLUTION, AFTER, 0.98, 0.01, id="disputes after"),
        pytest.param(ALLOWANCE, BEFORE, 30, 0.05 * 30, id="allowance before"),
        pytest.param(ALLOWANCE, AFTER, 7, 0.05 * 7, id="allowance after"),
        pytest.param(WASTE, BEFORE, 0.30, 0.01, id="waste before"),
        pytest.param(WASTE, AFTER, 0.85, 0.01, id="waste after"),
    ],
)
def test_the_published_figures_come_out_of_the_marts(
    sample: tuple[Path, Published], query: str, days: str, meant: float, tolerance: float
) -> None:
    _, published = sample
    assert published.sql(query.format(days)).item() == pytest.approx(meant, abs=tolerance)


@pytest.mark.parametrize(("day", "meant"), [("2024-10-31", 0.85), ("2026-11-15", 1.00)])
def test_the_published_coverage_comes_out_of_the_marts(
    sample: tuple[Path, Published], day: str, meant: float
) -> None:
    _, published = sample
    share = published.people_sql(
        "select count(*) filter (is_covered) / count(*) from mart.fct_coverage_spells"
        " where valid_from_date <= cast($day as date)"
        " and (valid_to_date is null or cast($day as date) < valid_to_date)",
        {"day": day},
    )
    assert share.item() == pytest.approx(meant, abs=0.01)


@pytest.mark.parametrize("kpi_id", load_catalogue())
def test_the_sql_of_the_reference_gives_the_value_of_the_kpi(
    sample: tuple[Path, Published], kpi_id: str
) -> None:
    _, published = sample
    kpi = get_kpi(kpi_id)
    run = published.people_sql if file_of(kpi) == "people" else published.sql
    for asked in (SHOWN, Asked(SHOWN.county_code, date(2025, 11, 16), date(2026, 11, 16))):
        found = run(plain_sql(kpi, asked))
        by = (kpi.whole,) if kpi.whole else ()
        question = Question(kpi_id, asked.county_code, by=by, start=asked.start, end=asked.end)
        expected = answer(published, question).filter(~pl.col("is_suppressed"))
        if expected.is_empty():
            continue
        for name in ("value", "numerator", "denominator"):
            # A quantile has no numerator in an answer, and no stock a denominator.
            is_answered = name == "value" or expected[name].null_count() < len(expected)
            if name in found.columns and is_answered:
                assert_series_equal(
                    found[name], expected[name], check_dtypes=False, rel_tol=1e-12, abs_tol=0
                )


def test_obligations_to_visit_are_met_more_often(sample: tuple[Path, Published]) -> None:
    _, published = sample
    query = (
        "select count(*) filter (is_met) / count(*) from mart.fct_visit_obligations"
        " where due_date {}"
    )
    assert published.people_sql(query.format(BEFORE)).item() == pytest.approx(0.80, abs=0.03)
    assert published.people_sql(query.format(AFTER)).item() == pytest.approx(0.96, abs=0.02)


def test_what_was_planted_is_what_a_load_or_a_build_refused(
    sample: tuple[Path, Published],
) -> None:
    folder, published = sample
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    planted = Counter(
        {
            (dataset, rule): count
            for dataset, told in manifest["datasets"].items()
            for rule, count in told["planted"].items()
        }
    )
    failed = Counter(
        {
            (dataset, rule): count
            for dataset, rule, count in published.sql(
                "select dataset, rule, sum(failed_count)::bigint from ops.quality"
                " where failed_count > 0 group by all"
            ).iter_rows()
        }
    )
    # A resident who was refused, or entered late, is unknown to the services and the roll.
    unknown = ("service_coverage", "unknown_resident")
    assert failed.pop(unknown) >= planted.pop(unknown) > 0
    on_the_roll = failed.pop(("special_group_roll", "unknown_resident"), 0)
    assert on_the_roll <= sum(manifest["datasets"]["residents"]["planted"].values())
    # Old people wear a wristband whether or not they are on the roll: counted, nothing wrong.
    assert failed.pop(("wristband_alerts", "wearer_not_on_the_roll_that_day")) > 0
    assert failed == planted
