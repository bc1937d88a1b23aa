"""One department's or town's answer, read from the answer about all."""

from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from dashboards.context import Context, Services
from dashboards.wide_questions import wide_question
from tests.support.marts import COUNTY, marts
from tests.support.random_facts import AREAS, random_facts
from warehouse.catalogue import get_kpi, load_catalogue
from warehouse.query import Question, answer
from warehouse.settings import Settings

ONLY_OF_CASES = "z"
"""A department that no other fact has a row of."""

KPIS = [kpi for kpi in load_catalogue().values() if kpi.kind != "score"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Context:
    home: Path = tmp_path_factory.mktemp("county")
    facts = random_facts(rows=120, seed=3)
    facts["fct_cases"][0]["department_code"] = ONLY_OF_CASES
    published = marts(home, cases=facts.pop("fct_cases"), facts=facts, areas=AREAS)
    return Context(Services(Settings(home=home)), published)


@pytest.mark.parametrize(
    "asked",
    [
        {"where": {"department": "x"}, "compare": True},
        {"where": {"department": "x"}, "by": ("category", "month")},
        {"where": {"department": "x"}, "by": ("town", "channel")},
        {"where": {"department": "x", "town": "A"}, "by": ("month",), "compare": True},
        {"where": {"department": "x", "town": "A"}},
        {"where": {"department": "x", "town": "B"}, "by": ("category",)},
        {"where": {"department": "y"}, "by": ("town",)},
        {"where": {"town": "B"}, "by": ("quarter",), "compare": True},
        {"where": {"town": "A"}, "by": ("community",)},
        {"where": {"town": "A"}, "by": ("department", "month")},
    ],
    ids=str,
)
def test_it_is_the_answer_to_the_question_itself(county: Context, asked: dict[str, Any]) -> None:
    names = {*asked["where"], *asked.get("by", ())} & {
        "department",
        "town",
        "community",
        "category",
        "channel",
    }
    questions = [
        Question(kpi.kpi_id, COUNTY, **asked)
        for kpi in KPIS
        if all(fact.column_of(name) for fact in kpi.facts for name in names)
    ]
    assert len(questions) > 5
    for question, found in zip(questions, county.ask_all(questions), strict=True):
        assert_frame_equal(found, answer(county.published, question), check_exact=True)


def test_a_code_without_any_row_is_asked_itself(county: Context) -> None:
    kpi_id = "on_time_approval_rate"
    asked = Question(kpi_id, COUNTY, by=("year",), where={"department": ONLY_OF_CASES})
    wide = wide_question(asked, get_kpi(kpi_id))
    assert ONLY_OF_CASES not in county.ask(wide)["department_code"].to_list()
    found = county.ask(asked)
    assert found["denominator"].to_list() == [0.0] * len(found) != []
    assert_frame_equal(found, answer(county.published, asked), check_exact=True)


def test_persons_are_asked_about_as_they_are() -> None:
    question = Question("on_time_visit_rate", COUNTY, where={"town": "A"})
    assert wide_question(question, get_kpi("on_time_visit_rate")) is question


def test_all_departments_are_one_question() -> None:
    asked = [
        Question("resolution_rate", COUNTY, by=("month",), where={"department": code, "town": "A"})
        for code in ("x", "y")
    ]
    first, second = (wide_question(question, get_kpi("resolution_rate")) for question in asked)
    assert first == second
    assert (first.by, first.where) == (("town", "department", "month"), {})
