"""One-stop service: the way of applications, where they wait, and what each item takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dashboards.data.filtered import Condition, condition, without
from dashboards.data.tables import Figure, figures
from dashboards.names import code_names
from dashboards.scope import Scope
from warehouse.catalogue import Kpi
from warehouse.query import Dimension

APPROVAL_DAYS = "approval_days_median"
STAGE_SHARE = "stage_wait_share"
FOR_ONE_ITEM = "published_for_one_item"
"""Caveat of the KPIs whose baseline and target are of `PUBLISHED_ITEM` only."""
PUBLISHED_ITEM = "FW001"
"""The minimum living allowance 低保, the one item that figures were published of."""
STAGES = ("check", "supplement", "distribution", "review", "publicity", "payment")
"""In the order of an application's way; several may run at once."""
OFF_THE_CLOCK = frozenset({"supplement", "publicity"})
MOST_WAITING = 50
MOST_VISITS = 4
"""Visits from which on applications are counted together."""


def is_of_published_item(scope: Scope) -> bool:
    """Whether the page is about the one item that baseline and target were published of."""
    return scope.view.category == PUBLISHED_ITEM


def item_names(scope: Scope) -> dict[str, str]:
    """Names of the service items by code."""
    return code_names(scope.context, scope.view.county, "item_code", scope.view.lang)


FUNNEL = """
select count(*) as submitted,
  count(*) filter (is_accepted) as accepted,
  count(*) filter (is_decided) as decided,
  count(*) filter (is_approved) as approved,
  count(*) filter (is_decided and not is_approved) as rejected,
  count(*) filter (is_withdrawn) as withdrawn,
  count(*) filter (is_withdrawn and not is_accepted) as withdrawn_before,
  count(*) filter (not is_accepted and not is_withdrawn) as not_accepted,
  count(*) filter (is_accepted and not is_decided and not is_withdrawn) as undecided,
  count(*) filter (is_accepted and not is_decided and not is_withdrawn and is_overdue) as overdue,
  count(*) filter (is_approved and pays) as payable,
  count(*) filter (is_approved and pays and is_paid) as paid
from (
  select facts.*, facts.item_code in (
    select item_code from mart.fct_approval_steps where county_code = facts.county_code
    and stage_code = 'payment'
  ) as pays
  from mart.fct_applications as facts
  where facts.submitted_date >= ? and facts.submitted_date < ? and {condition}
) as facts
"""


@dataclass(frozen=True)
class Funnel:
    """Applications submitted in the period, by how far they have got.

    Attributes:
        withdrawn_before: withdrawn without having been accepted.
        undecided: accepted, neither decided nor withdrawn; `overdue` of them past their deadline.
        payable: approved, of items that are paid out at all; `paid` of them have been.
    """

    submitted: int
    accepted: int
    decided: int
    approved: int
    rejected: int
    withdrawn: int
    withdrawn_before: int
    not_accepted: int
    undecided: int
    overdue: int
    payable: int
    paid: int


def funnel(scope: Scope) -> Funnel:
    """The cohort submitted in the page's period, as far as it has got by now."""
    within = condition(scope, "fct_applications")
    rows = scope.context.sql(
        FUNNEL.format(condition=within.text), scope.days.first, scope.days.end, *within.values
    )
    return Funnel(**rows.row(0, named=True))


STEPS = """
select department_code, stage_code, grouping(department_code) = 1 as is_all,
  count(*) as step_count, count(*) filter (is_open) as open_count,
  count(*) filter (is_returned) as returned_count,
  quantile_cont(running_days, 0.5) filter (step_days is not null) as median_days,
  quantile_cont(running_days, 0.9) filter (step_days is not null) as p90_days,
  count(*) filter (step_days is not null) as ended_count
from mart.fct_approval_steps as facts
where facts.started_date >= ? and facts.started_date < ? and {condition}
group by grouping sets ((department_code, stage_code), (stage_code))
order by is_all, department_code, stage_code
"""


@dataclass(frozen=True)
class StepTime:
    """The steps of one stage in one department, or in all; days as elapsed, of ended steps."""

    median_days: float | None
    p90_days: float | None
    ended_count: int
    open_count: int
    returned_count: int


