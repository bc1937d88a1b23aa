"""What a report asks: the scope of its month, its KPIs with their changes, and slices of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import polars as pl

from dashboards.cells import cell_of
from dashboards.context import Context
from dashboards.data.months import comparable_months, trend_question
from dashboards.data.tables import Figure
from dashboards.i18n import Lang
from dashboards.periods import ONE_DAY, first_of_month
from dashboards.scope import Scope
from dashboards.view import Preset, View
from warehouse.analysis.changes import changes
from warehouse.catalogue import Kpi
from warehouse.errors import UsageError, unknown_value
from warehouse.query import Question
from warehouse.query.periods import Back, add_months

MONTH = re.compile(r"\d{4}-\d{2}")
MONTHS_DRAWN = 36

Judgement = Literal[
    "better", "worse", "higher", "lower", "within", "unsettled", "unjudged", "no_value"
]


@dataclass(frozen=True)
class Change:
    """A value less that of a compared month; all null where one of them has no value.

    `amount` is counted from the compared value at as many days where the KPI grows with days.
    """

    amount: float | None
    low: float | None
    high: float | None
    is_signal: bool | None
    caveat: str | None


@dataclass(frozen=True)
class KpiMonth:
    """A KPI in the report's month and scope, and how it changed."""

    figure: Figure
    changes: dict[Back, Change]

    @property
    def kpi(self) -> Kpi:
        """The KPI."""
        return self.figure.kpi

    def judgement(self, back: Back) -> Judgement:
        """What a change amounts to: a signal for better or worse, or noise."""
        change = self.changes[back]
        if change.amount is None:
            return "no_value"
        if change.is_signal is None:
            return "unjudged"
        if not change.is_signal:
            return "within"
        if not self._is_settled(change):
            return "unsettled"
        is_higher = change.amount > 0
        if self.kpi.better == "neither":
            return "higher" if is_higher else "lower"
        return "better" if is_higher == (self.kpi.better == "higher") else "worse"

    def strength(self, back: Back) -> float:
        """A change in half-widths of its interval; above 1 it is a signal."""
        change = self.changes[back]
        if change.amount is None or change.low is None or change.high is None:
            return 0.0
        half = change.amount - change.low if change.amount > 0 else change.high - change.amount
        return abs(change.amount) / half if half > 0 else 0.0

    def _is_settled(self, change: Change) -> bool:
        """Whether the change still is one when only passed deadlines count (kpis rule 4)."""
        row = self.figure.row
        passed = row["value_due_passed"]
        if not row["is_provisional"] or passed is None:
            return True
        if change.amount is None or change.low is None or change.high is None:
            return False
        moved = float(passed) - float(row["value"])
        return change.low + moved > 0 if change.amount > 0 else change.high + moved < 0


class Asked:
    """The questions of one report, all of one published version."""

    def __init__(self, view: View, context: Context) -> None:
        """Check month and filters.

        Args:
            view: the page's; its links lead back to it.

        Raises:
            UsageError: no such month, area or department.
        """
        self.view = view
        self.context = context
        self.first, self.end = _month(view, context)
        shown = view.with_(
            period=Preset.CUSTOM, start=self.first, end=self.end - ONE_DAY, category=""
        )
        self.scope = Scope(shown, context)
        self._kpis: dict[str, KpiMonth] = {}
        _ = self.scope.where

    @property
    def lang(self) -> Lang:
        """Language of the report."""
        return self.view.lang

    @property
    def is_complete(self) -> bool:
        """Whether the month was over at the as-of day."""
        return self.end == add_months(self.first, 1)

    @cached_property
    def is_whole_county(self) -> bool:
        """Whether no filter limits it."""
        return not self.scope.where

    def name(self, kpi: Kpi) -> str:
        """A KPI's name."""
        return kpi.name.zh if self.lang is Lang.ZH else kpi.name.en

    def fitting(self, kpi_ids: Iterable[str]) -> list[str]:
        """Those that the scope's filters fit."""
        kpis = self.context.kpis
        return [kpi_id for kpi_id in kpi_ids if self.scope.lacks(kpis[kpi_id]) is None]

    def lacking(self, kpi_ids: Iterable[str]) -> list[str]:
        """Those they do not fit."""
        fitting = set(self.fitting(kpi_ids))
        return [kpi_id for kpi_id in kpi_ids if kpi_id not in fitting]

    def read(self, kpi_ids: Sequence[str]) -> None:
        """Ask for many KPIs at once, with what they are compared with."""
        questions = [self.scope.question(kpi_id) for kpi_id in self.fitting(kpi_ids)]
        compared = [self.scope.question(one.kpi_id, compare=True) for one in questions]
        for question, answer in zip(questions, self.context.ask_all(compared), strict=True):
            self._kpis[question.kpi_id] = self._month_of(question, answer)

    def months_of(self, kpi_ids: Sequence[str]) -> list[KpiMonth]:
        """KPIs that fit, each with its changes."""
        missing = [kpi_id for kpi_id in kpi_ids if kpi_id not in self._kpis]
        if missing:
            self.read(missing)
        return [self._kpis[kpi_id] for kpi_id in self.fitting(kpi_ids)]

    def _month_of(self, question: Question, answer: pl.DataFrame) -> KpiMonth:
        row, kpi = answer.row(0, named=True), self.context.kpis[question.kpi_id]
        compared = {
            line["compared_with"]: Change(
                line["change"],
                line["change_low"],
                line["change_high"],
                line["is_signal"],
                line["comparison_caveat"],
            )
            for line in changes(answer, kpi).iter_rows(named=True)
        }
        return KpiMonth(Figure(kpi, row, cell_of(question, row)), compared)

    def by_month(self, kpi_ids: Sequence[str]) -> dict[str, tuple[Question, pl.DataFrame]]:
        """The last three years by month, up to the report's, of the KPIs that fit.

        The question is the one of the other pages for all months, so its answer is there already.
        """
        questions = [trend_question(self.scope, kpi_id) for kpi_id in self.fitting(kpi_ids)]
        is_before = pl.col("period_start_date") < self.end
        return {
            question.kpi_id: (
                question,
                comparable_months(
                    answer.filter(is_before).tail(MONTHS_DRAWN),
                    self.context.kpis[question.kpi_id],
                ),
            )
            for question, answer in zip(questions, self.context.ask_all(questions), strict=True)
        }


def default_month(as_of: date) -> str:
    """The last month that was over before the as-of day's own.

    >>> default_month(date(2026, 1, 15))
    '2025-12'
    """
    return f"{first_of_month(as_of, back=1):%Y-%m}"


def months_known(first: date, as_of: date) -> list[str]:
    """Months that a report can be of, the newest first; that of the as-of day is not over yet."""
    months = [first_of_month(as_of)]
    while months[-1] > first_of_month(first):
        months.append(first_of_month(months[-1], back=1))
    return [f"{month:%Y-%m}" for month in months]


def _month(view: View, context: Context) -> tuple[date, date]:
    """First day and end (exclusive) of the month asked for, cut after the as-of day.

    Raises:
        UsageError: there are no records of it, or it is no month.
    """
    as_of = context.builds[view.county].as_of_date
    known = months_known(Scope(view, context).first_date, as_of)
    code = view.month or default_month(as_of)
    if not MONTH.fullmatch(code) or (view.month and code not in known):
        raise UsageError(unknown_value("month", code, known))
    first = date(int(code[:4]), int(code[5:]), 1)
    return first, min(add_months(first, 1), as_of + ONE_DAY)
