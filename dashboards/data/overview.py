"""The tiles of the overview: answers of `warehouse.query`, nothing computed anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from dashboards.cells import cell_of
from dashboards.data.filtered import IS_OVERDUE, condition
from dashboards.data.months import (
    comparable_months,
    months_question,
    recent_months,
    trend_question,
)
from dashboards.data.tables import Figure, Row, figures
from dashboards.periods import ONE_DAY
from dashboards.scope import Scope
from dashboards.view import Compared
from warehouse.analysis.changes import difference_interval
from warehouse.analysis.trends import Chart, chart_of, settled_months
from warehouse.catalogue import Kpi, programme_start
from warehouse.query import Question

PROGRAMME = (
    "response_time_mean",
    "satisfaction_rate",
    "dispute_resolution_rate",
    "public_service_coverage_rate",
)
"""What the programme promised to change, each with its published before and after."""
HEADLINES = (
    "on_time_response_rate",
    "on_time_resolution_rate",
    "resolution_rate",
    "open_backlog",
    "response_time_median",
    "approval_days_median",
    "on_time_visit_rate",
    "waste_sorting_accuracy_rate",
)
NAMED_CHANGES = 3
COMPARED = ("value", "start_date", "end_date", "interval_low", "interval_high")

OVERDUE = f"""
    select
        department_code,
        count(*) filter ({IS_OVERDUE}) as overdue_count,
        max(date_diff('day', reported_date, as_of_date)) filter ({IS_OVERDUE}) as oldest_days
    from mart.fct_cases as facts inner join ops.build using (county_code)
    where status in ('open', 'suspended') and not is_void and not is_duplicate and {{condition}}
    group by all
"""


@dataclass(frozen=True)
class Held:
    """What a department has open today, and how much of it is past its deadline."""

    code: str
    name: str
    open: Figure
    overdue_count: int
    oldest_days: int | None


@dataclass(frozen=True)
class Tile:
    """One KPI over the page's period: its figure, the compared period's row, and the months.

    `before` has the columns of `COMPARED`; null where the records do not reach back so far. `lacks`
    names the filter that the KPI's rows cannot be limited by; then the rest is null.
    """

    kpi: Kpi
    figure: Figure | None
    before: Row | None
    months: pl.DataFrame | None
    lacks: str | None = None
    chart: Chart | None = None
    """Control limits by month, where the tile draws them."""

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
        """Whether the difference's 95 % interval holds zero; null where it has none."""
        found = self.difference_interval
        return None if found is None else found[0] <= 0 <= found[1]

    @property
    def difference_interval(self) -> tuple[float, float] | None:
        """95 % interval of the difference; null where one of the values has none."""
        if self.before is None:
            return None
        values = [
            (row["value"], row["interval_low"], row["interval_high"])
            for row in (self.row, self.before)
        ]
        if any(bound is None for value in values for bound in value):
            return None
        return difference_interval(*values)

    @property
    def strength(self) -> float:
        """How far the difference lies beyond chance: in half widths of its interval."""
        found, difference = self.difference_interval, self.difference
        if found is None or difference is None or found[1] <= found[0]:
            return 0.0
        return abs(difference) / ((found[1] - found[0]) / 2)

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


def tiles(scope: Scope, kpi_ids: Sequence[str], *, charted: Collection[str] = ()) -> list[Tile]:
    """KPIs over the page's period; one that the page's filters do not fit says so.

    Args:
        charted: of these, every month there is and the control limits.
    """
    context, back = scope.context, scope.view.compare
    kpis = [context.kpis[kpi_id] for kpi_id in kpi_ids]
    lacking = {kpi.kpi_id: scope.lacks(kpi) for kpi in kpis}
    fitting = [kpi for kpi in kpis if not lacking[kpi.kpi_id]]
    questions = [scope.question(kpi.kpi_id, compare=True) for kpi in fitting]
    by_month = [_months_question(scope, kpi, kpi.kpi_id in charted) for kpi in fitting]
    answers = context.ask_all([*questions, *by_month])
    rows = [answer.row(0, named=True) for answer in answers[: len(fitting)]]
    made = {
        kpi.kpi_id: Tile(
            kpi,
            Figure(kpi, row, cell_of(replace(question, compare=False), row)),
            compared(row, back),
            comparable_months(recent_months(months, scope), kpi),
            chart=_chart(scope, kpi, months) if kpi.kpi_id in charted else None,
        )
        for kpi, question, row, months in zip(
            fitting, questions, rows, answers[len(fitting) :], strict=True
        )
    }
    return [
        made.get(kpi.kpi_id) or Tile(kpi, None, None, None, lacking[kpi.kpi_id]) for kpi in kpis
    ]


def compared(row: Row, back: Compared) -> Row | None:
    """What an answer says of its compared period; null where it has no value then."""
    if row[f"{back}_value"] is None:
        return None
    return {name: row[f"{back}_{name}"] for name in COMPARED}


def _months_question(scope: Scope, kpi: Kpi, is_charted: bool) -> Question:
    """All months, as one scan then serves every KPI of a fact and the page's chart; but of persons
    no more than are shown, for each month's small cells have to be looked through."""
    is_whole = is_charted or not kpi.is_personal
    return (trend_question if is_whole else months_question)(scope, kpi.kpi_id)


def _chart(scope: Scope, kpi: Kpi, months: pl.DataFrame) -> Chart:
    start = programme_start(scope.view.county)
    return chart_of(kpi, settled_months(months, begins_with_records=True), programme_start=start)


def changed_most(made: Sequence[Tile]) -> list[Tile]:
    """Tiles whose change is more than chance and settled, the strongest first."""
    signals = [
        tile
        for tile in made
        if tile.figure is not None and tile.is_within_chance is False and tile.is_settled
    ]
    return sorted(signals, key=lambda tile: -tile.strength)[:NAMED_CHANGES]


def held(scope: Scope) -> list[Held]:
    """Departments with open cases on the as-of day within the page's filters, most overdue first.

    Whatever the page's period: what is overdue is so today. Empty where a filter does not fit.
    """
    context, county = scope.context, scope.view.county
    backlog = context.kpis["open_backlog"]
    if scope.lacks(backlog):
        return []
    within = condition(scope, "fct_cases", without=("department",))
    overdue = context.sql(OVERDUE.format(condition=within.text), *within.values)
    counted = {row["department_code"]: row for row in overdue.iter_rows(named=True)}
    as_of = context.builds[county].as_of_date
    question = scope.question(backlog.kpi_id, by=("department",), start=as_of, end=as_of + ONE_DAY)
    [open_now] = figures(context, [question])
    lines = [
        Held(
            figure.row["department_code"],
            scope.department_names.get(figure.row["department_code"], ""),
            figure,
            counted.get(figure.row["department_code"], {}).get("overdue_count", 0),
            counted.get(figure.row["department_code"], {}).get("oldest_days"),
        )
        for figure in open_now
        if figure.value and figure.row["department_code"]
    ]
    return sorted(lines, key=lambda line: (-line.overdue_count, -(line.open.value or 0)))
