"""What is in the database is what the pages describe: no table and no column more."""

from collections import defaultdict
from datetime import UTC, datetime

import duckdb
import pytest
import yaml

from tests.support.records import land
from warehouse.build import build
from warehouse.reference import ROOT
from warehouse.reference_tables import Table, read_tables
from warehouse.settings import Settings
from warehouse.transform import WORK_FILE

Columns = dict[str, str]
NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT", "FLOAT")
COLUMNS = """
    select table_schema, table_name, column_name, data_type from information_schema.columns
    where table_catalog = current_database() order by ordinal_position
"""
SOURCES_OF_THE_BUILD = ROOT / "dbt_project/models/staging/ops/_control__sources.yml"
OF_THE_BUILD = {"located_points", "boundary_editions", "area_geometry", "grid_neighbours"}
"""Tables of the schema `intermediate` that only the staging views over them read."""

NOTES_OF_THE_BUILD = {"staging_fingerprint", "built_batches", "built_seeds"}
"""What a build remembers for the next one; no model reads it."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("tables"))
    reported = datetime(2026, 11, 2, tzinfo=UTC)
    land(
        settings,
        "city_cases",
        [{"case_number": "1", "category_code": "x", "reported_at": reported}],
    )
    build(settings=settings)
    return settings


@pytest.fixture(scope="module")
def described() -> dict[tuple[str, str], Table]:
    return {(one.schema, one.name): one for one in read_tables(ROOT / "dbt_project")}


@pytest.fixture(scope="module")
def built(home: Settings) -> dict[tuple[str, str], Columns]:
    """Columns and types by schema and table, of the work file and of the published one."""
    published = (home.paths.published / "current").resolve()
    found = _columns_in(str(home.paths.work / WORK_FILE)) | _columns_in(str(published))
    return {
        (schema, table): columns
        for (schema, table), columns in found.items()
        if not _is_of_the_build(schema, table)
    }


def _is_of_the_build(schema: str, table: str) -> bool:
    """Whether the build itself writes it, for the models to read."""
    return schema == "control" or table in OF_THE_BUILD


def _columns_in(file: str) -> dict[tuple[str, str], Columns]:
    found: dict[tuple[str, str], Columns] = defaultdict(dict)
    with duckdb.connect(file, read_only=True) as con:
        for schema, table, column, kind in con.execute(COLUMNS).fetchall():
            found[schema, table][column] = kind
    return dict(found)


def test_every_table_is_described_and_every_description_is_of_a_table(
    built: dict[tuple[str, str], Columns], described: dict[tuple[str, str], Table]
) -> None:
    assert sorted(set(built) ^ set(described)) == []


def test_every_column_is_described_and_every_description_is_of_a_column(
    built: dict[tuple[str, str], Columns], described: dict[tuple[str, str], Table]
) -> None:
    differing = [
        f"{described[key].file}: {column}"
        for key in sorted(set(built) & set(described))
        for column in sorted({one.name for one in described[key].columns} ^ set(built[key]))
    ]
    assert differing == []


def test_what_the_build_writes_for_the_models_is_described_too(home: Settings) -> None:
    sources = yaml.safe_load(SOURCES_OF_THE_BUILD.read_text(encoding="utf-8"))["sources"]
    told = {
        (source["schema"], table["name"], column["name"])
        for source in sources
        for table in source["tables"]
        for column in table["columns"]
        if column["description"]
    }
    there = {
        (schema, table, column)
        for (schema, table), columns in _columns_in(str(home.paths.work / WORK_FILE)).items()
        for column in columns
        if _is_of_the_build(schema, table) and table not in NOTES_OF_THE_BUILD
    }
    assert told == there


def test_every_number_has_a_unit_whether_or_not_its_type_is_written(
    built: dict[tuple[str, str], Columns], described: dict[tuple[str, str], Table]
) -> None:
    bare = [
        f"{table.file}: {column.name}"
        for key, table in described.items()
        for column in table.columns
        if built.get(key, {}).get(column.name, "").startswith(NUMBERS)
        and not column.unit
        and not column.name.endswith("_number")
    ]
    assert bare == []
