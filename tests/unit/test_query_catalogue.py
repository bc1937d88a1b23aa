"""What holds for every KPI of the catalogue, on rows made by chance."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.support.marts import COUNTY, marts
from tests.support.random_facts import AREAS, random_facts
from warehouse.catalogue import Kpi, load_catalogue
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import COLUMNS, Question, answer, answer_many, rows_behind
from warehouse.query.question import OTHER_SLICES, Dimension

WITH_ROWS = [kpi for kpi in load_catalogue().values() if kpi.kind != "score"]
LISTED = [kpi for kpi in WITH_ROWS if not kpi.is_personal]
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    facts = random_facts()
    batch = {"batch_id": "20261115-0001", "source_id": "source", "file_name": "rows.csv"}
    return marts(
        tmp_path_factory.mktemp("county"),
        cases=facts.pop("fct_cases"),
        facts=facts,
        areas=AREAS,
        batches=[batch],
    )


def has(kpi: Kpi, *dimensions: str) -> bool:
    return all(fact.column_of(name) for fact in kpi.facts for name in dimensions)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"by": ("month",)},
        {"by": ("town", "month")},
        {"by": ("week",), "where": {"town": ("A", "none")}},
        {"by": ("month",), "compare": True},
        OCTOBER,
    ],
    ids=str,
)
def test_many_at_once_are_answered_as_one_by_one(
    published: Published, asked: dict[str, Any]
) -> None:
    kpis = [kpi for kpi in WITH_ROWS if "town" not in str(asked) or has(kpi, "town")]
    questions = [Question(kpi.kpi_id, COUNTY, **asked) for kpi in kpis]
    for question, together in zip(questions, answer_many(published, questions), strict=True):
        assert_frame_equal(together, answer(published, question), check_exact=True)


@pytest.mark.parametrize("kpi", WITH_ROWS, ids=lambda kpi: kpi.kpi_id)
def test_every_slice_it_has_is_answered(published: Published, kpi: Kpi) -> None:
    slices: list[tuple[Dimension, ...]] = [("county", "year"), ("day",)]
    slices += [(name, "quarter") for name in OTHER_SLICES if has(kpi, name)]
    for level in ("town", "community", "grid"):
        if has(kpi, level):
            slices.append((level, "month"))
    for by in slices:
        frame = answer(published, Question(kpi.kpi_id, COUNTY, by=by, **OCTOBER))
        assert dict(frame.schema) == COLUMNS
        assert len(frame) == len(frame.unique()) > 0


@pytest.mark.parametrize(
    ("kpi", "where"),
    [
        pytest.param(kpi, where, id=f"{kpi.kpi_id} {where}")
        for kpi in LISTED
        for where in ({}, {"town": "A"}, {"stage": ("x", "none")})
        if has(kpi, *where)
    ],
)
def test_the_rows_behind_add_up_to_the_parts(
    published: Published, kpi: Kpi, where: dict[str, str]
) -> None:
    question = Question(kpi.kpi_id, COUNTY, where=where, **OCTOBER)
    value = answer(published, question).row(0, named=True)
    rows = rows_behind(published, question)
    of_role = {role: rows.filter(role=role) for role in ("numerator", "denominator")}
    found = parts_of_rows(kpi, of_role["numerator"], pl.concat(of_role.values()))
    for part, expected in found.items():
        assert value[part] == pytest.approx(expected, rel=1e-12)
    assert where or len(rows) > 0
    if kpi.kind not in ("state_rate", "reach_rate"):
        assert len(rows.filter(role="excluded")) == value["excluded_count"]
        assert len(rows.filter(role="not_yet_due")) == value["not_yet_due_count"]
    assert set(rows["file_name"]) <= {"rows.csv"}


def parts_of_rows(kpi: Kpi, met: pl.DataFrame, due: pl.DataFrame) -> dict[str, Any]:
    """Numerator and denominator as the receipt's rows give them."""
    key, measure = kpi.about.key, kpi.measure or ""
    match kpi.kind:
        case "rate":
            return {"numerator": len(met), "denominator": len(due)}
        case "state_rate" if kpi.counted == "every_day":
            return {"numerator": met["days"].sum(), "denominator": due["days"].sum()}
        case "state_rate" | "reach_rate":
            return {"numerator": met[key].n_unique(), "denominator": due[key].n_unique()}
        case "mean":
            return {"numerator": due[measure].sum(), "denominator": len(due)}
        case "quantile":
            return {"value": due[measure].quantile(kpi.quantile or 0, "linear")}
        case "share":
            return {"numerator": met[measure].sum(), "denominator": due[measure].sum()}
        case "sum":
            return {"numerator": met[measure].sum()}
        case "ratio" if kpi.numerator and not kpi.denominator_table:
            columns = {"numerator": kpi.numerator, "denominator": kpi.denominator or ""}
            return {part: due[name].sum() for part, name in columns.items()}
        case "ratio" | "count" | "stock":
            return {"numerator": len(met)}
    raise AssertionError(f"{kpi.kpi_id}: no rule for {kpi.kind}")


def test_a_score_has_no_rows_of_its_own(published: Published) -> None:
    for kpi in load_catalogue().values():
        if kpi.kind == "score":
            with pytest.raises(UsageError, match=f"{kpi.kpi_id}: .*parts: "):
                rows_behind(published, Question(kpi.kpi_id, COUNTY))
