"""Shares: of what all values of one dimension add up to, everything else being equal."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support.kpis import add_kpi
from tests.support.marts import COUNTY, area, marts, row
from warehouse.published import Published
from warehouse.query import Question, answer, rows_behind

AUTUMN = {"start": date(2026, 9, 1), "end": date(2026, 11, 1)}


@pytest.fixture(autouse=True)
def _kpi(monkeypatch: pytest.MonkeyPatch) -> None:
    add_kpi(
        monkeypatch,
        "share_of_days",
        fact="fct_approval_steps",
        kind="share",
        measure="step_days",
        whole="stage",
        date="started_date",
    )


def step(stage: str | None, days: float | None, **values: Any) -> dict[str, Any]:
    return row(
        "fct_approval_steps",
        step_id=f"{stage} {days} {values}",
        stage_code=stage,
        step_days=days,
        **{"started_date": date(2026, 10, 5), "town_code": "A", **values},
    )


@pytest.fixture
def published(tmp_path: Path) -> Published:
    steps = [
        step("check", 1.5),
        step("check", 2.5, department_code="x"),
        step("review", 4.0),
        step("review", None),
        step(None, 2.0, town_code="B"),
        step("review", 8.0, started_date=date(2026, 9, 5), town_code="B"),
    ]
    areas = [area("town", "A"), area("town", "B")]
    return marts(tmp_path, facts={"fct_approval_steps": steps}, areas=areas)


def shares(published: Published, *codes: str, **question: Any) -> list[tuple[Any, ...]]:
    frame = answer(published, Question("share_of_days", COUNTY, **{**AUTUMN, **question}))
    return frame.select(*codes, "numerator", "denominator").rows()


def test_the_slices_of_the_dimension_add_up_to_one(published: Published) -> None:
    assert shares(published, "stage_code", by=("stage",)) == [
        ("check", 4.0, 18.0),
        ("review", 12.0, 18.0),
        (None, 2.0, 18.0),
    ]
    frame = answer(published, Question("share_of_days", COUNTY, by=("stage",), **AUTUMN))
    assert frame["value"].to_list() == [4 / 18, 12 / 18, 2 / 18]
    assert frame["interval_low"].null_count() == 3


def test_other_slices_hold_for_both_sides(published: Published) -> None:
    assert shares(published, "area_code", "stage_code", by=("town", "stage")) == [
        ("A", "check", 4.0, 8.0),
        ("A", "review", 4.0, 8.0),
        ("A", None, 0.0, 8.0),
        ("B", "check", 0.0, 10.0),
        ("B", "review", 8.0, 10.0),
        ("B", None, 2.0, 10.0),
    ]
    by_month = shares(published, "stage_code", by=("stage", "month"))
    assert by_month[:2] == [("check", 0.0, 8.0), ("review", 8.0, 8.0)]


def test_a_filter_on_the_dimension_narrows_only_the_numerator(published: Published) -> None:
    assert shares(published, where={"stage": "check"}) == [(4.0, 18.0)]
    assert shares(published, where={"stage": ("check", "none")}) == [(6.0, 18.0)]
    in_towns = shares(published, "area_code", by=("town",), where={"stage": "check"})
    assert in_towns == [("A", 4.0, 8.0), ("B", 0.0, 10.0)]
    of_department = {"stage": "check", "department": "x"}
    assert shares(published, where=of_department) == [(2.5, 2.5)]
    filtered = shares(published, "stage_code", by=("stage",), where={"stage": "check"})
    assert filtered == [("check", 4.0, 18.0)]


def test_without_the_dimension_all_is_one(published: Published) -> None:
    assert shares(published) == [(18.0, 18.0)]
    empty = {"start": date(2026, 8, 1), "end": date(2026, 9, 1)}
    [value] = answer(published, Question("share_of_days", COUNTY, **empty)).iter_rows(named=True)
    assert (value["value"], value["denominator"]) == (None, 0)


def test_it_is_compared_with_the_same_stage_before(published: Published) -> None:
    october = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}
    frame = answer(
        published, Question("share_of_days", COUNTY, by=("stage",), compare=True, **october)
    )
    assert frame["previous_value"].to_list() == [0.0, 1.0, 0.0]


def test_its_receipt_lists_what_it_is_a_share_of(published: Published) -> None:
    question = Question("share_of_days", COUNTY, where={"stage": "check"}, **AUTUMN)
    rows = rows_behind(published, question)
    sums = dict(rows.group_by("role").agg(pl.col("step_days").sum()).iter_rows())
    assert sums == {"numerator": 4.0, "denominator": 14.0}
