"""Changes with intervals, and control charts that mark signals and leave noise alone."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.support.marts import COUNTY, ZONE, case, marts
from warehouse.analysis.changes import changes
from warehouse.analysis.sentences import of_changes, of_chart
from warehouse.analysis.trends import control_chart
from warehouse.catalogue import get_kpi
from warehouse.published import Published
from warehouse.query import Question, answer

RATE = "on_time_resolution_rate"
MEAN = "response_time_mean"
COUNT = "cases_per_1000_residents"
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}


def cases(first: date, met: int, due: int, **values: Any) -> list[dict[str, Any]]:
    flags = {"is_due_to_close": True, "is_closed": True}
    at = datetime(first.year, first.month, 5, 9, tzinfo=ZONE)
    return [
        case(f"{first}-{number}", at, is_closed_on_time=number < met, **{**flags, **values})
        for number in range(due)
    ]


def months(count: int, first: date = date(2023, 11, 1)) -> list[date]:
    numbers = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + count)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def changed(published: Published, kpi_id: str) -> pl.DataFrame:
    question = Question(kpi_id, COUNTY, compare=True, **OCTOBER)
    return changes(answer(published, question), get_kpi(kpi_id))


def test_the_interval_of_two_shares_is_newcombe_s(tmp_path: Path) -> None:
    rows = [*cases(date(2026, 9, 1), 48, 80), *cases(date(2026, 10, 1), 56, 70)]
    frame = changed(marts(tmp_path, cases=rows), RATE)
    found = frame.filter(compared_with="previous").row(0, named=True)
    # Newcombe 1998, table II, method 10: 56/70 against 48/80.
    assert found["change"] == pytest.approx(0.2)
    assert found["change_low"] == pytest.approx(0.0524, abs=5e-5)
    assert found["change_high"] == pytest.approx(0.3339, abs=5e-5)
    assert found["is_signal"]
    texts = of_changes(frame, get_kpi(RATE))
    assert "+20.0 个百分点" in texts[0].zh
    assert "more than chance" in texts[0].en
    assert "no value" in texts[1].en


def test_counts_are_compared_at_as_many_days(tmp_path: Path) -> None:
    rows = [*cases(date(2026, 9, 1), 0, 300), *cases(date(2026, 10, 1), 0, 310)]
    frame = changed(marts(tmp_path, cases=rows), COUNT)
    found = frame.filter(compared_with="previous").row(0, named=True)
    assert (found["before"], found["before_equal_days"]) == pytest.approx((3.0, 3.1))
    assert found["change"] == pytest.approx(0)
    assert found["change_low"] < 0 < found["change_high"]
    assert found["is_signal"] is False


def test_months_of_chance_alone_give_few_signals(tmp_path: Path) -> None:
    random = np.random.default_rng(11)
    rows = []
    for month in months(36):
        due = int(random.integers(150, 250))
        rows += cases(month, int(random.binomial(due, 0.8)), due)
    chart = control_chart(marts(tmp_path, cases=rows), Question(RATE, COUNTY))
    assert chart.kind == "p"
    assert chart.rows["signal"].drop_nulls().len() <= 1
    assert "p′ chart of 36 whole months" in of_chart(chart)[0].en


def test_a_change_stays_visible_against_the_fixed_baseline(tmp_path: Path) -> None:
    rows = []
    for number, month in enumerate(months(30)):
        rows += cases(month, (160 if number < 20 else 190) + number % 3, 200)
    chart = control_chart(marts(tmp_path, cases=rows), Question(RATE, COUNTY))
    late = chart.rows.filter(pl.col("month") >= date(2025, 7, 1))
    assert late["signal"].null_count() == 0
    assert chart.rows["centre"].n_unique() == 1


def test_the_programme_begins_a_phase_once_it_shows(tmp_path: Path) -> None:
    start = date(2024, 11, 1)
    rows = []
    for number, month in enumerate(months(36)):
        rows += cases(month, (140 if month < start else 190) + number % 3, 200)
    published = marts(tmp_path, cases=rows)
    chart = control_chart(published, Question(RATE, COUNTY), programme_start=start)
    assert chart.phase_starts == (date(2023, 11, 1), date(2025, 5, 1))
    transition = chart.rows.filter(pl.col("month").is_between(start, date(2025, 4, 1)))
    assert set(transition["signal"]) == {"beyond_limits"}
    assert chart.rows.filter(phase=2)["signal"].null_count() == 18


def test_a_mean_has_the_limits_of_a_moving_range(tmp_path: Path) -> None:
    values = [10.0, 12.0, 11.0, 13.0, 12.0, 11.0, 10.0, 12.0, 30.0]
    rows = []
    for month, minutes in zip(months(9), values, strict=True):
        rows += cases(month, 1, 1, response_minutes=minutes)
    question = Question(MEAN, COUNTY, end=date(2024, 7, 1))
    chart = control_chart(marts(tmp_path, cases=rows), question)
    assert chart.kind == "xmr"
    centre, spread = np.mean(values[:8]), 3 * np.abs(np.diff(values[:8])).mean() / 1.128
    assert chart.rows["centre"][0] == pytest.approx(centre)
    assert chart.rows["high"][0] == pytest.approx(centre + spread)


def test_too_few_months_have_no_limits(tmp_path: Path) -> None:
    rows = [row for month in months(5) for row in cases(month, 8, 10)]
    chart = control_chart(marts(tmp_path, cases=rows), Question(RATE, COUNTY))
    assert chart.rows["centre"].null_count() == 5
    assert "no control limits" in of_chart(chart)[0].en


def test_eight_months_on_one_side_are_a_run(tmp_path: Path) -> None:
    met = [80, 79] * 6 + [81] * 9
    rows = [row for month, m in zip(months(21), met, strict=True) for row in cases(month, m, 100)]
    chart = control_chart(marts(tmp_path, cases=rows), Question(RATE, COUNTY))
    assert chart.rows["signal"].to_list()[-2:] != [None, None]
    assert chart.rows["signal"][14] in (None, "beyond_limits")
