"""Running compiled models: contracts, what was left over, and what a failure tells."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from warehouse.errors import BuildError
from warehouse.marts import DataTest, Model, build_marts, compiled_model


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


def model(name: str, sql: str, **values: Any) -> Model:
    defaults = {"schema": "mart", "relation": f'"memory"."mart"."{name}"', "kind": "table"}
    return Model(name=name, sql=sql, **{**defaults, "columns": (), **values})


def run(
    con: duckdb.DuckDBPyConnection, *nodes: Model | DataTest, logs: Path = Path()
) -> tuple[list[str], list[str]]:
    built: list[str] = []
    notes: list[str] = []
    build_marts(con, nodes, logs=logs, on_model=built.append, note=notes.append)
    return built, notes


def relations(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    query = "select table_name, table_type from information_schema.tables order by all"
    return con.execute(query).fetchall()


def test_columns_come_in_the_order_of_the_contract(con: duckdb.DuckDBPyConnection) -> None:
    columns = (("a", "varchar"), ("b", "timestamp with time zone"))
    sql = "select timestamptz '2026-01-01' as b, 'x' as a -- the end"
    built, _ = run(con, model("t", sql, columns=columns))
    assert built == ["t"]
    assert [name for name, *_ in con.execute("describe mart.t").fetchall()] == ["a", "b"]


@pytest.mark.parametrize(
    "sql", ["select 1 as a", "select 'x' as b", "select 'x' as a, 1 as b"], ids=str
)
def test_a_model_that_differs_from_its_contract_is_named(
    con: duckdb.DuckDBPyConnection, sql: str
) -> None:
    with pytest.raises(BuildError, match=r"model t: .*contract"):
        run(con, model("t", sql, columns=(("a", "varchar"),)))
    assert relations(con) == []


def test_what_no_model_makes_any_more_is_dropped(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create schema mart; create schema people; create schema intermediate")
    con.execute("create table people.gone as select 1; create view mart.gone as select 1")
    con.execute("create table intermediate.located_points as select 1")
    run(con, model("t", "select 1 as a"))
    assert relations(con) == [("located_points", "BASE TABLE"), ("t", "BASE TABLE")]


def test_a_view_becomes_a_table_and_back(con: duckdb.DuckDBPyConnection) -> None:
    for kind, shown in (("view", "VIEW"), ("table", "BASE TABLE"), ("view", "VIEW")):
        run(con, model("t", "select 1 as a", kind=kind))
        assert relations(con) == [("t", shown)]


def test_every_failing_test_is_told_and_a_warning_stops_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = "select * from range(1200)"
    quiet = DataTest(name="quiet", is_warning=True, sql=rows)
    _, notes = run(con, quiet)
    assert "quiet: 1,200" in notes[0]
    loud = [DataTest(name=name, is_warning=False, sql=rows) for name in ("one", "two")]
    with pytest.raises(BuildError, match=r"(?s)test one: 1,200 .*test two: 1,200 "):
        run(con, quiet, *loud, logs=tmp_path)
    assert rows in (tmp_path / "failed.sql").read_text(encoding="utf-8")


def test_a_model_that_fails_names_itself_and_keeps_its_query(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(BuildError, match=r"model t: .*nowhere"):
        run(con, model("t", "select * from nowhere"), logs=tmp_path)
    assert "nowhere" in (tmp_path / "failed.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"materialized": "incremental", "pre_hook": [], "post_hook": []}, "incremental"),
        ({"materialized": "table", "pre_hook": [], "post_hook": ["analyze"]}, "hooks"),
    ],
    ids=["incremental", "hook"],
)
def test_what_would_not_be_run_is_refused(config: dict[str, Any], said: str) -> None:
    node = SimpleNamespace(name="m", config=SimpleNamespace(**config))
    with pytest.raises(BuildError, match=said):
        compiled_model(node)
