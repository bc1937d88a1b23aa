"""What is derived from the catalogue is current."""

import re

from warehouse.catalogue import load_catalogue
from warehouse.query import COLUMNS
from warehouse.reference import PAGE, ROOT, generated_files, main
from warehouse.reference_tables import read_tables
from warehouse.semantic import why_not


def test_the_generated_page_is_current() -> None:
    for path, content in generated_files().items():
        assert (ROOT / path).read_text(encoding="utf-8") == content, path
    assert main(["--check"]) == 0


def test_the_page_holds_every_kpi_and_links_to_its_examples() -> None:
    page = generated_files()[PAGE]
    for kpi in load_catalogue().values():
        assert f"## {kpi.name.zh} / {kpi.name.en}" in page
        assert f"(../../tests/spec/kpis/{kpi.kpi_id}.yml)" in page


def test_the_glossary_names_only_columns_there_are() -> None:
    tables = read_tables(ROOT / "dbt_project")
    known = {column.name for table in tables for column in table.columns} | set(COLUMNS)
    named = re.findall(r"`([a-z_]+)`", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    assert set(named) <= known
    assert len(named) > 50


def test_every_kpi_has_its_sql_and_what_metricflow_makes_of_it() -> None:
    page = generated_files()[PAGE]
    sections = page.split("\n## ")[1:]
    assert sum("```sql" in section for section in sections) == len(load_catalogue())
    for kpi in load_catalogue().values():
        is_answered = f"mf query --metrics {kpi.kpi_id} " in page
        assert is_answered == (why_not(kpi) is None)
