"""The first worked example of a KPI in words, for its reference: records in, value out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from warehouse.catalogue import Kpi
from warehouse.project import YAML_LOADER

FOLDER = Path("tests/spec/kpis")

WORDS = {
    "reported": "上报 reported",
    "accepted": "受理 accepted",
    "filed": "立案 filed",
    "dispatched": "派遣 dispatched",
    "responded": "首次响应 first response",
    "handled": "处置 handled",
    "checked": "核查 checked",
    "closed": "结案 closed",
    "due": "时限 due",
    "response_due": "响应时限 response due",
    "voided": "作废 void",
    "suspended": "挂账 suspended",
    "resumed": "恢复 resumed",
    "deferred": "缓办 deferred",
    "updated": "更新 updated",
    "duplicate_of": "重复于 repeats",
    "rework": "返工次数 times reworked",
    "dispatches": "派遣部门数 departments",
    "extensions": "延期次数 extensions",
}
"""What the short names of a case's record stand for; other datasets are in their own columns."""

RESULTS = {
    "numerator": "分子 numerator",
    "denominator": "分母 denominator",
    "excluded_count": "剔除 excluded",
    "not_yet_due_count": "未到期 not yet due",
    "value_due_passed": "期限已过者的值 value among passed deadlines",
}


def example_of(kpi: Kpi, root: Path) -> str:
    """Its first worked example as a section, empty while there is none.

    Args:
        kpi: what is shown.
        root: of the project.
    """
    file = root / FOLDER / f"{kpi.kpi_id}.yml"
    if not file.exists():
        return ""
    example = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)["examples"][0]
    rows = "\n".join(f"| {record} | {why} |" for record, why in _records(example))
    asked = "".join(f",{words}" for words in _asked(example))
    return (
        f"\n**算例 / worked example**:{example['title']}"
        f"(截至 / as of {example['as_of']}{asked})\n\n"
        f"| 记录 / record | |\n|---|---|\n{rows}\n\n{_result(kpi, example['expect'])}\n"
    )


def _records(example: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each record in words, and what the example says about it."""
    for cases, datasets, note in (
        ("records", "datasets", ""),
        ("corrections", "dataset_corrections", "更正 / correction: "),
    ):
        for record in example.get(cases, ()):
            yield note + _fields(record, WORDS), _why(record)
        for dataset, records in example.get(datasets, {}).items():
            for record in records:
                yield f"{note}`{dataset}`: {_fields(record, {})}", _why(record)


def _fields(record: Mapping[str, Any], words: Mapping[str, str]) -> str:
    shown = [
        f"{words.get(name, f'`{name}`')} {_cell(value)}"
        for name, value in record.items()
        if name not in ("why", "repeat")
    ]
    copies = f" × {record['repeat']:,}" if "repeat" in record else ""
    return ", ".join(shown) + copies


def _why(record: Mapping[str, Any]) -> str:
    return _cell(record.get("why", ""))


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")


def _asked(example: Mapping[str, Any]) -> Iterator[str]:
    """The question, as far as it is not about all there is."""
    if "from" in example or "to" in example:
        yield f"期间 / period {example.get('from', '')} – {example.get('to', '')}"
    if "by" in example:
        yield f"按 / by {', '.join(example['by'])}"
    for name, code in example.get("where", {}).items():
        yield f"{name} = {code}"
    if "population" in example:
        yield f"人口 / population {example['population']:,}"


def _result(kpi: Kpi, expect: Mapping[str, Any]) -> str:
    parts = [
        f"{words} {_number(expect[name])}"
        for name, words in RESULTS.items()
        if expect.get(name) is not None
    ]
    value = f"**{_value(kpi, expect['value'])}**" if "value" in expect else ""
    return f"结果 / result: {', '.join(part for part in (value, *parts) if part)}"


def _value(kpi: Kpi, value: float | None) -> str:
    if value is None:
        return "无值 no value"
    return f"{100 * value:.6g} %" if kpi.unit == "percent" else _number(value)


def _number(value: float) -> str:
    return f"{value:,.6g}"
