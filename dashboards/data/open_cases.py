"""The cases open now, the oldest first, each with what it waits for and where it comes from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboards.data.departments import COUNTED
from dashboards.data.filtered import IS_OVERDUE, condition
from dashboards.data.stage_times import MILESTONES, delivered
from dashboards.scope import Scope

MOST_SHOWN = 50
MOST_ROWS = 200_000
QUERY = f"""
select facts.case_id, facts.category_code, facts.town_code, facts.community_code, facts.grid_code,
  facts.department_code, facts.reported_at, facts.due_at, facts.status, facts.light_code,
  {IS_OVERDUE} as is_overdue, facts.source_id, facts.batch_id, facts.source_row_number,
  (epoch_us(builds.as_of_at) - epoch_us(facts.reported_at)) / 86400000000 as open_days,
  {", ".join(f"facts.{name}_at is not null as has_{name}" for name in MILESTONES)}
from mart.fct_cases as facts
inner join ops.build as builds on builds.county_code = facts.county_code
where facts.status in ('open', 'suspended') and {COUNTED} and {{condition}}
order by facts.reported_at, facts.case_id
limit ?
"""
COUNTS = f"""
select count(*) as open_count, count(*) filter ({IS_OVERDUE}) as overdue_count,
  count(*) filter (facts.status = 'suspended') as suspended_count
from mart.fct_cases as facts
where facts.status in ('open', 'suspended') and {COUNTED} and {{condition}}
"""
GRIDS = """
select area_code, max_by(area_name, valid_from_date) as name from mart.dim_areas
where county_code = ? and area_level = 'grid' and list_contains(?, area_code) group by 1
"""


@dataclass(frozen=True)
class OpenCase:
    """One open case.

    Attributes:
        waits_for: the next milestone that its source delivers; null where none is left.
    """

    case_id: str
    category_code: str | None
    area_names: tuple[str, ...]
    department_code: str | None
    reported_at: datetime
    due_at: datetime | None
    open_days: float
    light_code: str | None
    is_suspended: bool
    is_overdue: bool
    waits_for: str | None
    batch_id: str
    source_row_number: int | None


@dataclass(frozen=True)
class OpenCounts:
    """How many are open, past their deadline, and off the clock."""

    open_count: int
    overdue_count: int
    suspended_count: int


def waits_for(reached: Collection[str], known: Collection[str]) -> str | None:
    """The milestone after the last one reached, of those that the source delivers.

    >>> waits_for({"reported", "filed"}, set(MILESTONES))
    'dispatched'
    >>> waits_for({"reported"}, {"reported", "closed"})
    'closed'
    """
    last = max((MILESTONES.index(name) for name in reached), default=-1)
    return next((name for name in MILESTONES[last + 1 :] if name in known), None)


def open_counts(scope: Scope) -> OpenCounts:
    """Counts of the page's open cases, whatever its period."""
    within = condition(scope, "fct_cases")
    row = scope.context.sql(COUNTS.format(condition=within.text), *within.values)
    return OpenCounts(**row.row(0, named=True))


def open_cases(scope: Scope, *, limit: int = MOST_SHOWN) -> list[OpenCase]:
    """The oldest open cases within the page's filters, whatever its period."""
    within = condition(scope, "fct_cases")
    rows = scope.context.sql(QUERY.format(condition=within.text), *within.values, limit)
    codes = sorted(set(rows["grid_code"].drop_nulls()))
    grids: dict[str, str] = {}
    if codes:
        grids = dict(scope.context.published.sql(GRIDS, [scope.view.county, codes]).iter_rows())
    known = delivered(scope)
    return [_case(scope, row, grids, known) for row in rows.iter_rows(named=True)]


def _case(
    scope: Scope,
    row: Mapping[str, Any],
    grids: Mapping[str, str],
    known: Mapping[str, frozenset[str]],
) -> OpenCase:
    town, community = (
        scope.areas[code].name if code in scope.areas else code
        for code in (row["town_code"], row["community_code"])
    )
    # Of two communities of one name each has its town added, which stands before it here.
    names = [name for name in (town, community and community.removesuffix(f" {town}")) if name]
    if row["grid_code"]:
        names.append(grids.get(row["grid_code"], row["grid_code"]))
    reached = {name for name in MILESTONES if row[f"has_{name}"]}
    return OpenCase(
        case_id=row["case_id"],
        category_code=row["category_code"],
        area_names=tuple(names),
        department_code=row["department_code"],
        reported_at=row["reported_at"],
        due_at=row["due_at"],
        open_days=row["open_days"],
        light_code=row["light_code"],
        is_suspended=row["status"] == "suspended",
        is_overdue=row["is_overdue"],
        waits_for=waits_for(reached, known.get(row["source_id"], frozenset())),
        batch_id=row["batch_id"],
        source_row_number=row["source_row_number"],
    )
