"""Visits owed: what is due, whose it is, and that persons are listed of one grid only."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboards.data.people_counts import AGES, MOVES
from dashboards.data.people_visits import OPEN_TASKS, Load, Task, Tasks, with_workers

AS_OF = date(2026, 11, 15)
GRIDS = pl.DataFrame(
    {
        "grid_code": ["G1", "G2", "G3"],
        "grid_name": ["一格", "二格", "三格"],
        "worker_code": ["W1", "W1", None],
    }
)
ROLL = "county_code, person_key, age_band_code, grid_code, community_code, town_code"


@pytest.fixture
def people() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema mart")
        connection.execute(
            "create table mart.fct_roll_persons (county_code varchar, person_key varchar, "
            "age_band_code varchar, grid_code varchar, community_code varchar, "
            "town_code varchar, valid_from_date date, valid_to_date date)"
        )
        connection.execute(
            "create table mart.fct_visit_obligations (county_code varchar, person_key varchar, "
            "need_level_code varchar, due_date date, overdue_days bigint, "
            "is_still_overdue boolean, is_met boolean, is_not_yet_due boolean)"
        )
        yield connection


def on_roll(
    people: duckdb.DuckDBPyConnection,
    person: str,
    start: str,
    end: str | None = None,
    *,
    grid: str = "G1",
    age: str = "60_79",
) -> None:
    people.execute(
        f"insert into mart.fct_roll_persons ({ROLL}, valid_from_date, valid_to_date) "
        "values ('C', ?, ?, ?, 'M', 'T', ?, ?)",
        [person, age, grid, start, end],
    )


def owed(people: duckdb.DuckDBPyConnection, person: str, due: str, **more: Any) -> None:
    values = {"overdue_days": None, "is_still_overdue": False, "is_met": False} | more
    people.execute(
        "insert into mart.fct_visit_obligations values ('C', ?, 'weekly', ?, ?, ?, ?, ?)",
        [
            person,
            due,
            values["overdue_days"],
            values["is_still_overdue"],
            values["is_met"],
            not values["is_still_overdue"],
        ],
    )


def tasks(people: duckdb.DuckDBPyConnection) -> Tasks:
    rows = people.sql(OPEN_TASKS, params=["C", AS_OF, date(2026, 11, 22)]).pl()
    return Tasks(with_workers(rows, GRIDS, AS_OF), AS_OF)


def test_today_is_one_of_the_seven_days_and_what_is_overdue_is_neither(
    people: duckdb.DuckDBPyConnection,
) -> None:
    on_roll(people, "P1", "2026-01-01")
    owed(people, "P1", "2026-11-11", is_still_overdue=True, overdue_days=4)
    owed(people, "P1", "2026-11-15")
    owed(people, "P1", "2026-11-15", is_met=True)
    owed(people, "P1", "2026-11-21")
    owed(people, "P1", "2026-11-22")
    assert tasks(people).load == Load(
        today_left=1,
        today_all=2,
        week_left=2,
        week_all=3,
        overdue=1,
        longest_overdue_days=4,
    )


def test_a_visit_is_the_worker_s_of_the_grid_where_the_person_is_today(
    people: duckdb.DuckDBPyConnection,
) -> None:
    on_roll(people, "P1", "2026-01-01", "2026-11-01", grid="G3")
    on_roll(people, "P1", "2026-11-01", grid="G2")
    on_roll(people, "P2", "2026-01-01", grid="G1")
    on_roll(people, "P3", "2026-01-01", grid="G3")
    on_roll(people, "P4", "2026-01-01", "2026-11-15", grid="G1")
    owed(people, "P1", "2026-10-20", is_still_overdue=True, overdue_days=26)
    owed(people, "P2", "2026-11-16")
    owed(people, "P3", "2026-11-16")
    owed(people, "P4", "2026-11-10", is_still_overdue=True, overdue_days=5)
    first, second = tasks(people).workers
    assert (first.code, first.grids) == ("W1", (("G1", "一格"), ("G2", "二格")))
    assert (first.load.overdue, first.load.week_left) == (1, 1)
    # A grid without a worker stands for itself; who is no longer on the roll is not there.
    assert (second.code, second.grids, second.load.week_left) == (None, (("G3", "三格"),), 1)


def test_workers_with_nothing_left_to_do_are_not_listed(people: duckdb.DuckDBPyConnection) -> None:
    on_roll(people, "P1", "2026-01-01")
    owed(people, "P1", "2026-11-15", is_met=True)
    assert tasks(people).workers == []
    assert tasks(people).tasks == []


def test_the_longest_overdue_comes_first(people: duckdb.DuckDBPyConnection) -> None:
    on_roll(people, "P1", "2026-01-01")
    on_roll(people, "P2", "2026-01-01")
    owed(people, "P1", "2026-11-15")
    owed(people, "P1", "2026-11-14", is_still_overdue=True, overdue_days=1)
    owed(people, "P2", "2026-11-01", is_still_overdue=True, overdue_days=14)
    assert [task.overdue_days for task in tasks(people).tasks] == [14, 1, 0]


def test_rows_of_persons_are_refused_of_more_than_one_grid(
    people: duckdb.DuckDBPyConnection,
) -> None:
    on_roll(people, "P1", "2026-01-01", grid="G1")
    on_roll(people, "P2", "2026-01-01", grid="G2")
    owed(people, "P1", "2026-11-15")
    owed(people, "P2", "2026-11-15")
    with pytest.raises(ValueError, match="one grid"):
        _ = tasks(people).tasks


def test_a_row_of_a_person_has_no_group() -> None:
    assert "group_code" not in OPEN_TASKS
    assert set(Task.__annotations__) == {
        "person_key",
        "age_band_code",
        "need_level_code",
        "due_date",
        "overdue_days",
        "is_overdue",
    }


def test_who_moves_within_the_county_neither_joins_nor_leaves(
    people: duckdb.DuckDBPyConnection,
) -> None:
    on_roll(people, "P0", "2026-01-01")
    on_roll(people, "P1", "2026-01-01", "2026-03-05", grid="G1")
    on_roll(people, "P1", "2026-03-05", "2026-04-10", grid="G2")
    on_roll(people, "P1", "2026-05-02", None, grid="G2")
    rows = people.sql(MOVES, params=["C", AS_OF, date(2026, 2, 1)]).pl()
    moved = {
        row["month_date"].month: (row["joined_count"], row["left_count"])
        for row in rows.iter_rows(named=True)
        if row["joined_count"] or row["left_count"]
    }
    assert moved == {4: (0, 1), 5: (1, 0)}
    # Months without moves are there too; the first one delivered is not.
    assert rows["month_date"].to_list() == [date(2026, month, 1) for month in range(2, 12)]


def test_ages_are_those_of_the_as_of_day(people: duckdb.DuckDBPyConnection) -> None:
    on_roll(people, "P1", "2026-01-01", "2026-11-15", age="60_79")
    on_roll(people, "P1", "2026-11-15", age="80_plus")
    on_roll(people, "P2", "2026-01-01", "2026-11-01", age="60_79")
    assert people.execute(AGES, ["C", AS_OF]).fetchall() == [("80_plus", 1)]
