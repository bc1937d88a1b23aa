"""States that hold for a while: counted on a last day, on every day, or by who was reached.

A grid with a worker stands for them all; it is reached by a case that is closed in it.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support.kpis import add_kpi
from tests.support.marts import COUNTY, ZONE, area, case, marts, row
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question, answer, rows_behind

OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}
STATE = {
    "fact": "fct_grid_spells",
    "kind": "state_rate",
    "numerator": "has_worker",
    "denominator": "is_active",
}
REACH = {
    "fact": "fct_grid_spells",
    "kind": "reach_rate",
    "denominator": "is_active",
    "numerator_fact": "fct_cases",
    "numerator": "is_closed",
    "numerator_date": "reported_date",
}


@pytest.fixture(autouse=True)
def _kpis(monkeypatch: pytest.MonkeyPatch) -> None:
    add_kpi(monkeypatch, "with_worker", counted="last_day", **STATE)
    add_kpi(monkeypatch, "worker_days", counted="every_day", **STATE)
    add_kpi(monkeypatch, "grids_reached", **REACH)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def spell(grid: str, first: str, last: str | None = None, **values: Any) -> dict[str, Any]:
    """A spell from a day up to, not including, another: active and with a worker."""
    return row(
        "fct_grid_spells",
        grid_code=grid,
        valid_from_date=day(first),
        valid_to_date=day(last) if last else None,
        **{"town_code": "A", "is_active": True, "has_worker": True, **values},
    )


def closed_in(grid: str, on: str, **values: Any) -> dict[str, Any]:
    at = datetime.fromisoformat(f"2026-{on}T09:00:00").replace(tzinfo=ZONE)
    name = f"{grid} {on} {sorted(values.items())}"
    return case(name, at, **{"grid_code": grid, "town_code": "A", "is_closed": True, **values})


def county(folder: Path, *spells: dict[str, Any], **rest: Any) -> Published:
    areas = [area("town", "A"), area("town", "B")]
    return marts(folder, facts={"fct_grid_spells": spells}, areas=areas, **rest)


def parts(published: Published, kpi_id: str, **question: Any) -> list[tuple[Any, ...]]:
    frame = answer(published, Question(kpi_id, COUNTY, **{**OCTOBER, **question}))
    return frame.select("numerator", "denominator", "excluded_count").rows()


def test_the_last_day_counts_who_is_there_then(tmp_path: Path) -> None:
    published = county(
        tmp_path,
        spell("held", "01-01"),
        spell("ends on the last day", "01-01", "10-31"),
        spell("ends after it", "01-01", "11-01"),
        spell("begins after it", "11-01"),
        spell("vacant", "10-31", has_worker=False),
        spell("not active", "10-31", is_active=False),
    )
    assert parts(published, "with_worker") == [(2, 3, 0)]


def test_a_key_with_two_spells_counts_once_in_a_slice(tmp_path: Path) -> None:
    published = county(
        tmp_path,
        spell("both", "01-01", department_code="x"),
        spell("both", "01-01", department_code="y", has_worker=False),
    )
    assert parts(published, "with_worker") == [(1, 1, 0)]
    assert parts(published, "with_worker", by=("department",)) == [(1, 1, 0), (0, 1, 0)]


def test_a_running_period_counts_on_the_as_of_day(tmp_path: Path) -> None:
    published = county(tmp_path, spell("gone", "01-01", "11-15"), spell("held", "01-01", "11-16"))
    rest_of_the_year = {"start": day("11-01"), "end": date(2027, 1, 1)}
    assert parts(published, "with_worker", **rest_of_the_year) == [(1, 1, 0)]
    assert parts(published, "worker_days", **rest_of_the_year) == [(29, 29, 0)]


def test_every_day_counts_the_days_inside_the_period(tmp_path: Path) -> None:
    published = county(
        tmp_path,
        spell("changing", "09-01", "10-11"),
        spell("changing", "10-11", has_worker=False),
        spell("new", "10-31"),
    )
    assert parts(published, "worker_days") == [(11, 32, 0)]
    [value] = answer(published, Question("worker_days", COUNTY, **OCTOBER)).iter_rows(named=True)
    assert (value["value"], value["interval_low"]) == (11 / 32, None)
    [state] = answer(published, Question("with_worker", COUNTY, **OCTOBER)).iter_rows(named=True)
    assert state["interval_low"] is not None


def test_months_and_towns_each_have_their_own(tmp_path: Path) -> None:
    published = county(
        tmp_path,
        spell("moved", "01-01", "10-20"),
        spell("moved", "10-20", town_code="B"),
        cases=[closed_in("moved", "09-02")],
    )
    asked = {"start": day("09-01"), "end": day("11-01"), "by": ("town", "month")}
    assert parts(published, "with_worker", **asked) == [(1, 1, 0), (0, 0, 0), (0, 0, 0), (1, 1, 0)]
    days = [(30, 30, 0), (19, 19, 0), (0, 0, 0), (12, 12, 0)]
    assert parts(published, "worker_days", **asked) == days
    assert parts(published, "grids_reached", **asked) == [
        (1, 1, 0),
        (0, 1, 0),
        (0, 0, 0),
        (0, 1, 0),
    ]


def test_the_parts_of_a_period_add_up_over_units_of_time(tmp_path: Path) -> None:
    spells = [spell(str(n), f"{1 + n % 11:02}-{1 + n:02}") for n in range(25)]
    published = county(tmp_path, *spells)
    whole = parts(published, "worker_days", start=day("02-03"), end=day("11-02"))
    for unit in ("day", "week", "month", "quarter", "year"):
        asked = {"start": day("02-03"), "end": day("11-02"), "by": (unit,)}
        frame = answer(published, Question("worker_days", COUNTY, **asked))
        assert frame.select(pl.col("numerator", "denominator", "excluded_count").sum()).rows() == (
            whole
        )


def test_reached_is_who_was_there_and_had_a_case_in_the_period(tmp_path: Path) -> None:
    published = county(
        tmp_path,
        spell("reached twice", "01-01"),
        spell("reached before", "01-01"),
        spell("there for a day", "09-01", "10-02"),
        spell("gone", "09-01", "10-01"),
        spell("nothing closed", "01-01"),
        cases=[
            closed_in("reached twice", "10-01"),
            closed_in("reached twice", "10-31"),
            closed_in("reached before", "09-30"),
            closed_in("there for a day", "10-30"),
            closed_in("gone", "10-02"),
            closed_in("nothing closed", "10-02", is_closed=False),
            closed_in("not known", "10-02"),
        ],
    )
    assert parts(published, "grids_reached") == [(2, 4, 0)]


def test_filters_hold_for_those_reached_and_for_what_reached_them(tmp_path: Path) -> None:
    published = county(
        tmp_path,
        spell("a", "01-01"),
        spell("b", "01-01", town_code="B"),
        spell("c", "01-01", town_code=None),
        cases=[closed_in(grid, "10-02", town_code=None) for grid in "abc"],
    )
    assert parts(published, "grids_reached") == [(3, 3, 0)]
    assert parts(published, "grids_reached", where={"town": "A"}) == [(0, 1, 0)]
    assert parts(published, "grids_reached", where={"town": ("A", "none")}) == [(2, 2, 0)]
    assert parts(published, "grids_reached", by=("town",)) == [(0, 1, 0), (0, 1, 0), (1, 1, 0)]


def test_a_slice_that_one_of_the_facts_lacks_names_those_both_have(tmp_path: Path) -> None:
    published = county(tmp_path, spell("a", "01-01", department_code="x"))
    with pytest.raises(UsageError, match=r'dimension "channel" .*department.*town'):
        answer(published, Question("grids_reached", COUNTY, by=("channel",)))
    with pytest.raises(UsageError, match='dimension "category"'):
        answer(published, Question("with_worker", COUNTY, where={"category": "1"}))


def test_the_default_period_begins_with_the_cases_not_with_the_register(tmp_path: Path) -> None:
    old = spell("old", "01-01") | {"valid_from_date": date(1950, 1, 1)}
    published = county(tmp_path, old, cases=[closed_in("old", "09-15")])
    for kpi_id in ("with_worker", "worker_days", "grids_reached"):
        frame = answer(published, Question(kpi_id, COUNTY, by=("month",)))
        assert frame["period_start_date"][0] == day("09-15")
        assert len(frame) == 3
    (tmp_path / "without").mkdir()
    without = answer(county(tmp_path / "without", old), Question("with_worker", COUNTY))
    assert without["period_start_date"].item() == day("01-01")


def test_a_comparison_reaches_back_as_far_as_what_is_counted(tmp_path: Path) -> None:
    spells = [spell("a", "01-01"), spell("b", "10-01")]
    published = county(tmp_path, *spells, cases=[closed_in("a", "09-15")])
    for kpi_id, then in (("with_worker", 1.0), ("worker_days", 1.0), ("grids_reached", 1.0)):
        frame = answer(published, Question(kpi_id, COUNTY, compare=True, **OCTOBER))
        assert frame["previous_value"].item() == then
        assert frame["previous_denominator"].item() == (30 if kpi_id == "worker_days" else 1)
        assert frame["last_year_value"].item() is None


@pytest.mark.parametrize("kpi_id", ["with_worker", "worker_days", "grids_reached"])
def test_the_rows_behind_are_spells_whose_keys_add_up(tmp_path: Path, kpi_id: str) -> None:
    published = county(
        tmp_path,
        spell("a", "01-01", "10-11"),
        spell("a", "10-11", department_code="x"),
        spell("b", "01-01", has_worker=False),
        spell("c", "12-01"),
        cases=[closed_in("a", "10-02")],
    )
    [(numerator, denominator, _)] = parts(published, kpi_id)
    rows = rows_behind(published, Question(kpi_id, COUNTY, **OCTOBER))
    total = "days" if kpi_id == "worker_days" else None
    met = rows.filter(role="numerator")
    due = rows.filter(pl.col("role").is_in(["numerator", "denominator"]))
    if total:
        assert (met[total].sum(), due[total].sum()) == (numerator, denominator) == (31, 62)
    else:
        assert (met["grid_code"].n_unique(), due["grid_code"].n_unique()) == (1, 2)
        assert (numerator, denominator) == (1, 2)
