"""The reference pages of every table, derived from what stands beside the dbt models.

A table is described once, in the `.yml` beside its model; dbt's own documentation and these pages
say the same. Landing is left out: a staging table has the same columns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from warehouse.project import YAML_LOADER

PAGES = Path("docs/reference/tables")
FIRST_LINE = "<!-- Generated from dbt_project by `python -m warehouse.reference`; do not edit. -->"

SCHEMAS = {
    "staging": "每条记录的最新一版 / Latest version of each record",
    "intermediate": "中间步骤,不发布 / Steps between, not published",
    "mart": "发布给所有读者 / Published to every reader",
    "people": "个人层面的行,另一文件 `people_<n>.duckdb`,其中模式名为 `mart` / "
    "Rows about persons, in `people_<n>.duckdb`, called `mart` there",
    "ops": "运行情况 / What was loaded and built",
    "kpi": "指标目录与历次数值 / KPI catalogue and values as published",
    "seed": "代码表,不发布 / Code lists, not published",
}
"""Schemas in the order of the pages, and what is in them."""

FOLDERS = {"marts": "mart", "seeds": "seed"}
"""Folders of the dbt project that are not called like their schema."""

INTERNAL_SOURCES = frozenset({"landing", "control", "geo"})
"""Sources that only the build reads; their columns are those of the staging tables over them."""


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column; type and unit are empty where the model's `.yml` does not say."""

    name: str
    data_type: str
    unit: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of the warehouse. `subject` is its folder, empty where the schema has none."""

    schema: str
    subject: str
    name: str
    description: str
    columns: tuple[TableColumn, ...]
    file: Path
    """Where it is described, below the dbt project."""

    @property
    def page(self) -> str:
        """Stem of the page it stands on."""
        return "-".join(part for part in (self.schema, self.subject) if part)


def read_tables(project: Path) -> list[Table]:
    """Every table that a dbt project describes, in order of schema, subject and name."""
    files = sorted((*project.glob("models/**/*.yml"), *project.glob("seeds/*.yml")))
    tables = [table for file in files for table in _tables_of(file, project)]
    order = list(SCHEMAS)
    return sorted(tables, key=lambda one: (order.index(one.schema), one.subject, one.name))


def table_pages(tables: Iterable[Table]) -> dict[Path, str]:
    """Content of each page by path: one per schema and subject, and one that lists them all."""
    by_page: dict[str, list[Table]] = {}
    for table in tables:
        by_page.setdefault(table.page, []).append(table)
    pages = {PAGES / f"{page}.md": _page(page, held) for page, held in by_page.items()}
    return {PAGES / "README.md": _contents(by_page), **pages}


def _tables_of(file: Path, project: Path) -> list[Table]:
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=YAML_LOADER) or {}
    parts = file.relative_to(project).parts
    place = parts[1] if parts[0] == "models" else parts[0]
    subject = parts[2] if len(parts) > 3 else ""
    own = [*content.get("models", []), *content.get("seeds", [])]
    tables = [_table(one, FOLDERS.get(place, place), subject, file, project) for one in own]
    for source in content.get("sources", []):
        if source["name"] not in INTERNAL_SOURCES:
            schema = source.get("schema", source["name"])
            tables += [_table(one, schema, subject, file, project) for one in source["tables"]]
    return tables


def _table(given: Mapping[str, Any], schema: str, subject: str, file: Path, project: Path) -> Table:
    types = given.get("config", {}).get("column_types", {})
    described = {column["name"]: column for column in given.get("columns", [])}
    names = [*types, *(name for name in described if name not in types)]
    return Table(
        schema=schema,
        subject=subject,
        name=given["name"].removeprefix("ops__"),
        description=_line(given),
        columns=tuple(_column(name, described.get(name, {}), types) for name in names),
        file=file.relative_to(project),
    )


def _column(name: str, given: Mapping[str, Any], types: Mapping[str, str]) -> TableColumn:
    meta = {**given.get("meta", {}), **given.get("config", {}).get("meta", {})}
    return TableColumn(
        name=name,
        data_type=str(given.get("data_type") or types.get(name, "")),
        unit=str(meta.get("unit", "")),
        description=_line(given),
    )


def _line(given: Mapping[str, Any]) -> str:
    return " ".join(str(given.get("description") or "").split())


def _page(page: str, tables: list[Table]) -> str:
    schema = tables[0].schema
    sections = "\n".join(map(_section, tables))
    return f"{FIRST_LINE}\n\n# {page}\n\n{SCHEMAS[schema]}.\n\n{sections}"


def _section(table: Table) -> str:
    rows = "".join(
        f"| `{one.name}` | {one.data_type} | {one.unit} | {_cell(one.description)} |\n"
        for one in table.columns
    )
    return (
        f'<a id="{table.name}"></a>\n\n## `{table.schema}.{table.name}`\n\n{table.description}\n\n'
        f"| 字段 / column | 类型 / type | 单位 / unit | 含义 / meaning |\n|---|---|---|---|\n{rows}"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _contents(by_page: Mapping[str, list[Table]]) -> str:
    lines = []
    for schema, text in SCHEMAS.items():
        pages = {page: held for page, held in by_page.items() if held[0].schema == schema}
        if pages:
            lines += [f"## {schema}", "", f"{text}.", ""]
            for page, held in pages.items():
                names = ", ".join(f"[`{one.name}`]({page}.md#{one.name})" for one in held)
                lines.append(f"- [{page}]({page}.md): {names}")
            lines.append("")
    return "\n".join([FIRST_LINE, "", "# 数据表 / Tables", "", *lines])
