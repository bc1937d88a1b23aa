"""What is derived from contracts and written down: the dbt source and the reference pages.

`python -m etl.reference` writes them, `--check` exits 1 when one is not current.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from etl.contract import Column, Contract, Rule
from etl.contract_files import load_contracts
from etl.quality_models import quality_files, staging_model

ROOT = Path(__file__).parents[1]
DBT_SOURCES = Path("dbt_project/models/staging/_landing__sources.yml")
STAGING = Path("dbt_project/models/staging")
PAGES = Path("docs/reference/contracts")
CONTRACTS = "etl/contracts"

STAGING_SQL = """\
-- Generated from {contracts} by `python -m etl.reference`; do not edit.
-- fmt: off
{{{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key=["source_id"] + {key},
        on_schema_change="append_new_columns",
        post_hook=[
            "{{{{ forget_staged_batches('{dataset}') }}}}",
            "{{{{ note_staged_batches('{dataset}') }}}}",
        ],
    )
}}}}

{{{{ latest_versions("{dataset}", key={key}{cleaning}) }}}}
"""

VERSIONS_SQL = """\
-- Generated from {contracts} by `python -m etl.reference`; do not edit.
-- fmt: off
{{{{ config(materialized="table") }}}}

{{{{ every_version("{dataset}", key={key}) }}}}
"""


def generated_files() -> dict[Path, str]:
    """Content of every derived file by its path from the root of the project."""
    contracts = load_contracts()
    pages = {PAGES / f"{name}.md": _page(contract) for name, contract in contracts.items()}
    return {
        DBT_SOURCES: _dbt_sources(list(contracts.values())),
        **{_staging_file(one, ".sql"): _staging_sql(one) for one in contracts.values()},
        **{_staging_file(one, ".yml"): _staging_yml(one) for one in contracts.values()},
        **{path: text for one in contracts.values() for path, text in _versions(one).items()},
        **quality_files(contracts),
        **pages,
    }


def _staging_file(contract: Contract, suffix: str) -> Path:
    return STAGING / contract.department / f"{staging_model(contract)}{suffix}"


def _staging_sql(contract: Contract) -> str:
    key = json.dumps(contract.landed_key)
    replaced = {"valid_from_date"} & set(contract.landed_key)
    cleaning = "".join(
        f',\n    replace={{"{name}": first_day_of_validity()}}' for name in sorted(replaced)
    )
    return STAGING_SQL.format(
        contracts=CONTRACTS, dataset=contract.dataset, key=key, cleaning=cleaning
    )


def _staging_yml(contract: Contract) -> str:
    key = ["source_id", *contract.landed_key]
    tests = [
        {"one_row_per": {"arguments": {"columns": key}}},
        {
            "every_landed_record_is_here": {
                "arguments": {"dataset": contract.dataset, "columns": key}
            }
        },
    ]
    model = {
        "name": staging_model(contract),
        "description": f"{contract.purpose} 取最新一版 / Latest version of each record.",
        "data_tests": tests,
        "columns": [
            _dbt_column(column) for column in (*contract.landed_columns, *contract.added_columns)
        ],
    }
    return _generated({"version": 2, "models": [model]})


def _versions(contract: Contract) -> dict[Path, str]:
    """The model of every version and what it says of itself; none where only the latest count."""
    if not contract.keeps_versions:
        return {}
    name = f"{staging_model(contract)}_versions"
    model = {
        "name": name,
        "description": f"{contract.purpose} 每一版 / Every version of each record, by updated_at.",
        "data_tests": [
            {
                "one_row_per": {
                    "arguments": {"columns": ["source_id", *contract.landed_key, "updated_at"]}
                }
            }
        ],
        "columns": [
            _dbt_column(column) for column in (*contract.landed_columns, *contract.added_columns)
        ],
    }
    key = json.dumps(contract.landed_key)
    sql = VERSIONS_SQL.format(contracts=CONTRACTS, dataset=contract.dataset, key=key)
    folder = STAGING / contract.department
    return {
        folder / f"{name}.sql": sql,
        folder / f"{name}.yml": _generated({"version": 2, "models": [model]}),
    }


def _generated(content: dict[str, Any]) -> str:
    body = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    return f"# Generated from {CONTRACTS} by `python -m etl.reference`; do not edit.\n{body}"


def _dbt_sources(contracts: list[Contract]) -> str:
    source = {
        "name": "landing",
        "description": (
            "落地数据:契约的各列加来源信息,每版记录一行 / Landed rows: the contract's columns and "
            "provenance, one row per version of a record."
        ),
        "tables": [_dbt_table(contract) for contract in contracts],
    }
    return _generated({"version": 2, "sources": [source]})


def _dbt_table(contract: Contract) -> dict[str, Any]:
    days = contract.frequency_days + contract.lateness_days
    return {
        "name": contract.dataset,
        "description": f"{contract.grain} {contract.purpose}",
        "config": {
            "loaded_at_field": "received_at",
            "freshness": {"warn_after": {"count": days, "period": "day"}},
            "meta": {
                "department": contract.department,
                "key": list(contract.landed_key),
                "contract_version": contract.version,
            },
        },
        "columns": [
            _dbt_column(column) for column in (*contract.landed_columns, *contract.added_columns)
        ],
    }


def _dbt_column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "data_type": column.duckdb_type.lower(),
        "description": column.description,
        **({"config": {"meta": {"unit": column.unit}}} if column.unit else {}),
    }


def _page(contract: Contract) -> str:
    file = f"{CONTRACTS}/{contract.department}/{contract.dataset}.yml"
    lines = [
        f"<!-- Generated from {file} by `python -m etl.reference`; do not edit. -->",
        f"# {contract.name} (`{contract.dataset}`)",
        "",
        contract.purpose,
        "",
        contract.limitations,
        "",
        f"- 粒度 / grain: {contract.grain}",
        f"- 主键 / key: {_code(contract.key)}",
        f"- 责任方 / owner: {contract.owner}",
        f"- 周期 / cadence: {contract.frequency_days} d",
        f"- 最迟 / late after: {contract.lateness_days} d",
        f"- 无记录 / silence: {_silence(contract)}",
        f"- 容许拒收 / refusal tolerance: {contract.tolerance:.0%}",
        f"- 版本 / version: {contract.version}",
        "",
        "## 字段 / Columns",
        "",
        "| 字段 / column | 名称 | 类型 / type | 单位 / unit | 必填 / required | 取值 / allowed "
        "| 分级 / class | 个人信息 / personal | 落地为 / lands as | 含义 / meaning |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *[_column_line(column) for column in contract.columns],
        "",
        "## 装载时添加 / Added by loading",
        "",
        "| 字段 / column | 名称 | 类型 / type | 含义 / meaning |",
        "|---|---|---|---|",
        *[
            f"| `{column.name}` | {column.label} | {column.duckdb_type} | {column.description} |"
            for column in contract.added_columns
        ],
        "",
        *_rules(contract),
    ]
    return "\n".join(lines)


def _silence(contract: Contract) -> str:
    return "不算迟 / no lateness" if contract.is_event_driven else "算迟 / lateness"


def _rules(contract: Contract) -> list[str]:
    lines = []
    if contract.load_time_rules:
        lines += [
            "## 装载时的规则 / Rules of loading",
            "",
            "违反任一规则的记录连同全部原因进入隔离区。 / "
            "A row that breaks one is refused with all its reasons.",
            "",
            "| 原因 / reason | 含义 / meaning | 字段 / columns |",
            "|---|---|---|",
            *[
                f"| `{rule.name}` | {rule.description} | {_code(rule.columns)} |"
                for rule in contract.load_time_rules
            ],
            "",
        ]
    if contract.build_time_rules:
        lines += [
            "## 构建时的规则 / Rules of the build",
            "",
            "涉及其他文件或数据集。error:记录留在暂存层,不进入后续模型;warning:只计数。 / "
            "About other files or datasets. error: the record stays in staging and is kept from "
            "what follows; warning: it is only counted.",
            "",
            "| 原因 / reason | 级别 / severity | 含义 / meaning | 字段 / columns "
            "| 对照 / against |",
            "|---|---|---|---|---|",
            *[
                f"| `{rule.name}` | {rule.severity} | {rule.description} | {_code(rule.columns)} "
                f"| {_against(rule)} |"
                for rule in contract.build_time_rules
            ],
            "",
        ]
    return lines


def _against(rule: Rule) -> str:
    if rule.kind == "one_per":
        return f"先者有效 / the first by `{rule.first_by}` stays"
    if rule.code_list:
        return f"代码表 / code list `{rule.code_list}`"
    during = f", `{rule.during[1]}` … `{rule.during[2]}`" if rule.during else ""
    return f"[`{rule.dataset}`]({rule.dataset}.md){during}"


def _code(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _column_line(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        column.label,
        column.duckdb_type,
        column.unit or "",
        "是 / yes" if column.is_required else "",
        _allowed(column),
        column.classification,
        column.personal_data or "",
        _landing(column),
        column.description,
    )
    return "| " + " | ".join(cells) + " |"


def _landing(column: Column) -> str:
    """What is written in the column's place; empty where it is the column itself."""
    match column.personal_data:
        case None:
            return ""
        case "free_text":
            return "遮蔽后 / masked"
        case _:
            return _code([one.name for one in column.landed]) or "不落地,入保险库 / vault only"


def _allowed(column: Column) -> str:
    if column.allowed:
        return ", ".join(f"`{code}` {label}" for code, label in column.labels.items())
    if column.code_list:
        return f"代码表 / code list `{column.code_list}`"
    low = "" if column.minimum is None else f"≥ {column.minimum:g}"
    high = "" if column.maximum is None else f"≤ {column.maximum:g}"
    return ", ".join(part for part in (low, high) if part)


def main(args: Sequence[str], *, root: Path = ROOT) -> int:
    """Write the derived files below `root`, or with `--check` say which are not current.

    A page whose contract is gone is stale too, and is removed.
    """
    current = generated_files()
    left = [
        page.relative_to(root)
        for page in sorted((root / PAGES).glob("*.md"))
        if page.relative_to(root) not in current
    ]
    stale = [
        path
        for path, text in current.items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]
    if "--check" in args:
        for path in (*stale, *left):
            sys.stderr.write(f"{path} is not current; run `python -m etl.reference`\n")
        return 1 if stale or left else 0
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(current[path], encoding="utf-8")
    for path in left:
        (root / path).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
