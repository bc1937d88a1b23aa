"""Before and after: planted effects come back, and too little is said to be too little."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.programme_effect import judge, ours
from tests.support.marts import COUNTY, ZONE, case, marts
from warehouse.analysis.effect_sentences import of_effect
from warehouse.analysis.programme import Effect, Side, effect
from warehouse.analysis.segments import segmented
from warehouse.catalogue import get_kpi, programme_start
from warehouse.query import Question

MEAN = "response_time_mean"


def test_intervals_cover_what_was_planted() -> None:
    score = judge(ours, range(40), rho=0.6)
    assert score.level_coverage >= 0.85
    assert score.slope_coverage >= 0.85


def test_without_noise_the_effect_comes_back_exactly() -> None:
    months = np.arange(36)
    since = months - 12
    values = (
        100 + 0.5 * since + np.where(since >= 0, -20 - 2 * since, 0) + np.sin(months * np.pi / 6)
    )
    found = segmented(values, months, 12)
    assert found.level.value == pytest.approx(-20, abs=1e-6)
    assert found.slope.value == pytest.approx(-2, abs=1e-6)
    assert found.slope_before.value == pytest.approx(0.5, abs=1e-6)
    assert found.at_end.value == pytest.approx(-20 - 2 * 23, abs=1e-6)
    assert found.counterfactual[-1] - found.fitted[-1] == pytest.approx(66, abs=1e-6)


def test_missing_months_do_not_move_the_effect() -> None:
    months = np.delete(np.arange(36), [3, 20, 21])
    values = np.where(months >= 12, 5.0, 0.0)
    assert segmented(values, months, 12).level.value == pytest.approx(5, abs=1e-6)


def series(months: list[date], minutes: dict[date, float]) -> list[dict[str, Any]]:
    random = np.random.default_rng(3)
    return [
        case(
            f"{month}-{number}",
            datetime(month.year, month.month, 5, 9, tzinfo=ZONE),
            response_minutes=minutes[month] + float(random.normal(0, 4)),
        )
        for month in months
        for number in range(12)
    ]


def months_between(first: date, count: int) -> list[date]:
    numbers = [first.year * 12 + first.month - 1 + step for step in range(count)]
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def test_a_drop_after_the_start_is_found_and_worded_with_care(tmp_path: Path) -> None:
    start = programme_start(COUNTY)
    assert start == date(2024, 11, 1)
    months = months_between(date(2023, 1, 1), 44)
    minutes = {month: 120.0 if month < start else 40.0 for month in months}
    published = marts(tmp_path, cases=series(months, minutes))
    found = effect(published, Question(MEAN, COUNTY))
    assert (found.before.month_count, found.after.month_count) == (22, 16)
    assert found.segments is not None
    assert found.segments.level.low < -80 < found.segments.level.high
    assert found.segments.level.is_signal
    chinese = "".join(text.zh for text in of_effect(found, COUNTY))
    english = " ".join(text.en for text in of_effect(found, COUNTY))
    assert "不能仅凭此说是项目造成的" in chinese
    assert "改善" in chinese
    assert "not, from this alone, that the programme caused it" in english
    assert "less than two years" in english


def test_where_nothing_changed_nothing_is_claimed(tmp_path: Path) -> None:
    months = months_between(date(2023, 1, 1), 44)
    published = marts(tmp_path, cases=series(months, dict.fromkeys(months, 60.0)))
    found = effect(published, Question(MEAN, COUNTY))
    assert found.segments is not None
    assert not found.segments.level.is_signal
    assert "不能说项目改变了它" in "".join(text.zh for text in of_effect(found, COUNTY))


def test_too_few_months_give_no_estimate(tmp_path: Path) -> None:
    months = months_between(date(2024, 6, 1), 14)
    published = marts(tmp_path, cases=series(months, dict.fromkeys(months, 60.0)))
    found = effect(published, Question(MEAN, COUNTY))
    assert found.segments is None
    assert "no judgement" in " ".join(text.en for text in of_effect(found, COUNTY))


def test_sums_over_unequal_numbers_of_months_are_compared_by_the_month() -> None:
    found = Effect(
        kpi=get_kpi("volunteer_hours"),
        start=date(2024, 11, 1),
        transition_months=6,
        before=Side(date(2024, 5, 1), date(2024, 11, 1), 6, 600.0, None, None),
        after=Side(date(2025, 5, 1), date(2026, 9, 1), 16, 2_000.0, None, None),
        segments=None,
        has_season=False,
        rows=pl.DataFrame(),
    )
    plain, *_ = of_effect(found, COUNTY)
    assert (
        "之前 6 个月平均每月 100.00 小时,之后 16 个月平均每月 125.00 小时(+25.00 小时)" in plain.zh
    )
    assert "100.00 hours per month in the 6 months before" in plain.en
    assert "125.00 hours per month in the 16 after (+25.00 hours)" in plain.en