@dataclass(frozen=True)
class StepRow:
    """A department's stages by code; of all departments together, the code is null."""

    code: str | None
    name: str
    step_count: int
    stages: dict[str, StepTime]


def step_times(scope: Scope) -> list[StepRow]:
    """All departments that steps began in within the page's period, the busiest first."""
    within = condition(scope, "fct_approval_steps", without=("department",))
    rows = scope.context.sql(
        STEPS.format(condition=within.text), scope.days.first, scope.days.end, *within.values
    )
    found: dict[str | None, dict[str, StepTime]] = {}
    counts: dict[str | None, int] = {}
    for row in rows.iter_rows(named=True):
        code = row["department_code"]
        if code is None and not row["is_all"]:
            continue
        counts[code] = counts.get(code, 0) + row["step_count"]
        found.setdefault(code, {})[row["stage_code"]] = StepTime(
            row["median_days"],
            row["p90_days"],
            row["ended_count"],
            row["open_count"],
            row["returned_count"],
        )
    made = [
        StepRow(code, scope.department_names.get(code, code) if code else "", counts[code], stages)
        for code, stages in found.items()
    ]
    return sorted(made, key=lambda line: (line.code is not None, -line.step_count))


WAITING = """
select facts.application_id, facts.item_code, facts.stage_code, facts.department_code,
  facts.started_at, facts.running_days, facts.is_on_clock, about.submitted_at, about.due_at,
  about.is_overdue, about.status, facts.batch_id, facts.source_row_number
from mart.fct_approval_steps as facts
inner join mart.fct_applications as about
  on about.application_id = facts.application_id and about.county_code = facts.county_code
where facts.is_open and {condition}
order by facts.running_days desc, facts.step_id
"""
NOBODY = """
select facts.application_id, facts.item_code, null as stage_code, null as department_code,
  coalesce(facts.accepted_at, facts.submitted_at) as started_at,
  (epoch_us(builds.as_of_at) - epoch_us(coalesce(facts.accepted_at, facts.submitted_at)))
    / 86400000000 as running_days,
  not facts.is_off_clock as is_on_clock, facts.submitted_at, facts.due_at, facts.is_overdue,
  facts.status, facts.batch_id, facts.source_row_number
from mart.fct_applications as facts
inner join ops.build as builds on builds.county_code = facts.county_code
where facts.status in ('submitted', 'open', 'off_clock') and {condition}
  and facts.application_id not in (
    select application_id from mart.fct_approval_steps where is_open
  )
order by running_days desc, facts.application_id
"""


@dataclass(frozen=True)
class Waiting:
    """An open step, or an open application that no department has a step of (stage null)."""

    application_id: str
    item_code: str
    stage_code: str | None
    department_code: str | None
    started_at: datetime
    running_days: float
    is_on_clock: bool
    submitted_at: datetime
    due_at: datetime | None
    is_overdue: bool
    status: str
    batch_id: str
    source_row_number: int | None


def waiting(scope: Scope) -> list[Waiting]:
    """What waits now, the longest first, whatever the page's period.

    By the department of the step, not the one that leads the item.
    """
    found: list[Waiting] = []
    for query, fact in ((WAITING, "fct_approval_steps"), (NOBODY, "fct_applications")):
        within: Condition = condition(scope, fact)
        rows = scope.context.sql(query.format(condition=within.text), *within.values)
        found += [Waiting(**row) for row in rows.iter_rows(named=True)]
    return sorted(found, key=lambda one: (-one.running_days, one.application_id))


VISITS = """
select visit_count, count(*) as application_count
from mart.fct_applications as facts
where is_decided and facts.decided_date >= ? and facts.decided_date < ? and {condition}
group by 1 order by 1
"""


@dataclass(frozen=True)
class Visits:
    """Decided applications by the visits they took, the last class open; those not known apart."""

    counts: tuple[int, ...]
    unknown_count: int

    @property
    def known_count(self) -> int:
        """Those whose visits the source gives."""
        return sum(self.counts)


