"""What a receipt says: the value with all its parts, and the rows behind it."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import polars as pl

from dashboards.cells import read
from dashboards.data.tables import Row
from dashboards.scope import Scope
from warehouse.catalogue import Kpi
from warehouse.errors import UsageError, unknown_value
from warehouse.query import ROLES, Question, Role
from warehouse.query.scores import contributions

SHOWN_ROWS = 200


@dataclass(frozen=True)
class ReceiptData:
    """A KPI's value over a cell, and the first of its rows.

    Attributes:
        cell: what the value is about.
        rows: null for what has no rows to list: persons in need, and scores.
        parts: of a score, one row a part.
    """

    kpi: Kpi
    cell: Question
    row: Row
    rows: pl.DataFrame | None
    parts: pl.DataFrame | None
    role: Role | None

    @cached_property
    def counts(self) -> dict[Role, int]:
        """Rows by the part they play; parts without a row are left out."""
        numerator = int(self.row["numerator"] or 0)
        denominator = int(self.row["denominator"] or 0)
        by_kind: dict[str, dict[Role, int]] = {
            "rate": {"numerator": numerator, "denominator": denominator - numerator},
            "mean": {"denominator": denominator},
            "quantile": {"denominator": denominator},
            "stock": {"numerator": numerator},
            "count": {"numerator": numerator},
        }
        # Sums and states add up columns or days, so their rows cannot be counted from the value.
        counts = by_kind.get(self.kpi.kind, {}) | {
            "excluded": int(self.row["excluded_count"] or 0),
            "not_yet_due": int(self.row["not_yet_due_count"] or 0),
        }
        return {role: count for role, count in counts.items() if count}

    @property
    def total(self) -> int | None:
        """Rows there are with the chosen part, or with any; null where the value does not tell."""
        if self.kpi.kind not in ("rate", "mean", "quantile", "stock", "count"):
            return None
        return self.counts.get(self.role, 0) if self.role else sum(self.counts.values())


def asked_cell(scope: Scope) -> Question:
    """The cell of the receipt that an address asks for: its own, else that of the page.

    Raises:
        UsageError: a cell that is none, or a page's filter that the KPI does not have.
    """
    view = scope.view
    kpi_id = view.receipt or view.kpi
    if view.of:
        return read(view.of, kpi_id=kpi_id, county_code=view.county)
    return scope.cell(kpi_id)


def read_receipt(scope: Scope, *, limit: int = SHOWN_ROWS) -> ReceiptData:
    """Ask for the value again and for the rows behind it.

    Raises:
        UsageError: a role that does not exist; as `asked_cell`.
    """
    view, context = scope.view, scope.context
    if view.role and view.role not in ROLES:
        raise UsageError(unknown_value("role", view.role, ROLES))
    role = cast(Role, view.role) if view.role else None
    cell = asked_cell(scope)
    kpi = context.kpis[cell.kpi_id]
    row = context.ask(replace(cell, compare=True)).row(0, named=True)
    rows = parts = None
    if kpi.kind == "score":
        parts = contributions(context.published, cell, context.ask_all)
    elif not kpi.is_personal:
        rows = context.rows_behind(cell, role=role, limit=limit)
    return ReceiptData(kpi=kpi, cell=cell, row=row, rows=rows, parts=parts, role=role)
