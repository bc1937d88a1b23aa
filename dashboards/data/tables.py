"""Tables of a page: one source for what is shown, what is exported and what a report prints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dashboards.cells import cell_of
from dashboards.context import Context
from warehouse.catalogue import Kpi
from warehouse.query import Question

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """A KPI's value: the row of an answer, and the cell that gives it again."""

    kpi: Kpi
    row: Row
    cell: Question

    @property
    def value(self) -> float | None:
        """In the KPI's unit, a share as 0–1; null where there is none or it is not shown."""
        value: float | None = self.row["value"]
        return value

    @property
    def shown(self) -> float | None:
        """The value as people read it: a share in percent."""
        if self.value is None:
            return None
        return self.value * 100 if self.kpi.unit == "percent" else self.value


@dataclass(frozen=True)
class Link:
    """A text that leads to another view, such as an area's name to the page limited to it."""

    text: str
    href: str
    is_current: bool = False


@dataclass(frozen=True)
class Amount:
    """An amount in a KPI's unit that is no answer of its own: a target, a baseline, a change."""

    value: float | None
    kpi: Kpi
    is_change: bool = False

    @property
    def shown(self) -> float | None:
        """The amount as people read it: a share in percent."""
        if self.value is None:
            return None
        return self.value * 100 if self.kpi.unit == "percent" else self.value


Cell = Figure | Amount | Link | str | int | float | date | datetime | None


@dataclass(frozen=True)
class Table:
    """Rows under titles.

    Attributes:
        name: short ASCII name, of a sheet's address and a file's.
        title: in the page's language; a sheet's name.
        columns: titles, with the unit where the cells have none.
        rows: one cell a column; times are instants and shown in the county's zone.
        note: what has to be said of them.
        decimals: of a column of plain numbers, by title; 0 where not given.
    """

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    decimals: Mapping[str, int] = field(default_factory=dict)


def figures(context: Context, questions: Iterable[Question]) -> list[list[Figure]]:
    """The answers' rows as figures, one list a question, in order."""
    asked = list(questions)
    return [
        [
            Figure(context.kpis[question.kpi_id], row, cell_of(question, row))
            for row in answer.iter_rows(named=True)
        ]
        for question, answer in zip(asked, context.ask_all(asked), strict=True)
    ]


def figure(context: Context, question: Question) -> Figure:
    """The one row of a question without slices."""
    return figures(context, [question])[0][0]
