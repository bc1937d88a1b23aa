"""A KPI by month: what charts and small pictures of it are drawn from."""

from datetime import date

import polars as pl

from dashboards.periods import first_of_month
from dashboards.scope import Scope
from warehouse.catalogue import Kpi
from warehouse.query import Question

SPARK_MONTHS = 24


def months_question(scope: Scope, kpi_id: str) -> Question:
    """The question for the last two years by month, up to the as-of day."""
    start = max(_first_recent(scope), first_of_month(scope.first_date))
    return scope.question(kpi_id, by=("month",), start=start, end=date.max)


def recent_months(months: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Of all months, those that `months_question` asks for."""
    return months.filter(pl.col("period_start_date") >= _first_recent(scope))


def _first_recent(scope: Scope) -> date:
    as_of = scope.context.builds[scope.view.county].as_of_date
    return first_of_month(as_of, back=SPARK_MONTHS)


def comparable_months(months: pl.DataFrame, kpi: Kpi) -> pl.DataFrame:
    """The months that can stand side by side.

    A count of half a month is no fall by half, nor are the persons reached in it.
    """
    if kpi.kind not in ("ratio", "reach_rate"):
        return months
    return months.filter(pl.col("period_end_date").dt.day() == 1)


def trend_question(scope: Scope, kpi_id: str) -> Question:
    """The question for every month there is, up to the as-of day."""
    return scope.question(
        kpi_id, by=("month",), start=first_of_month(scope.first_date), end=date.max
    )
