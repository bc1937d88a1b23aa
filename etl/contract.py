"""What a contract says of a dataset: its columns, its rules, and what is written of each."""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

LogicalType = Literal["string", "integer", "number", "date", "timestamp", "boolean", "geometry"]

RuleKind = Literal[
    "order",
    "together",
    "inside_county",
    "unique",
    "only_when",
    "needed_when",
    "one_per",
    "reference",
    "listed",
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
    needed_when: none of the columns is empty where the column `when[0]` is `when[1]`.
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
    keeps_versions: bool = False
    """Every version of a record is staged beside the latest ones, for what was known at a time."""

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
