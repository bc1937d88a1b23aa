"""Marts: dbt compiles models and data tests once, and each build runs their SQL one by one.

What dbt does around a query takes 50 ms of Python for each model and each test, ten times what the
query itself takes on a county's data. Compiled SQL holds for the process: marts name no file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal

import duckdb

from warehouse.errors import BuildError
from warehouse.transform import Transform, failed, failed_test, project_fingerprint

MARTS = (
    "path:models/intermediate",
    "path:models/marts",
    "path:models/people",
    "path:models/ops",
)

OWN_SCHEMAS = ("mart", "people")
"""Schemas that hold models and nothing else: what no model makes any more is dropped there."""

RELATIONS = """
    select table_schema, table_name, case table_type when 'VIEW' then 'view' else 'table' end
    from information_schema.tables where table_catalog = current_database()
"""


@dataclass(frozen=True)
class Model:
    """One model, compiled."""

    name: str
    schema: str
    relation: str
    kind: Literal["table", "view"]
    columns: tuple[tuple[str, str], ...]
    """Names and types by contract; empty when it has none."""

    sql: str


@dataclass(frozen=True)
class DataTest:
    """One data test, compiled: its rows are what must not be."""

    name: str
    is_warning: bool
    sql: str


_compiled: dict[str, list[Model | DataTest]] = {}


def compiled_marts(transform: Transform) -> list[Model | DataTest]:
    """Models and data tests in the order of their references.

    Raises:
        BuildError: a model or a test does not compile.
    """
    known = project_fingerprint()
    if known not in _compiled:
        outcome = transform.invoke(
            "compile", "--select", *MARTS, "--exclude", "resource_type:unit_test", "--no-introspect"
        )
        nodes = {result.node.unique_id: result.node for result in outcome.result.results}
        order = TopologicalSorter({key: node.depends_on.nodes for key, node in nodes.items()})
        _compiled[known] = [
            _data_test(nodes[key])
            if nodes[key].resource_type == "test"
            else compiled_model(nodes[key])
            for key in order.static_order()
            if key in nodes
        ]
    return _compiled[known]


def build_marts(
    con: duckdb.DuckDBPyConnection,
    nodes: Sequence[Model | DataTest],
    *,
    logs: Path,
    on_model: Callable[[str], None],
    note: Callable[[str], None],
) -> None:
    """Build every model anew, then run every data test.

    Args:
        con: the work database with staging and geography.
        nodes: in the order of their references.
        logs: folder for the SQL of what fails.
        on_model: told the name of each model when it is done.
        note: told of tests that only warn.

    Raises:
        BuildError: a model failed, differs from its contract, or a data test found rows.
    """
    models = [node for node in nodes if isinstance(node, Model)]
    _clear(con, models)
    for model in models:
        try:
            _build(con, model)
        except duckdb.Error as error:
            _keep(logs, model.name, model.sql)
            raise failed([f"model {model.name}: {error}"]) from error
        on_model(model.name)
    found = []
    for test in nodes:
        if isinstance(test, DataTest):
            rows = _count(con, test, logs=logs)
            if rows and test.is_warning:
                note(failed_test(test.name, rows))
            elif rows:
                _keep(logs, test.name, test.sql)
                found.append(failed_test(test.name, rows))
    if found:
        raise failed(found)


def _clear(con: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> None:
    """Drop what no model makes any more, and what has become a view or a table since."""
    kinds = {model.relation: model.kind for model in models}
    database = con.execute("select current_database()").fetchall()[0][0]
    for schema, name, kind in con.execute(RELATIONS).fetchall():
        relation = f'"{database}"."{schema}"."{name}"'
        made = kinds.get(relation)
        is_left = made is None and schema in OWN_SCHEMAS
        if is_left or (made is not None and made != kind):
            con.execute(f"drop {kind} {relation}")
    for schema in sorted({model.schema for model in models}):
        con.execute(f"create schema if not exists {schema}")


def _build(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    query = model.sql
    if model.columns:
        found = [(name, kind) for name, kind, *_ in con.execute(f"describe {query}").fetchall()]
        nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in model.columns)
        wanted = con.execute(f"describe select {nulls}").fetchall()
        expected = [(name, kind) for name, kind, *_ in wanted]
        if sorted(found) != sorted(expected):
            differing = sorted(set(found) ^ set(expected))
            raise BuildError(
                f"model {model.name}: 与合同不符 / differs from its contract: {differing}"
            )
        query = f"select {', '.join(name for name, _ in expected)} from (\n{query}\n) as built"
    con.execute(f"create or replace {model.kind} {model.relation} as {query}")


def _count(con: duckdb.DuckDBPyConnection, test: DataTest, *, logs: Path) -> int:
    try:
        rows = con.execute(f"select count(*) from (\n{test.sql}\n) as found").fetchall()
    except duckdb.Error as error:
        _keep(logs, test.name, test.sql)
        raise failed([f"test {test.name}: {error}"]) from error
    return int(rows[0][0])


def _keep(logs: Path, name: str, sql: str) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "failed.sql").write_text(f"-- {name}\n{sql}\n", encoding="utf-8")


def compiled_model(node: Any) -> Model:
    """A compiled node of dbt as it is run here.

    Raises:
        BuildError: it asks for what is not done here: hooks, or another materialisation.
    """
    kind = node.config.materialized
    if kind not in {"table", "view"}:
        raise BuildError(f"model {node.name}: 不支持 / no such kind of mart: {kind}")
    if node.config.pre_hook or node.config.post_hook:
        raise BuildError(f"model {node.name}: 不运行钩子 / hooks of marts are not run")
    is_enforced = node.config.contract.enforced
    columns = ((name, column.data_type) for name, column in node.columns.items())
    return Model(
        name=node.name,
        schema=node.schema,
        relation=node.relation_name,
        kind=kind,
        columns=tuple(columns) if is_enforced else (),
        sql=node.compiled_code,
    )


def _data_test(node: Any) -> DataTest:
    return DataTest(
        name=node.name,
        is_warning=node.config.severity.lower() == "warn",
        sql=node.compiled_code,
    )
