"""Contracts: what a dataset is. One Open Data Contract Standard file each, under `contracts/`.

The files are plain ODCS v3 but for one extension: a schema may name, in its custom property
`columnsFrom`, a file whose `properties` and `quality` are put before its own, so that datasets of
the same shape state their columns once. Everything about columns across datasets is read here:
checks, landing types, the dbt source and the reference pages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

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

RuleKind = Literal[
    "order", "together", "inside_county", "unique", "only_when", "one_per", "reference", "listed"
]
RULE_KINDS = tuple(kind for kind in get_args(RuleKind) if kind != "listed")
"""Kinds that a contract states; `listed` follows from a column's code list."""

BUILD_TIME_KINDS = frozenset({"one_per", "reference", "listed"})
"""Rules about records of other files or datasets: a build judges them, a load cannot."""

PersonalData = Literal["id_number", "name", "phone", "address", "household", "free_text"]
Derived = Literal["birth_month_date", "sex_code"]

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
    pattern: str | None = None
    """Regular expression that a text must match whole."""
    pad_to: int | None = None
    """Length to which a shorter code is filled with zeros on its right."""
    labels: dict[str, str] = field(default_factory=dict)
    """Code → its Chinese label, for a closed list; files may write either."""
    code_list: str | None = None
    """Seed that holds the codes, by edition, where the list is not closed here."""
    classification: str = "internal"
    personal_data: PersonalData | None = None
    derives: tuple[Derived, ...] = ()
    """What is kept of an identity number beside its pseudonym."""

    @property
    def allowed(self) -> tuple[str, ...] | None:
        """Codes of a closed list; None where there is none."""
        return tuple(self.labels) or None

    @property
    def landed(self) -> "tuple[Column, ...]":
        """What of this column is written to landing.

        An identity number or a household becomes its pseudonym, free text stays with what names
        persons masked, names, phones and addresses are not written at all.
        """
        match self.personal_data:
            case None | "free_text":
                return (self,)
            case "id_number":
                stem = self.name.removesuffix("id_number")
                key = _pseudonym(self, f"{stem}person_key", "PERSON")
                return (key, *(_DERIVED[name].below(stem) for name in self.derives))
            case "household":
                stem = self.name.removesuffix("household_code")
                return (_pseudonym(self, f"{stem}household_key", "HOUSEHOLD"),)
            case _:
                return ()

    def below(self, stem: str) -> "Column":
        """The same column under a name that starts with `stem`."""
        return replace(self, name=f"{stem}{self.name}")

    @property
    def duckdb_type(self) -> str:
        """Type of the column in landing."""
        return DUCKDB_TYPES[self.logical_type]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule across columns; a row that breaks it is refused with `name` as the reason.

    order: no value below the value of the column before it, nulls skipped.
    together: all of the columns or none. inside_county: a point in the county's extent.
    unique: no two rows of a file with the same values; the first stays.
    only_when: the columns are empty unless the column `when[0]` is `when[1]`.
    one_per: no two records with the same values, whatever their files; the one first by `first_by`
        stays. Rows with a null among the columns are not judged.
    reference: a record of `dataset` has the same values in `other_columns`; with `during`, one
        whose first and last day (columns two and three, of that dataset) hold the day of the
        moment in column one. Rows with a null among the columns are not judged.
    listed: an edition of the seed `code_list` that holds on the record's day has the code.

    A rule of the last three kinds is judged when the warehouse is built. Broken, it keeps a record
    from the marts where `severity` is error, and is only counted where it is warning.
    """

    name: str
    description: str
    kind: RuleKind
    columns: tuple[str, ...]
    severity: Literal["error", "warning"] = "error"
    when: tuple[str, str] | None = None
    first_by: str | None = None
    dataset: str | None = None
    other_columns: tuple[str, ...] = ()
    during: tuple[str, str, str] | None = None
    code_list: str | None = None

    @property
    def is_judged_on_load(self) -> bool:
        """Whether one file is enough to tell."""
        return self.kind not in BUILD_TIME_KINDS


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
    is_event_driven: bool = False
    """Records come only when something happens, so that silence is no lateness."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in landing order."""
        return tuple(column.name for column in self.columns)

    @property
    def landed_columns(self) -> tuple[Column, ...]:
        """Columns as they stand in landing: pseudonyms in place of what names persons."""
        return tuple(landed for column in self.columns for landed in column.landed)

    @property
    def landed_key(self) -> tuple[str, ...]:
        """The key by its names in landing."""
        return tuple(self.landed_name(name) for name in self.key)

    def landed_name(self, name: str) -> str:
        """What a column of the contract is called in landing.

        Raises:
            KeyError: no such column, or one that does not land.
        """
        landed = {column.name: column.landed for column in self.columns}[name]
        if not landed:
            raise KeyError(f"{self.dataset}.{name} does not land")
        return landed[0].name

    @property
    def time_column(self) -> Column | None:
        """When what a record tells of began: its first required time, else day; not a due day."""
        known = [
            column
            for kind in ("timestamp", "date")
            for column in self.columns
            if column.logical_type == kind
            and column.is_required
            and not column.name.startswith("due_")
        ]
        return known[0] if known else None

    @property
    def load_time_rules(self) -> tuple[Rule, ...]:
        """Rules that one file is enough to judge by."""
        return tuple(rule for rule in self.rules if rule.is_judged_on_load)

    @property
    def build_time_rules(self) -> tuple[Rule, ...]:
        """Rules across files and datasets, and one of each column with a code list."""
        stated = tuple(rule for rule in self.rules if not rule.is_judged_on_load)
        listed = tuple(
            Rule(
                name=f"unknown_{column.name}",
                description=f"{column.label}不在当日有效的代码表中 / no code that holds that day",
                kind="listed",
                columns=(column.name,),
                severity="warning",
                code_list=column.code_list,
            )
            for column in self.columns
            if column.code_list
        )
        return stated + listed

    @property
    def has_personal_data(self) -> bool:
        """Whether its rows need the key of pseudonyms and vault."""
        return any(column.personal_data for column in self.columns)

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


def _added(
    name: str, label: str, logical_type: LogicalType, description: str, unit: str | None = None
) -> Column:
    return Column(
        name=name,
        label=label,
        description=description,
        logical_type=logical_type,
        is_required=True,
        unit=unit,
    )


def _pseudonym(column: Column, name: str, kind: str) -> Column:
    whose = "个人" if kind == "PERSON" else "户"
    return Column(
        name=name,
        label=f"{whose}假名",
        description=f"{column.description.replace(' / ', ',以密钥散列代替 / ')} Keyed hash.",
        logical_type="string",
        is_required=column.is_required,
        classification="internal",
    )


_DERIVED: dict[Derived, Column] = {
    "birth_month_date": Column(
        name="birth_month_date",
        label="出生年月",
        description="出生月的第一天 / First day of the month of birth.",
        logical_type="date",
    ),
    "sex_code": Column(
        name="sex_code",
        label="性别",
        description="性别,取自身份证号 / Sex, read from the identity number.",
        logical_type="string",
        labels={"male": "男", "female": "女"},
    ),
}

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
        "ordinal",
    ),
    _added("received_at", "接收时间", "timestamp", "批次接收的时刻 / When the batch was received."),
)

FALLBACK_FLAG = _added(
    "is_fallback_point",
    "默认坐标",
    "boolean",
    "坐标是来源的默认点,不是事发地 / The point is one the source puts where it knows no place.",
)


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
    if kind == "only_when":
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
