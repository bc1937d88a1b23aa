"""The tiles of the overview: answers of `warehouse.query`, nothing computed anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from dashboards.cells import cell_of
from dashboards.data.months import comparable_months, months_question
from dashboards.data.ranking import overlap
from dashboards.data.tables import Figure, Row
from dashboards.scope import Scope
from warehouse.catalogue import Kpi


@dataclass(frozen=True)
class Tile:
    """One KPI over the page's period: its figure, the compared period's row, and the months.

    `before` has the interval that a comparison with chance needs; null where the records do not
    reach back so far. `lacks` names the filter that the KPI's rows cannot be limited by; then the
    rest is null.
    """

    kpi: Kpi
    figure: Figure | None
    before: Row | None
    months: pl.DataFrame | None
    lacks: str | None = None

    @property
    def row(self) -> Row:
        """The answer's row."""
        if self.figure is None:
            raise ValueError(f"{self.kpi.kpi_id} has no figure for these filters")
        return self.figure.row

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
        """Value less that of the compared period."""
        if self.before is None or self.row["value"] is None or self.before["value"] is None:
            return None
        return float(self.row["value"] - self.before["value"])

    @property
    def is_within_chance(self) -> bool | None:
        """Whether the two intervals overlap; null where one of them is missing."""
        if self.before is None:
            return None
        return overlap(self.row, self.before)

    @property
    def is_settled(self) -> bool:
        """Whether the change can be judged though rows are still to come in.

        A provisional value is too good: it counts only when the value among passed deadlines lies
        beyond the compared period's interval on the same side.
        """
        passed, before = self.row["value_due_passed"], self.before
        if not self.row["is_provisional"] or passed is None:
            return True
        if before is None or before["interval_low"] is None:
            return False
        values = (self.row["value"], passed)
        return all(value > before["interval_high"] for value in values) or all(
            value < before["interval_low"] for value in values
        )


def tiles(scope: Scope, kpi_ids: Sequence[str]) -> list[Tile]:
    """KPIs over the page's period; one that the page's filters do not fit says so."""
    context, back = scope.context, scope.view.compare
    kpis = [context.kpis[kpi_id] for kpi_id in kpi_ids]
    lacking = {kpi.kpi_id: scope.lacks(kpi) for kpi in kpis}
    fitting = [kpi for kpi in kpis if not lacking[kpi.kpi_id]]
    questions = [scope.question(kpi.kpi_id, compare=True) for kpi in fitting]
    by_month = [months_question(scope, kpi.kpi_id) for kpi in fitting]
    answers = context.ask_all([*questions, *by_month])
    rows = [answer.row(0, named=True) for answer in answers[: len(fitting)]]
    # The compared period once more, for its interval.
    earlier = [
        scope.question(row["kpi_id"], start=row[f"{back}_start_date"], end=row[f"{back}_end_date"])
        for row in rows
        if row[f"{back}_value"] is not None
    ]
    before = {
        question.kpi_id: answer.row(0, named=True)
        for question, answer in zip(earlier, context.ask_all(earlier), strict=True)
    }
    made = {
        kpi.kpi_id: Tile(
            kpi,
            Figure(kpi, row, cell_of(replace(question, compare=False), row)),
            before.get(kpi.kpi_id),
            comparable_months(months, kpi),
        )
        for kpi, question, row, months in zip(
            fitting, questions, rows, answers[len(fitting) :], strict=True
        )
    }
    return [
        made.get(kpi.kpi_id) or Tile(kpi, None, None, None, lacking[kpi.kpi_id]) for kpi in kpis
    ]
