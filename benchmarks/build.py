"""Building a million cases against the same SQL run by hand, on the same data in one run.

`python -m benchmarks.build [--rows N] [--runs N]`. The sample town is loaded and its cases are
multiplied to N. Ours is the time of the steps staging and marts with every data test, all of
landing read anew by a process that has parsed the project before (`first_build_seconds` has the
parsing in it). By hand is each model's and each test's compiled SQL on one connection to a fresh
file, in the order of their references. Both run in turn; the figures are medians.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from etl.load import load_files
from etl.sample.generate import generate_sample
from warehouse.build import build
from warehouse.ledger import landed_files
from warehouse.published import PublishedStore
from warehouse.settings import Settings
from warehouse.transform import WORK_FILE, Transform

DATASETS = ("grid_events", "city_cases")
COPIED = ("control", "seed")
GEOGRAPHY = ("located_points", "boundary_editions", "area_geometry", "grid_neighbours")
AIM = 1.5


def main() -> None:
    """Measure and print one JSON object."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    asked = arguments.parse_args()
    with TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), asked.rows, asked.runs), indent=1))


def measure(folder: Path, rows: int, runs: int) -> dict[str, Any]:
    """Seconds of both sides, their ratio and this process's peak memory."""
    settings = Settings(home=folder / "home")
    for source, files in generate_sample(folder / "sample", scale="town").items():
        load_files(source, files, settings=settings)
    multiply(settings, rows)
    first = steps_of_a_build(settings)
    ours, models, tests = [], [], []
    for run in range(runs):
        steps = steps_of_a_build(settings)
        ours.append(steps["staging"] + steps["marts"])
        model_seconds, test_seconds = by_hand(settings, folder / f"by_hand_{run}")
        models.append(model_seconds)
        tests.append(test_seconds)
    cases = PublishedStore(settings).current().sql("select count(*) from mart.fct_cases").item()
    return {
        "cases": cases,
        "runs": runs,
        "build_seconds": round(median(ours), 2),
        "first_build_seconds": round(first["staging"] + first["marts"], 2),
        "by_hand_models_seconds": round(median(models), 2),
        "by_hand_tests_seconds": round(median(tests), 2),
        "ratio": round(median(ours) / (median(models) + median(tests)), 2),
        "aim": AIM,
        "steps_of_the_last_run": steps,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def steps_of_a_build(settings: Settings) -> dict[str, float]:
    """Seconds by step of a build that reads all of landing."""
    build(settings=settings, full_refresh=True)
    log = PublishedStore(settings).current().sql("select step, seconds from ops.build_log")
    return dict(log.iter_rows())


def multiply(settings: Settings, rows: int) -> None:
    """Write each landed case so often, minutes apart, that there are at least so many."""
    files = [file.path for file in landed_files(settings) if file.dataset in DATASETS]
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        there = con.sql(f"select count(*) from read_parquet({[str(f) for f in files]})")
        copies = -(-rows // there.fetchall()[0][0])
        for file in files:
            more = file.with_suffix(".more")
            con.execute(
                f"""
                copy (
                    select * replace (
                        case_number || '-' || copy as case_number,
                        duplicate_of_number || '-' || copy as duplicate_of_number
                    )
                    from '{file}', range({copies}) as copies(copy)
                ) to '{more}' (format parquet)
                """
            )
            more.replace(file)


def by_hand(settings: Settings, folder: Path) -> tuple[float, float]:
    """Seconds of all models, and of all data tests, on one connection to a fresh file."""
    folder.mkdir()
    models, tests = compiled_sql(settings)
    with duckdb.connect(str(folder / WORK_FILE)) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"attach '{settings.paths.work / WORK_FILE}' as built (read_only)")
        for schema in ("staging", "intermediate", "mart", "people", "ops", *COPIED):
            con.execute(f"create schema {schema}")
        query = "select table_schema, table_name from information_schema.tables where "
        query += "table_catalog = 'built' and (table_schema in $copied or table_name in $geography)"
        for schema, table in con.execute(
            query, {"copied": list(COPIED), "geography": list(GEOGRAPHY)}
        ).fetchall():
            con.execute(f"create table {schema}.{table} as from built.{schema}.{table}")
        con.execute("detach built")
        started = time.perf_counter()
        for relation, kind, sql in models:
            con.execute(f"create {kind} {relation} as {sql}")
        built = time.perf_counter()
        for sql in tests:
            con.execute(f"select count(*) from ({sql}) as found").fetchall()
        return built - started, time.perf_counter() - built


def compiled_sql(settings: Settings) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Models in the order of their references (relation, table or view, SQL), and data tests."""
    outcome = Transform(settings=settings).invoke(
        "compile", "--full-refresh", "--select", "path:models", "path:tests"
    )
    nodes = {result.node.unique_id: result.node for result in outcome.result.results}
    order = TopologicalSorter({key: node.depends_on.nodes for key, node in nodes.items()})
    models, tests = [], []
    for node in _known(order, nodes):
        if node.resource_type == "model":
            kind = "view" if node.config.materialized == "view" else "table"
            models.append((f"{node.schema}.{node.alias}", kind, node.compiled_code))
        elif node.resource_type == "test":
            tests.append(node.compiled_code)
    return models, tests


def _known(order: TopologicalSorter[str], nodes: dict[str, Any]) -> Iterator[Any]:
    return (nodes[key] for key in order.static_order() if key in nodes)


if __name__ == "__main__":
    main()
