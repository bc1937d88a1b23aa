"""What a receipt says: the value with all its parts, and the cases behind it."""

from dataclasses import dataclass
from typing import cast

import polars as pl

from dashboards.overview_data import Row
from dashboards.scope import Scope
from warehouse.catalogue import Kpi
from warehouse.errors import UsageError, unknown_value
from warehouse.query import ROLES, Role

SHOWN_ROWS = 200


@dataclass(frozen=True)
class ReceiptData:
    """A KPI's value over a page's scope, and the first of its cases."""

    kpi: Kpi
    row: Row
    rows: pl.DataFrame
    role: Role | None

    @property
    def counts(self) -> dict[Role, int]:
        """Cases by the part they play; parts without a case are left out."""
        numerator = int(self.row["numerator"] or 0)
        denominator = int(self.row["denominator"] or 0)
        by_kind: dict[str, dict[Role, int]] = {
            "rate": {"numerator": numerator, "denominator": denominator - numerator},
            "mean": {"denominator": denominator},
            "quantile": {"denominator": denominator},
        }
        counts = by_kind.get(self.kpi.kind, {"numerator": numerator}) | {
            "excluded": int(self.row["excluded_count"] or 0),
            "not_yet_due": int(self.row["not_yet_due_count"] or 0),
        }
        return {role: count for role, count in counts.items() if count}

    @property
    def total(self) -> int:
        """Cases there are with the chosen part, or with any."""
        return self.counts.get(self.role, 0) if self.role else sum(self.counts.values())


def read_receipt(scope: Scope, *, limit: int = SHOWN_ROWS) -> ReceiptData:
    """Ask for the value again and for the cases behind it.

    Raises:
        UsageError: a role that does not exist.
    """
    view = scope.view
    if view.role and view.role not in ROLES:
        raise UsageError(unknown_value("role", view.role, ROLES))
    role = cast(Role, view.role) if view.role else None
    kpi_id = view.receipt or view.kpi
    row = scope.context.ask(scope.question(kpi_id, compare=True)).row(0, named=True)
    rows = scope.context.rows_behind(scope.question(kpi_id), role=role, limit=limit)
    return ReceiptData(kpi=scope.context.kpis[kpi_id], row=row, rows=rows, role=role)
