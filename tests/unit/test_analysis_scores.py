"""Scores: from the sums of their parts, with contributions that add up to them exactly."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.marts import COUNTY, ZONE, case, marts, row
from warehouse.analysis.decomposition import decompose
from warehouse.catalogue import get_kpi, load_catalogue
from warehouse.catalogue.grades import grade_of
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import COLUMNS, COMPARISON_COLUMNS, Question, answer, answer_many, rows_behind
from warehouse.query.scores import contributions

SCORE = "three_rate_score"
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}


def call(number: int, department: str, month: int, **values: Any) -> dict[str, Any]:
    judged = {"is_contacted": False, "is_solved": False, "satisfaction_weight": 0.0} | values
    return row(
        "fct_followups",
        followup_id=f"{department}{month}-{number}",
        department_code=department,
        called_date=date(2026, month, 5),
        is_valid=True,
        **judged,
    )


GOOD = {"is_contacted": True, "is_solved": True, "satisfaction_weight": 1.0}
BASIC = {"is_contacted": True, "is_solved": False, "satisfaction_weight": 0.9}


@pytest.fixture
def published(tmp_path: Path) -> Published:
    calls = [call(n, "urban", 10, **(GOOD if n < 6 else BASIC)) for n in range(7)]
    calls += [call(n, "health", 10, **(BASIC if n == 0 else {})) for n in range(3)]
    calls += [call(n, "urban", 9, **(GOOD if n < 3 else {})) for n in range(10)]
    opened = datetime(2026, 10, 5, 9, tzinfo=ZONE)
    return marts(tmp_path, cases=[case("a", opened)], facts={"fct_followups": calls})


def test_a_score_comes_from_the_sums(published: Published) -> None:
    frame = answer(published, Question(SCORE, COUNTY, compare=True, **OCTOBER))
    found = frame.row(0, named=True)
    # Contacted 8 of 10, solved 6 of 10, satisfied 7.8 of 10; September: 3 of 10 each.
    assert found["value"] == pytest.approx(0.1 * 80 + 0.5 * 60 + 0.4 * 78)
    assert found["previous_value"] == pytest.approx(30)
    assert found["last_year_value"] is None
    assert found["numerator"] is found["denominator"] is found["interval_low"] is None
    assert frame.schema == COLUMNS | COMPARISON_COLUMNS


def test_contributions_add_up_to_the_score_in_every_slice(published: Published) -> None:
    question = Question(SCORE, COUNTY, by=("department", "month"), **OCTOBER)
    scores = dict(answer(published, question).select("department_code", "value").iter_rows())
    parts = contributions(published, question, partial(answer_many, published))
    assert set(scores) == {"urban", "health"}
    for department, score in scores.items():
        points = parts.filter(department_code=department)["points"]
        assert points.sum() == sum(reversed(points.to_list())) == score
        assert set(parts.filter(department_code=department)["score"]) == {score}
    urban = parts.filter(department_code="urban", part_id="solved_rate").row(0, named=True)
    assert (urban["value"], urban["weight"]) == (6 / 7, 0.5)
    assert urban["points"] + urban["points_missing"] == pytest.approx(50)


def test_without_one_part_there_is_no_score(tmp_path: Path) -> None:
    calls = [call(1, "urban", 10, **GOOD, is_satisfaction_unknown=True)]
    opened = datetime(2026, 10, 5, 9, tzinfo=ZONE)
    published = marts(tmp_path, cases=[case("a", opened)], facts={"fct_followups": calls})
    question = Question(SCORE, COUNTY, **OCTOBER)
    assert answer(published, question)["value"].item() is None
    parts = contributions(published, question, partial(answer_many, published))
    assert dict(parts.select("part_id", "points").iter_rows()) == {
        "contact_rate": 10.0,
        "solved_rate": 50.0,
        "satisfaction_rate": None,
    }


def test_the_change_of_a_score_is_that_of_its_parts(published: Published) -> None:
    found = decompose(published, Question(SCORE, COUNTY, **OCTOBER))
    assert found.method == "points"
    parts = dict(found.rows.select("code", "contribution").iter_rows())
    assert parts == pytest.approx(
        {"contact_rate": 5.0, "solved_rate": 15.0, "satisfaction_rate": 0.4 * 48}
    )
    assert sum(parts.values()) == found.change == found.value - found.before


def test_an_index_of_1_is_the_target_and_lower_is_better_turns_it_over(tmp_path: Path) -> None:
    opened = datetime(2026, 10, 5, 9, tzinfo=ZONE)
    cases = [case("a", opened, response_minutes=20.0)]
    published = marts(tmp_path, cases=cases, facts={})
    question = Question("target_index", COUNTY, **OCTOBER)
    parts = contributions(published, question, partial(answer_many, published))
    response = parts.filter(part_id="response_time_median").row(0, named=True)
    assert (response["target"], response["reached"]) == (30.0, 1.5)
    assert response["points_missing"] is None
    assert response["score"] is None


def test_a_slice_that_a_part_lacks_is_refused_and_so_is_a_receipt(published: Published) -> None:
    with pytest.raises(UsageError, match="dimension"):
        answer(published, Question(SCORE, COUNTY, by=("stage",), **OCTOBER))
    with pytest.raises(UsageError, match="parts: contact_rate"):
        rows_behind(published, Question(SCORE, COUNTY, **OCTOBER))


def test_parts_of_scores_are_kpis_that_can_give_them() -> None:
    for kpi in load_catalogue().values():
        for part_id in {part for parts in kpi.parts for part in parts.weights}:
            part = get_kpi(part_id)
            assert part.kind != "score"
            assert part.better != "neither"
            assert kpi.part_value != "value" or part.unit == "percent"
            assert kpi.part_value == "value" or part.targets


def test_grades_have_their_limits_in_one_dated_place() -> None:
    day = date(2026, 10, 31)
    scores = (100, 90, 89.9, 75, 60, 40, 39.9, None)
    assert [grade_of(score, day) for score in scores] == [*"AABBCDE", None]
    assert grade_of(95, date(2019, 12, 31)) is None
