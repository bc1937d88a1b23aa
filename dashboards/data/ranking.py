"""Areas or departments in order, each judged against the whole by its own interval."""

from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from dashboards.cells import cell_of
from dashboards.data.tables import Figure, Row
from dashboards.scope import Scope, facts_of
from warehouse.analysis.families import family_of
from warehouse.analysis.funnel import Funnel, funnel_of
from warehouse.catalogue import Kpi
from warehouse.errors import UsageError
from warehouse.query import Question

Verdict = Literal["better", "worse", "higher", "lower", "within", "unjudged"]


@dataclass(frozen=True)
class SliceValue:
    """The value of an area or department and how it stands to the value of the whole."""

    code: str
    name: str
    figure: Figure
    verdict: Verdict

    @property
    def row(self) -> Row:
        """Its row of the answer."""
        return self.figure.row


@dataclass(frozen=True)
class Ranked:
    """Slices in order and the whole they are held against."""

    slices: list[SliceValue]
    whole: Figure
    funnel: Funnel | None
    """The limits they were judged by; null where the KPI has none and intervals judge."""


def verdict(row: Row, whole: float | None, kpi: Kpi) -> Verdict:
    """How an area's value stands to the whole's.

    Within chance when the whole's value lies in the area's own 95 % interval. For a rate that is
    the same as lying inside the 95 % control limits of a funnel plot at the area's denominator,
    because Wilson's interval is the inverse of that test.
    """
    low, high = row["interval_low"], row["interval_high"]
    if whole is None or row["value"] is None or low is None or high is None:
        return "unjudged"
    if low <= whole <= high:
        return "within"
    is_higher = bool(low > whole)
    if kpi.better == "neither":
        return "higher" if is_higher else "lower"
    return "better" if is_higher == (kpi.better == "higher") else "worse"


def areas_ranked(scope: Scope, kpi: Kpi) -> Ranked | None:
    """Areas below the page's, against their whole; null where there are none.

    The rows without an area are left to the data status.
    """
    question = scope.question_below(kpi.kpi_id)
    if question is None:
        return None
    return ranked(scope, kpi, question, scope.names_of_areas(question.by[0]))


def has_departments(kpi: Kpi) -> bool:
    """Whether a KPI's rows are a department's; those about persons are not."""
    return all(fact.column_of("department") for fact in facts_of(kpi))


def departments_ranked(scope: Scope, kpi: Kpi) -> Ranked:
    """Departments within the page's area, the chosen one among the others."""
    where = {name: code for name, code in scope.where.items() if name != "department"}
    question = replace(scope.question(kpi.kpi_id, by=("department",)), where=where)
    return ranked(scope, kpi, question, scope.department_names)


def ranked(scope: Scope, kpi: Kpi, question: Question, names: dict[str, str]) -> Ranked:
    """Slices best first (highest first where neither is better); without a value, last.

    Args:
        question: by one slice that is not time; its whole is the same without the slice.
        names: of the slice's codes.
    """
    alone = replace(question, by=())
    whole, rows = scope.context.ask_all([alone, question])
    column = "area_code" if question.area_level else f"{question.slices[0]}_code"
    ordered = rows.filter(pl.col(column).is_not_null()).sort(
        "value", descending=kpi.better != "lower", nulls_last=True
    )
    of_all = whole.row(0, named=True)
    limits = _limits(kpi, question, rows, of_all["value"])
    judged = {} if limits is None else _judged(limits, column, kpi)
    return Ranked(
        [
            SliceValue(
                code=row[column],
                name=names.get(row[column], row[column]),
                figure=Figure(kpi, row, cell_of(question, row)),
                verdict=judged.get(row[column], "unjudged")
                if limits
                else verdict(row, of_all["value"], kpi),
            )
            for row in ordered.iter_rows(named=True)
        ],
        Figure(kpi, of_all, cell_of(alone, of_all)),
        limits,
    )


def _limits(
    kpi: Kpi, question: Question, rows: pl.DataFrame, centre: float | None
) -> Funnel | None:
    if family_of(kpi) is None or rows["is_suppressed"].any():
        return None
    try:
        return funnel_of(question, rows, centre)
    except UsageError:  # No slice has a value.
        return None


def _judged(limits: Funnel, column: str, kpi: Kpi) -> dict[str, Verdict]:
    names: dict[str, Verdict] = {"better": "better", "worse": "worse", "as_expected": "within"}
    positions: dict[str, Verdict] = {"above": "higher", "below": "lower", "inside": "within"}
    is_judged = kpi.better != "neither"
    return {
        row[column]: names[row["judgement"]] if is_judged else positions[row["position"]]
        for row in limits.rows.iter_rows(named=True)
    }
