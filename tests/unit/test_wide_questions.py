"""One department's or town's answer, read from the answer about all."""

from dataclasses import replace
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

KPIS = [kpi for kpi in load_catalogue().values() if kpi.kind != "score"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Context:
    home: Path = tmp_path_factory.mktemp("county")
    facts = random_facts(rows=120, seed=3)
    published = marts(home, cases=facts.pop("fct_cases"), facts=facts, areas=AREAS)
    return Context(Services(Settings(home=home)), published)


@pytest.mark.parametrize(
    "asked",
    [
        {"where": {"department": "x"}, "compare": True},
        {"where": {"department": "x", "town": "A"}, "by": ("month",)},
        {"where": {"department": "y"}, "by": ("town",)},
        {"where": {"town": "B"}, "by": ("quarter",), "compare": True},
        {"where": {"town": "A"}, "by": ("community",)},
        {"where": {"town": "A"}, "by": ("department", "month")},
    ],
    ids=str,
)
def test_it_is_the_answer_to_the_question_itself(county: Context, asked: dict[str, Any]) -> None:
    names = {*asked["where"], *asked.get("by", ())} & {"department", "town", "community"}
    questions = [
        Question(kpi.kpi_id, COUNTY, **asked)
        for kpi in KPIS
        if all(fact.column_of(name) for fact in kpi.facts for name in names)
    ]
    assert len(questions) > 10
    for question, found in zip(questions, county.ask_all(questions), strict=True):
        assert_frame_equal(found, answer(county.published, question), check_exact=True)


def test_a_code_without_any_row_is_asked_itself(county: Context) -> None:
    question = Question("open_backlog", COUNTY, where={"town": "B", "department": "x"})
    none = replace(question, kpi_id="resolution_rate", where={"department": "x", "town": "A"})
    for asked in (question, none):
        found = county.ask(replace(asked, by=("year",)))
        assert not found.is_empty()


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
    assert (first.by, first.where) == (("department", "month"), {"town": "A"})
