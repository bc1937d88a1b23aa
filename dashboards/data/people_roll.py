"""Persons on the roll by special group, and how they are visited: answers of `warehouse.query`.

The persons on the roll are the denominator of the share with a file, so the rule of small cells
holds for them as for any value. A person in several groups counts in the one with the strictest
need: persons by group add up to the roll, and no difference to another way of counting tells how
few are in two groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from dashboards.data.months import months_question
from dashboards.data.people_reach import reach_scope
from dashboards.data.tables import Figure, figures
from dashboards.names import code_names
from dashboards.periods import ONE_DAY
from dashboards.scope import Scope
from warehouse.query import Dimension, Question

ROLL_KPI = "file_rate"
REACH_KPI = "visit_coverage_rate"
VISIT_KPIS = ("on_time_visit_rate", "unreachable_rate", REACH_KPI)
NEEDS = ("daily", "weekly", "monthly")
"""Levels of need in order; others follow."""


@dataclass(frozen=True)
class Group:
    """A special group, within the page's area and need.

    Attributes:
        name: in the page's language.
        filed: share with a file today; its denominator is the persons on the roll.
        by_need: the same by level of need; empty where a need is chosen or the area is smaller than
            the county, where two kinds of category crossed are not shown.
        months: persons on the roll at the end of each month, null where not shown.
        visited: `VISIT_KPIS` over the page's period; the share of persons seen over the days that
            it is shown for (`people_reach`).
    """

    code: str
    name: str
    filed: Figure
    by_need: dict[str, Figure]
    months: list[float | None]
    visited: tuple[Figure, ...]

    @property
    def person_count(self) -> int | None:
        """Persons on the roll today; null where that is not shown."""
        return persons_of(self.filed)


@dataclass(frozen=True)
class Roll:
    """The roll today: all of it, and by special group, the largest first.

    Attributes:
        months: answer by month; its denominators are the persons on the roll at its end.
        needs: the levels of need by code with their names, in order.
    """

    filed: Figure
    groups: list[Group]
    months: pl.DataFrame
    needs: dict[str, str]


def persons_of(figure: Figure) -> int | None:
    """Persons that a share with a file is of; null where they are not shown."""
    count = figure.row["denominator"]
    return None if count is None else int(count)


def roll(scope: Scope) -> Roll:
    """The roll today. The page's filters must fit (`scope.lacks`)."""
    context = scope.context
    is_crossed = scope.area.level == "county" and not scope.view.category
    by_month = months_question(scope, ROLL_KPI)
    questions = [
        _today(scope, ()),
        _today(scope, ("major_category",)),
        *(
            (reach_scope(scope) if kpi_id == REACH_KPI else scope).question(
                kpi_id, by=("major_category",)
            )
            for kpi_id in VISIT_KPIS
        ),
        *([_today(scope, ("category", "major_category"))] if is_crossed else []),
    ]
    of_months = [by_month, replace(by_month, by=("major_category", "month"))]
    # One call for the figures and one for the months: each answer is kept by its question.
    (whole,), filed, *rest = figures(context, questions)
    months, group_months = context.ask_all(of_months)
    visited = [_by_group(found) for found in rest[: len(VISIT_KPIS)]]
    needs = _needs(scope)
    crossed = {
        (figure.row["major_category_code"], figure.row["category_code"]): figure
        for figure in (rest[-1] if is_crossed else [])
    }
    names = code_names(context, scope.view.county, "group_code", scope.view.lang)
    groups = [
        Group(
            code=code,
            name=names.get(code, code),
            filed=figure,
            by_need={
                need: crossed[code, need] for need in needs if crossed and (code, need) in crossed
            },
            months=group_months.filter(pl.col("major_category_code") == code)
            .sort("period_start_date")["denominator"]
            .to_list(),
            visited=tuple(found[code] for found in visited if code in found),
        )
        for code, figure in _by_group(filed).items()
    ]
    groups.sort(key=lambda group: (-(group.person_count or 0), group.code))
    return Roll(whole, groups, months, needs)


def roll_by_area(scope: Scope) -> dict[str, Figure]:
    """The roll today by the areas below the page's; empty where the county has none."""
    question = scope.question_below(ROLL_KPI)
    if question is None:
        return {}
    today = _today(scope, question.by)
    (found,) = figures(scope.context, [replace(question, start=today.start, end=today.end)])
    return {figure.row["area_code"]: figure for figure in found if figure.row["area_code"]}


def _today(scope: Scope, by: tuple[Dimension, ...]) -> Question:
    as_of = scope.context.builds[scope.view.county].as_of_date
    return scope.question(ROLL_KPI, by=by, start=as_of, end=as_of + ONE_DAY)


def _by_group(found: Sequence[Figure]) -> dict[str, Figure]:
    return {
        figure.row["major_category_code"]: figure
        for figure in found
        if figure.row["major_category_code"] is not None
    }


def _needs(scope: Scope) -> dict[str, str]:
    names = code_names(scope.context, scope.view.county, "need_level_code", scope.view.lang)
    ordered = [*(code for code in NEEDS if code in names), *sorted(set(names) - set(NEEDS))]
    return {code: names[code] for code in ordered}
