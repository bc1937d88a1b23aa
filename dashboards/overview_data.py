"""The numbers of the overview: answers of `warehouse.query`, nothing computed anew."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import polars as pl

from dashboards.i18n import Lang, text
from dashboards.periods import first_of_month
from dashboards.scope import Scope
from warehouse.catalogue import Kpi
from warehouse.query import Question

SPARK_MONTHS = 24

Verdict = Literal["better", "worse", "higher", "lower", "within", "unjudged"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Tile:
    """One KPI over the page's period: the answer's row, the previous period's, and the months.

    `previous` has the interval that a comparison with chance needs; null where the records do not
    reach back so far.
    """

    kpi: Kpi
    row: Row
    previous: Row | None
    months: pl.DataFrame

    @property
    def standing(self) -> Literal["met", "near", "missed", "none"]:
        """Against the target; `near` where it is missed but lies within the interval."""
        status = self.row["status"]
        if status == "met":
            return "met"
        if status != "missed":
            return "none"
        low, high = self.row["interval_low"], self.row["interval_high"]
        is_near = low is not None and low <= self.row["target"] <= high
        return "near" if is_near else "missed"

    @property
    def difference(self) -> float | None:
        """Value less that of the previous period."""
        if self.previous is None or self.row["value"] is None or self.previous["value"] is None:
            return None
        return float(self.row["value"] - self.previous["value"])

    @property
    def is_within_chance(self) -> bool | None:
        """Whether the two intervals overlap; null where one of them is missing."""
        if self.previous is None:
            return None
        return overlap(self.row, self.previous)

    @property
    def is_settled(self) -> bool:
        """Whether the change can be judged though cases are still to come in.

        A provisional value is too good: it counts only when the value among passed deadlines lies
        beyond the previous period's interval on the same side.
        """
        passed, previous = self.row["value_due_passed"], self.previous
        if not self.row["is_provisional"] or passed is None:
            return True
        if previous is None or previous["interval_low"] is None:
            return False
        values = (self.row["value"], passed)
        return all(value > previous["interval_high"] for value in values) or all(
            value < previous["interval_low"] for value in values
        )


@dataclass(frozen=True)
class SliceValue:
    """The value of an area or department and how it stands to the value of the whole."""

    code: str
    name: str
    row: Row
    verdict: Verdict


def is_not_delivered(row: Row) -> bool:
    """Whether every case is excluded: the sources do not deliver what the KPI needs."""
    return (
        row["value"] is None
        and not row["denominator"]
        and not row["not_yet_due_count"]
        and bool(row["excluded_count"])
    )


def no_value(row: Row, lang: Lang, *, note: bool = False) -> str:
    """Why there is no value, in words; with `note`, in a sentence."""
    reason = "not_delivered" if is_not_delivered(row) else "none"
    return text(f"value.{reason}{'.note' if note else ''}", lang)


def overlap(one: Row, other: Row) -> bool | None:
    """Whether two intervals have a point in common; null where either is missing."""
    bounds = (
        one["interval_low"],
        one["interval_high"],
        other["interval_low"],
        other["interval_high"],
    )
    if any(bound is None for bound in bounds):
        return None
    return bool(one["interval_low"] <= other["interval_high"]) and bool(
        other["interval_low"] <= one["interval_high"]
    )


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


def tiles(scope: Scope) -> list[Tile]:
    """Every KPI over the page's period."""
    context = scope.context
    order = list(context.kpis)
    rows = [
        answer.row(0, named=True)
        for answer in context.ask_all([scope.question(name, compare=True) for name in order])
    ]
    months = context.ask_all([months_question(scope, name) for name in order])
    months = [
        comparable_months(frame, context.kpis[name])
        for name, frame in zip(order, months, strict=True)
    ]
    before = context.services.map(lambda row: _previous(scope, row), rows)
    return [
        Tile(kpi=context.kpis[name], row=row, previous=previous, months=frame)
        for name, row, previous, frame in zip(order, rows, before, months, strict=True)
    ]


def months_question(scope: Scope, kpi_id: str) -> Question:
    """The question for the last two years by month, up to the as-of day."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    start = max(first_of_month(as_of, back=SPARK_MONTHS), first_of_month(scope.first_date))
    return scope.question(kpi_id, by=("month",), start=start, end=date.max)


def comparable_months(months: pl.DataFrame, kpi: Kpi) -> pl.DataFrame:
    """The months that can stand side by side: a count of half a month is no fall by half."""
    if kpi.kind != "ratio":
        return months
    return months.filter(pl.col("period_end_date").dt.day() == 1)


def trend_question(scope: Scope, kpi_id: str) -> Question:
    """The question for every month there is, up to the as-of day."""
    return scope.question(
        kpi_id, by=("month",), start=first_of_month(scope.first_date), end=date.max
    )


def _previous(scope: Scope, row: Row) -> Row | None:
    """The previous period's whole row, asked for its interval."""
    if row["previous_value"] is None:
        return None
    question = scope.question(
        row["kpi_id"], start=row["previous_start_date"], end=row["previous_end_date"]
    )
    return scope.context.ask(question).row(0, named=True)


def areas_ranked(scope: Scope, kpi: Kpi) -> tuple[list[SliceValue], Row | None]:
    """Areas below the page's, and the whole they are held against; null where there are none.

    The cases without an area are left to the data status.
    """
    question = scope.question_below(kpi.kpi_id)
    if question is None:
        return [], None
    names = {code: area.name for code, area in scope.areas.items()}
    return _ranked(scope, kpi, question, "area_code", names)


def departments_ranked(scope: Scope, kpi: Kpi) -> tuple[list[SliceValue], Row | None]:
    """Departments within the page's area, the chosen one among the others."""
    where = {name: code for name, code in scope.where.items() if name != "department"}
    question = replace(scope.question(kpi.kpi_id, by=("department",)), where=where)
    index = 0 if scope.view.lang is Lang.ZH else 1
    names = {code: names[index] for code, names in scope.departments.items()}
    return _ranked(scope, kpi, question, "department_code", names)


def _ranked(
    scope: Scope, kpi: Kpi, question: Question, column: str, names: dict[str, str]
) -> tuple[list[SliceValue], Row]:
    """Slices best first (highest first where neither is better); without a value, last."""
    whole = scope.context.ask(replace(question, by=())).row(0, named=True)
    rows = scope.context.ask(question).filter(pl.col(column).is_not_null())
    ordered = rows.sort("value", descending=kpi.better != "lower", nulls_last=True)
    return [
        SliceValue(
            code=row[column],
            name=names.get(row[column], row[column]),
            row=row,
            verdict=verdict(row, whole["value"], kpi),
        )
        for row in ordered.iter_rows(named=True)
    ], whole


def programme_start(scope: Scope) -> date | None:
    """First day any target set for the county is in force; null where none was set for it."""
    days = [
        target.valid_from
        for kpi in scope.context.kpis.values()
        for target in kpi.targets
        if target.county == scope.view.county
    ]
    return min(days, default=None)
