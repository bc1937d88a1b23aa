"""MetricFlow over the built work database, inside this process."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from dbt.contracts.graph.semantic_manifest import SemanticManifest
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from warehouse.settings import Settings
from warehouse.transform import WORK_FILE, Transform


class _Dialect:
    """What the engine must know to write SQL for DuckDB; nothing is run through it."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


class MetricFlow:
    """Answers about metrics, from SQL that MetricFlow writes."""

    def __init__(self, manifest: str, database: Path) -> None:
        """Over a semantic manifest of dbt and the database its models were built into.

        The file's stem is the database that the manifest names.
        """
        logging.getLogger("metricflow").setLevel(logging.WARNING)
        lookup = SemanticManifestLookup(parse_manifest_from_dbt_generated_manifest(manifest))
        self._engine = MetricFlowEngine(lookup, _Dialect())  # type: ignore[arg-type]
        self._connection = duckdb.connect(str(database), read_only=True)

    def sql(
        self,
        metrics: Sequence[str],
        by: Sequence[str] = (),
        where: Sequence[str] = (),
    ) -> str:
        """The statement for some metrics."""
        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics),
            group_by_names=list(by),
            where_constraints=list(where),
        )
        return str(self._engine.explain(request).sql_statement.sql)

    def ask(self, *asked: Any) -> pl.DataFrame:
        """Rows of the statement for what `sql` takes."""
        return self._connection.sql(self.sql(*asked)).pl()


def semantic_manifest(settings: Settings, folder: Path) -> str:
    """What `dbt parse` writes for MetricFlow about the project."""
    file = folder / "semantic_manifest.json"
    SemanticManifest(Transform(settings).invoke("parse").result).write_json_to_file(str(file))
    return file.read_text(encoding="utf-8")


def work_database(settings: Settings) -> Path:
    """The database that the models were built into."""
    return settings.paths.work / WORK_FILE
