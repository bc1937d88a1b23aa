"""Waste sorting before and after councils decided on it, beside those that had not decided yet.

All values are answers of the KPI's own query for groups of communities, from their sums. The
comparison is plain: the same whole months of communities that decided later. It shows whether the
accuracy rises after the decision rather than at one time everywhere; it is no experiment, because
councils chose when to decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from dashboards.data.filtered import limited
from dashboards.data.months import comparable_months
from dashboards.data.tables import Figure, figures
from dashboards.periods import first_of_month
from dashboards.scope import Scope
from warehouse.catalogue import programme_start
from warehouse.query import Question

KPI_ID = "waste_sorting_accuracy_rate"
TOPIC = "waste_sorting"
WINDOW_MONTHS = 3
LEAST_COMPARED = 5
"""Communities not decided yet, below which they are no comparison."""
MOST_COHORTS = 6
MONTHS_BEFORE, MONTHS_AFTER = 6, 15

DECISIONS = """
select proposals.community_code, min(proposals.voted_date) as decided_date
from mart.fct_proposals as proposals
where {condition}
    and proposals.topic_code = ?
    and proposals.is_adopted
    and proposals.voted_date >= ?
    and proposals.community_code is not null
group by proposals.community_code
order by decided_date, proposals.community_code
"""
INSPECTED = """
select distinct inspections.community_code
from mart.fct_waste_inspections as inspections
where {condition} and inspections.community_code is not null
order by inspections.community_code
"""


@dataclass(frozen=True)
class Window:
    """Whole months: first day, and the day after the last."""

    start: date
    end: date


@dataclass(frozen=True)
class Cohort:
    """Communities whose councils decided in the same months, and those to hold them against.

    Attributes:
        start, end: first day of its first month; first day of the month after its last.
        before, after: whole months on either side; `after` is null while none is over.
        not_yet: communities that had not decided by the end of `after`; empty where too few.
    """

    start: date
    end: date
    codes: tuple[str, ...]
    before: Window
    after: Window | None
    not_yet: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """A cohort's accuracy before and after, and the same months of those not decided yet."""

    cohort: Cohort
    before: Figure
    after: Figure
    not_yet_before: Figure | None
    not_yet_after: Figure | None


def decisions(scope: Scope) -> dict[str, date]:
    """Community → day of its first decision on waste sorting since the programme began."""
    condition, values = limited(scope, "fct_proposals", alias="proposals")
    since = programme_start(scope.view.county) or scope.first_date
    rows = scope.context.sql(DECISIONS.format(condition=condition), *values, TOPIC, since)
    return dict(rows.iter_rows())


def inspected(scope: Scope) -> list[str]:
    """Communities whose drops were inspected."""
    condition, values = limited(scope, "fct_waste_inspections", alias="inspections")
    rows = scope.context.sql(INSPECTED.format(condition=condition), *values)
    return rows["community_code"].to_list()


def cohorts(
    decided: Mapping[str, date], communities: Sequence[str], *, as_of: date
) -> list[Cohort]:
    """Communities by the month of their decision; by longer spans where there are many months."""
    dated = {code: day for code, day in decided.items() if code in set(communities)}
    for months in (1, 3, 6, 12):
        groups: dict[date, list[str]] = {}
        for code, day in dated.items():
            back = (day.month - 1) % months
            groups.setdefault(first_of_month(day, back=back), []).append(code)
        if len(groups) <= MOST_COHORTS:
            break
    return [
        _cohort(start, months, codes, decided, communities, as_of)
        for start, codes in sorted(groups.items())
    ]


def _cohort(
    start: date,
    months: int,
    codes: list[str],
    decided: Mapping[str, date],
    communities: Sequence[str],
    as_of: date,
) -> Cohort:
    end = first_of_month(start, back=-months)
    before = Window(first_of_month(start, back=WINDOW_MONTHS), start)
    whole_until = first_of_month(as_of + timedelta(days=1))
    chosen: tuple[Window, tuple[str, ...]] | None = None
    for length in range(WINDOW_MONTHS, 0, -1):
        after = Window(end, first_of_month(end, back=-length))
        if after.end > whole_until:
            continue
        not_yet = tuple(
            code for code in communities if code not in decided or decided[code] >= after.end
        )
        if len(not_yet) >= LEAST_COMPARED:
            return Cohort(start, end, tuple(codes), before, after, not_yet)
        chosen = chosen or (after, ())
    return Cohort(start, end, tuple(codes), before, chosen[0] if chosen else None, ())


def cohorts_of(scope: Scope) -> list[Cohort]:
    """The cohorts within the page's area."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    return cohorts(decisions(scope), inspected(scope), as_of=as_of)


def effects(scope: Scope, found: Sequence[Cohort]) -> list[Effect]:
    """Before and after for each cohort whose months after the decision are over."""
    ready = [cohort for cohort in found if cohort.after]
    questions: list[Question] = []
    for cohort in ready:
        for codes in filter(None, (cohort.codes, cohort.not_yet)):
            questions += [
                _question(scope, codes, window)
                for window in (cohort.before, cohort.after)
                if window
            ]
    answers = iter(figures(scope.context, questions))
    made = []
    for cohort in ready:
        before, after = next(answers)[0], next(answers)[0]
        others = (next(answers)[0], next(answers)[0]) if cohort.not_yet else (None, None)
        made.append(Effect(cohort, before, after, *others))
    return made


def _question(scope: Scope, codes: tuple[str, ...], window: Window) -> Question:
    question = scope.question(KPI_ID, start=window.start, end=window.end)
    return replace(question, where={**question.where, "community": codes})


def change(before: Figure | None, after: Figure | None) -> float | None:
    """Difference of two accuracies in percentage points; null where one is missing."""
    if before is None or after is None or before.shown is None or after.shown is None:
        return None
    return after.shown - before.shown


def cohort_months(scope: Scope, found: Sequence[Cohort]) -> list[pl.DataFrame]:
    """Each cohort's accuracy by whole month, from half a year before the first decision."""
    if not found:
        return []
    start = first_of_month(found[0].start, back=MONTHS_BEFORE)
    end = first_of_month(found[-1].end, back=-MONTHS_AFTER)
    questions = [
        replace(
            scope.question(KPI_ID, by=("month",), start=start, end=end),
            where={**scope.where, "community": cohort.codes},
        )
        for cohort in found
    ]
    kpi = scope.context.kpis[KPI_ID]
    return [comparable_months(months, kpi) for months in scope.context.ask_all(questions)]
