"""Contract files: one Open Data Contract Standard file per dataset, under `contracts/`.

The files are plain ODCS v3 but for one extension: a schema may name, in its custom property
`columnsFrom`, a file whose `properties` and `quality` are put before its own, so that datasets of
the same shape state their columns once. Everything about columns across datasets is read here:
checks, landing types, the dbt source and the reference pages.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)
from pydantic import ValidationError

from etl.contract import DUCKDB_TYPES, RULE_KINDS, Column, Contract, Rule
from warehouse.errors import InputError, UsageError, unknown_value

FOLDER = Path(__file__).parent / "contracts"


class Contracts(Mapping[str, Contract]):
    """Contracts by dataset, each read when it is first asked for: one load needs but one of them.

    Asking for one raises InputError, with the file and the fault, where its file is no contract.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {file.stem: file for file in sorted(folder.glob("[!_]*/*.yml"))}
        self._read: dict[str, Contract] = {}

    def __getitem__(self, dataset: str) -> Contract:
        if dataset not in self._read:
            self._read[dataset] = read_contract(self._files[dataset])
        return self._read[dataset]

    def __contains__(self, dataset: object) -> bool:
        return dataset in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@cache
def load_contracts() -> Contracts:
    """Every contract by dataset."""
    return Contracts(FOLDER)


def get_contract(dataset: str) -> Contract:
    """The contract of a dataset.

    Raises:
        UsageError: no such dataset.
        InputError: its file is not a contract.
    """
    contracts = load_contracts()
    if dataset not in contracts:
        raise UsageError(unknown_value("dataset", dataset, contracts))
    return contracts[dataset]


def read_contract(file: Path) -> Contract:
    """Read one contract; its folder names the department and its stem the dataset.

    Raises:
        InputError: not ODCS, or a rule about a column that does not exist.
    """
    try:
        parsed = OpenDataContractStandard.from_file(str(file))
        schemas = parsed.schema_ or []
        if len(schemas) != 1 or schemas[0].name != file.stem:
            raise InputError(f"契约 / contract {file}: one schema named {file.stem} expected")
        return _contract(parsed, _with_shared_columns(schemas[0], file), file)
    except (ValidationError, yaml.YAMLError, TypeError, KeyError) as error:
        raise InputError(f"契约 / contract {file}: {error}") from error


def _with_shared_columns(schema: SchemaObject, file: Path) -> SchemaObject:
    shared = _custom(schema.customProperties, "columnsFrom")
    if shared is None:
        return schema
    text = (file.parent / str(shared)).read_text(encoding="utf-8")
    first = SchemaObject.model_validate(yaml.safe_load(text))
    return schema.model_copy(
        update={
            "properties": [*(first.properties or []), *(schema.properties or [])],
            "quality": [*(first.quality or []), *(schema.quality or [])],
        }
    )


def _contract(parsed: OpenDataContractStandard, schema: SchemaObject, file: Path) -> Contract:
    properties = schema.properties or []
    columns = tuple(_column(item) for item in properties)
    rules = tuple(_rule(item) for item in schema.quality or [])
    for rule in rules:
        for name in rule.columns:
            if name not in {column.name for column in columns}:
                names = [column.name for column in columns]
                raise InputError(
                    f"契约 / contract {file}: rule {rule.name}: "
                    + unknown_value("column", name, names)
                )
    keys = sorted(
        (item.primaryKeyPosition or 0, item.name or "") for item in properties if item.primaryKey
    )
    service = {item.property: item.value for item in parsed.slaProperties or []}
    team = parsed.team.members if parsed.team and not isinstance(parsed.team, list) else None
    description = parsed.description
    return Contract(
        dataset=file.stem,
        department=file.parent.name,
        version=str(parsed.version),
        name=str(parsed.name),
        purpose=str(description.purpose) if description else "",
        limitations=str(description.limitations) if description else "",
        grain=str(schema.dataGranularityDescription),
        owner=str(team[0].name) if team else "",
        columns=columns,
        key=tuple(name for _, name in keys),
        rules=rules,
        frequency_days=int(service["frequency"] or 0),
        lateness_days=int(service["latency"] or 0),
        tolerance=float(_custom(parsed.customProperties, "refusalTolerance")),
        is_event_driven=bool(_custom(parsed.customProperties, "eventDriven")),
        keeps_versions=bool(_custom(parsed.customProperties, "everyVersion")),
    )


def _column(item: SchemaProperty) -> Column:
    options = item.logicalTypeOptions or {}
    logical: Any = "geometry" if options.get("format") == "binary" else item.logicalType
    if DUCKDB_TYPES[logical] != item.physicalType:
        raise InputError(
            f"column {item.name}: {item.logicalType} is {DUCKDB_TYPES[logical]}, "
            f"not {item.physicalType}"
        )
    return Column(
        name=str(item.name),
        label=str(item.businessName),
        description=str(item.description),
        logical_type=logical,
        is_required=bool(item.required),
        unit=_custom(item.customProperties, "unit"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        pattern=options.get("pattern"),
        pad_to=_custom(item.customProperties, "padTo"),
        labels={str(one.value): str(one.label or one.value) for one in item.enum or []},
        code_list=_custom(item.customProperties, "codeList"),
        classification=str(item.classification),
        personal_data=_custom(item.customProperties, "personalData"),
        derives=tuple(_custom(item.customProperties, "derives") or ()),
    )


def _rule(item: DataQuality) -> Rule:
    kind: Any
    given: Any
    if item.metric == "duplicateValues":
        kind, given = "unique", (item.arguments or {})["properties"]
    elif isinstance(item.implementation, dict):
        ((kind, given),) = item.implementation.items()
    else:
        raise InputError(
            f"rule {item.name}: an implementation or the metric duplicateValues expected"
        )
    if kind not in RULE_KINDS:
        raise InputError(f"rule {item.name}: " + unknown_value("kind", kind, RULE_KINDS))
    parts: dict[str, Any] = {"columns": tuple(given)}
    if kind in ("only_when", "needed_when"):
        ((column, (value,)),) = given["when"].items()
        parts = {"columns": tuple(given["columns"]), "when": (column, value)}
    elif kind == "one_per":
        parts = {"columns": tuple(given["columns"]), "first_by": given["first_by"]}
    elif kind == "reference":
        during = given.get("during")
        parts = {
            "columns": tuple(given["columns"]),
            "dataset": given["dataset"],
            "other_columns": tuple(given["columns"].values()),
            "during": (during["at"], during["from"], during["to"]) if during else None,
        }
    severity: Any = item.severity or "error"
    return Rule(
        name=str(item.name),
        description=str(item.description),
        kind=kind,
        severity=severity,
        **parts,
    )


def _custom(items: list[CustomProperty] | None, name: str) -> Any:
    return next((item.value for item in items or [] if item.property == name), None)
