"""A change is taken apart so that its parts add up to the last digit."""

import math
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.marts import COUNTY, ZONE, area, case, marts
from warehouse.analysis.decomposition import Sums, _kitagawa, adding_up, decompose, shown
from warehouse.analysis.sentences import of_decomposition
from warehouse.catalogue import Text, get_kpi
from warehouse.errors import UsageError
from warehouse.query import Question

RATE = "on_time_resolution_rate"
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}

groups = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 500), st.integers(0, 500)),
        st.tuples(st.integers(0, 500), st.integers(0, 500)),
    ).map(lambda pair: tuple((min(both), max(both)) for both in pair)),
    min_size=1,
    max_size=9,
)


def parts_of(pairs: Any, *, is_reversed: bool = False) -> tuple[list[Fraction], float]:
    """Parts of each group, and the change of the quotient of the totals as doubles."""
    if is_reversed:
        pairs = [(after, before) for before, after in pairs]
    sums = [
        Sums((Fraction(before[0]), Fraction(after[0])), (Fraction(before[1]), Fraction(after[1])))
        for before, after in pairs
    ]
    total = Sums(
        (sum(s.numerator[0] for s in sums), sum(s.numerator[1] for s in sums)),  # type: ignore[arg-type]
        (sum(s.denominator[0] for s in sums), sum(s.denominator[1] for s in sums)),  # type: ignore[arg-type]
    )
    assume(total.denominator[0] > 0 and total.denominator[1] > 0)
    values = [float(total.numerator[when]) / float(total.denominator[when]) for when in (0, 1)]
    parts = [_kitagawa(s, total, Fraction(1))["contribution"] for s in sums]
    return parts, values[1] - values[0]  # type: ignore[return-value]


@settings(deadline=None)
@given(groups)
def test_parts_add_up_to_the_last_digit_in_any_order(pairs: Any) -> None:
    exact, change = parts_of(pairs)
    parts, total = adding_up(exact, change)
    assert total == pytest.approx(change, abs=1e-12)
    assert math.fsum(parts) == math.fsum(reversed(parts)) == total
    assert parts == pytest.approx([float(part) for part in exact], abs=1e-12)


@settings(deadline=None)
@given(groups)
def test_backwards_the_parts_are_the_same_with_the_other_sign(pairs: Any) -> None:
    forwards, change = parts_of(pairs)
    backwards, back = parts_of(pairs, is_reversed=True)
    assert [-part for part in backwards] == forwards
    there, here = adding_up(forwards, change), adding_up(backwards, back)
    assert [-part for part in here[0]] == there[0]
    assert here[1] == -there[1]


@settings(deadline=None)
@given(groups)
def test_what_did_not_change_has_no_part(pairs: Any) -> None:
    same = [(before, before) for before, _ in pairs]
    exact, change = parts_of(same)
    assert adding_up(exact, change) == ([0.0] * len(same), 0.0)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.integers(0, 2))
def test_what_is_read_adds_up_too(parts: list[float], decimals: int) -> None:
    total = math.fsum(parts)
    unit = 10**decimals
    read = shown(parts, total, decimals)
    assert sum(round(part * unit) for part in read) == round(total * unit)
    assert read == pytest.approx(parts, abs=1.01 / unit)


def day(month: int) -> datetime:
    return datetime(2026, month, 5, 9, tzinfo=ZONE)


def rows(month: int, department: str, met: int, due: int) -> list[dict[str, Any]]:
    flags = {"is_due_to_close": True, "is_closed": True}
    return [
        case(
            f"{department}{month}-{number}",
            day(month),
            department_code=department,
            is_closed_on_time=number < met,
            response_minutes=5.0,
            **flags,
        )
        for number in range(due)
    ]


def test_a_department_that_improved_and_one_that_only_grew(tmp_path: Path) -> None:
    # September 60/100, October 68/100. urban: 30/50 → 38/50; health: 30/50 → 30/50.
    cases = [*rows(9, "urban", 30, 50), *rows(9, "health", 30, 50)]
    cases += [*rows(10, "urban", 38, 50), *rows(10, "health", 30, 50)]
    published = marts(tmp_path, cases=cases)
    found = decompose(published, Question(RATE, COUNTY, by=("department",), **OCTOBER))
    parts = dict(found.rows.select("code", "contribution").iter_rows())
    assert (found.before, found.value, found.change) == (0.6, 0.68, 0.68 - 0.6)
    assert parts == {"urban": pytest.approx(0.08), "health": 0.0}
    assert math.fsum(parts.values()) == found.change
    assert found.rows["within"].sum() + found.rows["mix"].sum() == pytest.approx(0.08)
    sentence = of_decomposition(found, get_kpi(RATE), {"urban": Text(zh="城管", en="City")})
    assert "+8.0 个百分点,其中城管 +8.0" in sentence.zh
    assert "of the +8.0 percentage points, City +8.0." in sentence.en


def test_counts_are_taken_apart_by_difference(tmp_path: Path) -> None:
    cases = [*rows(9, "urban", 0, 3), *rows(10, "urban", 0, 5), *rows(10, "health", 0, 2)]
    published = marts(tmp_path, cases=cases, areas=[area("town", "t", population=1)])
    question = Question("cases_per_1000_residents", COUNTY, by=("department",), **OCTOBER)
    found = decompose(published, question)
    assert found.method == "difference"
    parts = dict(found.rows.select("code", "contribution").iter_rows())
    assert parts == {"urban": pytest.approx(0.02), "health": pytest.approx(0.02)}
    assert math.fsum(parts.values()) == found.change


def test_a_median_is_not_taken_apart(tmp_path: Path) -> None:
    published = marts(tmp_path, cases=[*rows(9, "urban", 1, 2), *rows(10, "urban", 1, 2)])
    question = Question("response_time_median", COUNTY, by=("department",), **OCTOBER)
    with pytest.raises(UsageError, match="not decomposed"):
        decompose(published, question)


def test_a_period_without_a_value_is_refused(tmp_path: Path) -> None:
    published = marts(tmp_path, cases=rows(10, "urban", 1, 2))
    with pytest.raises(UsageError, match="no value"):
        decompose(published, Question(RATE, COUNTY, by=("department",), **OCTOBER))
