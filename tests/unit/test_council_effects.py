"""Before and after a decision: which months, and who is the comparison."""

import itertools
from datetime import date, timedelta

import polars as pl

from dashboards.data.decision_effects import MOST_COHORTS, Cohort, Window, cohorts
from dashboards.figures.council import cohort_lines, days_by_month
from dashboards.i18n import Lang
from dashboards.theme import LIGHT

AS_OF = date(2025, 8, 20)
EARLY = {f"e{number}": date(2025, 1, 5 + number) for number in range(4)}
LATE = {f"l{number}": date(2025, 4, 10 + number) for number in range(6)}


def cohorts_of(decided: dict[str, date], *never: str, as_of: date = AS_OF) -> list[Cohort]:
    return cohorts(decided, [*decided, *never], as_of=as_of)


def test_a_window_ends_before_too_few_are_left_to_compare_with() -> None:
    early, late = cohorts_of({**EARLY, **LATE})
    assert early.codes == tuple(EARLY)
    assert early.before == Window(date(2024, 10, 1), date(2025, 1, 1))
    # Three months would end with April, when the late ones have decided too.
    assert early.after == Window(date(2025, 2, 1), date(2025, 4, 1))
    assert early.not_yet == tuple(LATE)
    assert late.not_yet == ()
    assert late.after == Window(date(2025, 5, 1), date(2025, 8, 1))


def test_who_never_decides_stays_a_comparison() -> None:
    never = tuple(f"n{number}" for number in range(5))
    early, _ = cohorts_of({**EARLY, **LATE}, *never)
    assert early.after == Window(date(2025, 2, 1), date(2025, 5, 1))
    assert early.not_yet == never


def test_months_that_are_not_over_are_no_after() -> None:
    [cohort] = cohorts_of(EARLY, as_of=date(2025, 2, 27))
    assert cohort.after is None
    [cohort] = cohorts_of(EARLY, as_of=date(2025, 2, 28))
    assert cohort.after == Window(date(2025, 2, 1), date(2025, 3, 1))


def test_many_months_of_decisions_become_longer_spans() -> None:
    decided = {
        f"c{number}": date(2023, 1, 15) + timedelta(days=30 * number) for number in range(20)
    }
    found = cohorts_of(decided)
    assert len(found) <= MOST_COHORTS
    assert sum(len(cohort.codes) for cohort in found) == 20
    assert all(one.end == other.start for one, other in itertools.pairwise(found))


def test_a_decision_where_nothing_is_inspected_is_left_out() -> None:
    assert cohorts({"gone": date(2025, 1, 5)}, [], as_of=AS_OF) == []


def test_each_cohort_has_a_line_and_the_target_comes_last() -> None:
    months = pl.DataFrame(
        {"period_start_date": [date(2025, 1, 1), date(2025, 2, 1)], "value": [0.3, None]}
    )
    figure = cohort_lines(
        [("first", months), ("second", months)], target=0.85, lang=Lang.ZH, colours=LIGHT
    )
    assert [list(line.y) for line in figure.data] == [[30.0, None], [30.0, None], [85.0, 85.0]]
    assert len({line.line.dash for line in figure.data[:2]}) == 2


def test_days_by_month_draws_the_median_on_top() -> None:
    months = pl.DataFrame(
        {
            "month": [date(2025, 1, 1)],
            "proposal_count": [3],
            "median_days": [2.0],
            "p90_days": [9.0],
        }
    )
    p90, median = days_by_month(months, lang=Lang.EN, colours=LIGHT).data
    assert (list(p90.y), list(median.y)) == ([9.0], [2.0])
    assert median.text[0] == "2025-01  Median 2.0 days (3 proposals)"
