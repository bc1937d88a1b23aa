"""Every table and column is described, and every number has a unit."""

from pathlib import Path

import pytest

from warehouse.reference import ROOT, generated_files, main
from warehouse.reference_tables import PAGES, Table, TableColumn, read_tables

TABLES = read_tables(ROOT / "dbt_project")
NUMBERS = ("bigint", "integer", "double", "decimal", "hugeint")


def _columns() -> list[tuple[Table, TableColumn]]:
    return [(table, column) for table in TABLES for column in table.columns]


def test_every_table_says_what_one_row_is() -> None:
    silent = [
        f"{table.file}: {table.name}"
        for table in TABLES
        if "One row per" not in table.description and table.schema != "staging"
    ]
    assert silent == []


def test_every_column_is_described() -> None:
    silent = [
        f"{table.file}: {column.name}" for table, column in _columns() if not column.description
    ]
    assert silent == []


def test_every_number_has_a_unit_but_one_that_is_called_a_number() -> None:
    bare = [
        f"{table.file}: {column.name}"
        for table, column in _columns()
        if column.data_type.startswith(NUMBERS)
        and not column.unit
        and not column.name.endswith("_number")
    ]
    assert bare == []


def test_every_model_and_seed_is_described_beside_itself() -> None:
    project = ROOT / "dbt_project"
    described = {(table.file.parent, table.file.stem) for table in TABLES}
    files = [*project.glob("models/**/*.sql"), *project.glob("seeds/*.csv")]
    assert [
        str(file.relative_to(project))
        for file in files
        if (file.parent.relative_to(project), file.stem) not in described
    ] == []


def test_every_table_stands_on_a_page_with_its_columns() -> None:
    pages = generated_files()
    for table in TABLES:
        page = pages[PAGES / f"{table.page}.md"]
        assert f"## `{table.schema}.{table.name}`" in page
        assert f"{table.page}.md#{table.name}" in pages[PAGES / "README.md"]
        for column in table.columns:
            assert f"| `{column.name}` | {column.data_type} | {column.unit} |" in page


def test_a_page_without_tables_is_stale(tmp_path: Path) -> None:
    assert main([], root=tmp_path) == 0
    assert main(["--check"], root=tmp_path) == 0
    left = tmp_path / PAGES / "gone.md"
    left.write_text("tables of old")
    assert main(["--check"], root=tmp_path) == 1
    assert main([], root=tmp_path) == 0
    assert not left.exists()


@pytest.mark.parametrize("schema", ["staging", "intermediate", "mart", "ops", "kpi", "seed"])
def test_every_schema_has_its_tables(schema: str) -> None:
    assert [table for table in TABLES if table.schema == schema]
