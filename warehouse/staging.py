"""Which seeds and staging models a build may leave alone: nothing came that they do not hold.

What a build has staged, tested and published is noted at its end, so that a build that fails or is
killed on the way is followed by one that does all of it again.
"""

from pathlib import Path

import duckdb

from warehouse.project import project_folder
from warehouse.transform import seeds_fingerprint

MODELS = "models/staging"

EVERY_VERSION = "_versions"
"""End of the name of a model that holds every version of a dataset's records."""

SETTLED = """
    select dataset from control.landing_files
    group by dataset
    having bool_and((dataset, batch_id) in (select (dataset, batch_id) from control.built_batches))
"""

NOTES = """
    create table if not exists control.built_batches (dataset varchar, batch_id varchar);
    create table if not exists control.built_seeds (fingerprint varchar);
"""


def left_out(con: duckdb.DuckDBPyConnection, *, is_stale: bool) -> list[str]:
    """dbt selectors of what need not be built again; a `.yml` stands for its model and tests.

    Of a dataset that delivered nothing since the last build, model and tests; of one without any
    file, the tests at least, for there is nothing to test; seeds whose files are as they were.

    Args:
        is_stale: staging is defined anew or has to be read again.
    """
    con.execute(NOTES)
    delivered = _values(con, "select distinct dataset from control.landing_files")
    settled = _values(con, SETTLED)
    tables = _values(
        con, "select table_name from information_schema.tables where table_schema = 'staging'"
    )
    selectors = []
    for dataset, model in _models():
        described = f"path:{model.with_suffix('.yml')}"
        is_there = model.stem in tables
        if is_there and not is_stale and (dataset in settled or dataset not in delivered):
            selectors.append(described)
        elif dataset not in delivered:
            selectors.append(f"{described},resource_type:test")
    if seeds_fingerprint() in _values(con, "select fingerprint from control.built_seeds"):
        selectors.append("path:seeds")
    return selectors


def remember(con: duckdb.DuckDBPyConnection) -> None:
    """Note that seeds and staging are built and tested as they are."""
    con.execute("create or replace table control.built_batches as from control.staged_batches")
    con.execute("create or replace table control.built_seeds (fingerprint varchar)")
    con.execute("insert into control.built_seeds values (?)", [seeds_fingerprint()])


def _models() -> list[tuple[str, Path]]:
    """Dataset and path below the dbt project of every staging model of a dataset."""
    project = project_folder()
    files = sorted((project / MODELS).glob("*/stg_*__*.sql"))
    return [
        (file.stem.partition("__")[2].removesuffix(EVERY_VERSION), file.relative_to(project))
        for file in files
        if file.parent.name not in {"ops", "geo"}
    ]


def _values(con: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {row[0] for row in con.execute(query).fetchall()}
