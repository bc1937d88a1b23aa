"""Contracts: what a dataset is. One Open Data Contract Standard file each, under `contracts/`.

The files are plain ODCS v3 but for one extension: a schema may name, in its custom property
`columnsFrom`, a file whose `properties` and `quality` are put before its own, so that datasets of
the same shape state their columns once. Everything about columns across datasets is read here:
checks, landing types, the dbt source and the reference pages.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)
from pydantic import ValidationError

from warehouse.errors import InputError, UsageError, unknown_value

FOLDER = Path(__file__).parent / "contracts"

LogicalType = Literal["string", "integer", "number", "date", "timestamp", "boolean", "geometry"]

RULE_KINDS = ("order", "together", "inside_county", "unique")

DUCKDB_TYPES: dict[LogicalType, str] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "boolean": "BOOLEAN",
    "geometry": "BLOB",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `label` is its Chinese name, `description` says it in Chinese and English."""

    name: str
    label: str
    description: str
    logical_type: LogicalType
    is_required: bool = False
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] | None = None
    classification: str = "internal"

    @property
    def duckdb_type(self) -> str:
        """Type of the column in landing."""
        return DUCKDB_TYPES[self.logical_type]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule across columns; a row that breaks it is refused with `name` as the reason.

    order: no value before the value of the column before it, nulls skipped.
    together: all of the columns or none. inside_county: a point in the county's extent.
    unique: no two rows with the same values; the first stays.
    """

    name: str
    description: str
    kind: Literal["order", "together", "inside_county", "unique"]
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A dataset: its columns in landing order, its rules, and what its owner promises."""

    dataset: str
    department: str
    version: str
    name: str
    purpose: str
    limitations: str
    grain: str
    owner: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    frequency_days: int
    lateness_days: int
    tolerance: float
    """Share of refused rows above which a batch is refused whole."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in landing order."""
        return tuple(column.name for column in self.columns)

    @property
    def point(self) -> tuple[str, str] | None:
        """Longitude and latitude columns of a dataset whose rows are at a point."""
        return next(
            (
                (rule.columns[0], rule.columns[1])
                for rule in self.rules
                if rule.kind == "inside_county"
            ),
            None,
        )

    @property
    def added_columns(self) -> tuple[Column, ...]:
        """What loading adds to every row: provenance, and the fallback flag of a point."""
        return (FALLBACK_FLAG, *PROVENANCE) if self.point else PROVENANCE


def _added(name: str, label: str, logical_type: LogicalType, description: str) -> Column:
    return Column(
        name=name, label=label, description=description, logical_type=logical_type, is_required=True
    )


PROVENANCE = (
    _added("source_id", "来源", "string", "来源 / Source the row came by."),
    _added("county_code", "县域", "string", "来源所属县域 / County of the source."),
    _added("batch_id", "批次", "string", "批次 / Batch the row came in."),
    _added(
        "source_file_id", "文件", "string", "源文件的 SHA-256 / SHA-256 of the source file, in hex."
    ),
    _added(
        "source_row_number",
        "行号",
        "integer",
        "源文件中第几条记录,从 1 起 / Record of the source file, from 1.",
    ),
    _added("received_at", "接收时间", "timestamp", "批次接收的时刻 / When the batch was received."),
)

FALLBACK_FLAG = _added(
    "is_fallback_point",
    "默认坐标",
    "boolean",
    "坐标是来源的默认点,不是事发地 / The point is one the source puts where it knows no place.",
)


@cache
def load_contracts() -> dict[str, Contract]:
    """Every contract by dataset.

    Raises:
        InputError: a file that is not a contract, with the file and the fault.
    """
    files = sorted(FOLDER.glob("[!_]*/*.yml"))
    return {contract.dataset: contract for contract in map(read_contract, files)}


def get_contract(dataset: str) -> Contract:
    """The contract of a dataset.

    Raises:
        UsageError: no such dataset.
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
        allowed=tuple(str(value.value) for value in item.enum) if item.enum else None,
        classification=str(item.classification),
    )


def _rule(item: DataQuality) -> Rule:
    kind: Any
    if item.metric == "duplicateValues":
        kind, columns = "unique", (item.arguments or {})["properties"]
    elif isinstance(item.implementation, dict):
        ((kind, columns),) = item.implementation.items()
    else:
        raise InputError(
            f"rule {item.name}: an implementation or the metric duplicateValues expected"
        )
    if kind not in RULE_KINDS:
        raise InputError(f"rule {item.name}: " + unknown_value("kind", kind, RULE_KINDS))
    return Rule(
        name=str(item.name), description=str(item.description), kind=kind, columns=tuple(columns)
    )


def _custom(items: list[CustomProperty] | None, name: str) -> Any:
    return next((item.value for item in items or [] if item.property == name), None)