def visits(scope: Scope) -> Visits:
    """Of the applications decided in the page's period, as the one-visit rate has them."""
    within = condition(scope, "fct_applications")
    rows = scope.context.sql(
        VISITS.format(condition=within.text), scope.days.first, scope.days.end, *within.values
    )
    counts, unknown = [0] * (MOST_VISITS + 1), 0
    for visit_count, application_count in rows.iter_rows():
        if visit_count is None:
            unknown = application_count
        else:
            counts[min(visit_count, MOST_VISITS)] += application_count
    return Visits(tuple(counts), unknown)


ITEM_KPIS = (
    APPROVAL_DAYS,
    "on_time_approval_rate",
    "complete_first_time_rate",
    "documents_per_application",
    "one_visit_rate",
)
ITEMS = """
select item_code, count(*) as submitted_count,
  max(lead_department_code) as lead_department_code
from mart.fct_applications as facts
where facts.submitted_date >= ? and facts.submitted_date < ? and {condition}
group by 1 order by submitted_count desc, item_code
"""
LIMITS = """
select item_code, limit_value, limit_unit from mart.dim_service_items where is_current
"""


@dataclass(frozen=True)
class Item:
    """A service item: applications submitted in the period, its limit today, and its KPIs.

    Attributes:
        limit_unit: `working_days` or `natural_days`; null with `limit_value` where there is none.
        figures: in the order of `ITEM_KPIS`; null where nothing was asked or answered.
    """

    code: str
    name: str
    submitted_count: int
    lead_department_code: str | None
    limit_value: float | None
    limit_unit: str | None
    figures: tuple[Figure | None, ...]


def items(scope: Scope) -> list[Item]:
    """Items of the page's area and department, most applications first; the chosen one too."""
    within = condition(scope, "fct_applications", without=("category",))
    counts = scope.context.sql(
        ITEMS.format(condition=within.text), scope.days.first, scope.days.end, *within.values
    )
    limits = {code: (value, unit) for code, value, unit in scope.context.sql(LIMITS).iter_rows()}
    by: tuple[Dimension, ...] = ("category",)
    asked = [without(scope.question(kpi_id, by=by), "category") for kpi_id in ITEM_KPIS]
    found = [
        {figure.row["category_code"]: figure for figure in answer}
        for answer in figures(scope.context, asked)
    ]
    names = item_names(scope)
    return [
        Item(
            row["item_code"],
            names.get(row["item_code"], row["item_code"]),
            row["submitted_count"],
            row["lead_department_code"],
            *limits.get(row["item_code"], (None, None)),
            tuple(_known(one.get(row["item_code"])) for one in found),
        )
        for row in counts.iter_rows(named=True)
    ]


def _known(figure: Figure | None) -> Figure | None:
    """An item's figure, without the target that was published of another."""
    return figure and targeted(figure, figure.row["category_code"])


def targeted(figure: Figure, item_code: str | None) -> Figure:
    """The figure without a target that was published of one item, where it is not of that item."""
    if FOR_ONE_ITEM not in figure.kpi.caveats or item_code == PUBLISHED_ITEM:
        return figure
    status = "no_value" if figure.value is None else "no_target"
    return replace(figure, row={**figure.row, "target": None, "status": status})


def of_all_items(kpi: Kpi, item_code: str | None) -> Kpi:
    """The KPI without a baseline that was published of one item, where it is not of that item."""
    if FOR_ONE_ITEM not in kpi.caveats or item_code == PUBLISHED_ITEM:
        return kpi
    return kpi.model_copy(update={"baseline": None})


def stage_shares(scope: Scope) -> list[Figure]:
    """Where the time goes: the share of each stage in all days, the longest first.

    None where the steps have no column for one of the page's filters.
    """
    if scope.lacks(scope.context.kpis[STAGE_SHARE]):
        return []
    question = scope.question(STAGE_SHARE, by=("stage",))
    found: Sequence[Figure] = figures(scope.context, [question])[0]
    there = [figure for figure in found if figure.row["stage_code"] is not None]
    return sorted(there, key=lambda figure: -(figure.value or 0))
