"""Every worked example comes out as written, from records through one real build."""

import pytest

from tests.spec.examples import (
    ALWAYS,
    FOLDER,
    MUST_COVER,
    Example,
    all_examples,
    examples_of,
    publish_examples,
    question_of,
)
from warehouse.catalogue import load_catalogue
from warehouse.published import Published
from warehouse.query import answer, rows_behind


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish_examples(tmp_path_factory.mktemp("examples"))


@pytest.mark.parametrize(
    ("kpi_id", "county_code", "example"),
    [
        pytest.param(kpi_id, code, example, id=f"{code}: {example.title}")
        for kpi_id, code, example in all_examples()
    ],
)
def test_the_example_comes_out_as_written(
    published: Published, kpi_id: str, county_code: str, example: Example
) -> None:
    question = question_of(kpi_id, county_code, example)
    row = answer(published, question).row(0, named=True)
    found = {name: row[name] for name in example.expect}
    assert found == pytest.approx(example.expect, abs=5e-7), example.title
    kpi = load_catalogue()[kpi_id]
    if example.by or kpi.kind == "score" or kpi.is_personal:
        return
    rows = rows_behind(published, question, limit=10_000)
    assert len(rows.filter(role="excluded")) == row["excluded_count"]
    assert len(rows.filter(role="not_yet_due")) == row["not_yet_due_count"]


@pytest.mark.parametrize("kpi_id", load_catalogue())
def test_every_kpi_has_examples_of_every_side_state(kpi_id: str) -> None:
    shown = {
        subject for example in examples_of(FOLDER / f"{kpi_id}.yml") for subject in example.shows
    }
    fact = load_catalogue()[kpi_id].fact or ""
    assert shown >= MUST_COVER.get(fact, ALWAYS)


def test_there_are_no_examples_of_what_is_no_kpi() -> None:
    assert {file.stem for file in FOLDER.glob("*.yml")} == set(load_catalogue())
